/** English: the map. */
import { legible } from '../../lib/legible.js';
import { app } from './core.js';

export const map = {
  title: app.pages.places,
  map: 'Map',
  how: 'Use the arrow keys to move the map, plus and minus to zoom, and 0 to show the whole world. Press Tab to go from group to group.',
  closer: 'Zoom in',
  further: 'Zoom out',
  world: 'Show the whole world',
  area: 'Search an area',
  areaHow: 'Draw a box around the area to search',
  group: (n: number, place: string | undefined) =>
    place === undefined ? app.photos(n) : `${legible(place)}, ${app.photos(n)}`,
  inView: (n: number) => (n === 0 ? 'No photos here' : `${app.photos(n)} here`),
  show: 'Show in Photos',
  strip: 'Photos here',
  without: 'Show all places',
  among: (q: string) => `Among “${q}”`,
  none: 'No photos with a location yet',
  noneText: 'Turn on location in the camera settings of your phone. You can also select photos and choose Place.',
  failed: 'The map can’t be loaded. Reload the page.',
  open: 'Show on map',
  /** As the licence of the names asks (CC BY 4.0). */
  credit: (map: string) => ['Names: GeoNames', map].filter(Boolean).join(' · '),
};

export const picker = {
  how: 'Click or tap the map to place the pin, or press Enter to place it in the centre. Use the arrow keys to move the map, plus and minus to zoom. On the pin, the arrow keys move the pin.',
  about: 'Click or tap the map to place the pin.',
  pin: (name: string) => `Pin: ${name}. Use the arrow keys to move it.`,
  save: 'Save place',
};
