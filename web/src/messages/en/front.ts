/** English: the front page of a public library. */
import { app } from './core.js';

export const front = {
  slideshow: 'Slideshow',
  today: 'Picture of the day',
  tags: 'Tags',
  albums: 'Albums',
  tag: (name: string, n: number) => `${name}, ${app.photos(n)}`,
};
