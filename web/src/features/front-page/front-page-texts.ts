/** Texts of the front page. */
import { texts } from '../../lib/texts.js';

export const frontTexts = {
  slideshow: 'Slideshow',
  today: 'Picture of the day',
  tags: 'Tags',
  albums: 'Albums',
  tag: (name: string, n: number) => `${name}, ${texts.photos(n)}`,
};
