/** What the page says of films. */

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
