/** English: the map. */
import { legible } from '../../lib/legible.js';
import { app } from './core.js';

export const map = {
  title: app.pages.places,
  map: 'Map',
  how: 'Arrows move the map, plus and minus change how close it is, 0 shows the whole world. Tab goes from group to group.',
  closer: 'Closer',
  further: 'Further away',
  world: 'The whole world',
  area: 'Draw a box',
  areaHow: 'Draw a box around what you look for',
  group: (n: number, place: string | undefined) =>
    place === undefined ? app.photos(n) : `${legible(place)}, ${app.photos(n)}`,
  inView: (n: number) => (n === 0 ? 'No photos here' : `${app.photos(n)} here`),
  show: 'Show in the album',
  strip: 'Photos here',
  without: 'Show all places',
  among: (q: string) => `Among “${q}”`,
  none: 'No photo tells where it was taken',
  noneText: 'Phones write it into the picture where that is switched on. You can also choose photos and press P.',
  failed: 'The map can’t be loaded',
  open: 'Show on the map',
};
