/** What is said where a photo is changed. Short and plain. */

/** The words. */
export const photoTexts = {
  title: 'Title',
  description: 'Description',
  markdown: 'Markdown works: *emphasis*, lists, links. Ctrl+Enter saves.',
  save: 'Save',
  addTitle: 'Add a title',
  changeWords: 'Change title or description',
  rating: 'Rating',
  change: (what: string) => `Change ${what}`,
  date: 'date',
  place: 'place',
  close: 'Done',
  tags: 'Tags',
  albums: 'Albums',
  addPlace: 'Add a place',
  remove: (name: string) => `Take ${name} off`,
  search: (name: string) => `Show all photos with ${name}`,
  allTags: 'All tags of the file',
  allTagsFind: 'Find a tag or a value',
  allTagsCut: 'Some tags were too long to be kept.',
  allTagsNone: 'No tag has that.',
  allTagsCount: (shown: number, all: number) => (shown === all ? `${all} tags` : `${shown} of ${all} tags`),
  slideshow: 'Slideshow',
  slideshowEnd: 'End the slideshow',
};

/** The words of films in the photo view. */
export const filmTexts = {
  video: (date: string) => `Video, ${date}`,
  play: 'Play',
  pause: 'Pause',
  sound: 'Sound',
  place: 'Place in the video',
  whole: 'Full screen',
  coming: 'This video is being made ready to play.',
  unknown: 'This video can’t be played here. Download it to see it.',
  live: 'Play the moving photo',
  liveShort: 'Live',
};
