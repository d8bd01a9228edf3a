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
