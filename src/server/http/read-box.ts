/** Reads an area of the map from a query. */
import { PhotospoolError } from '../../base/errors.js';
import type { Box } from '../../catalog/catalog.js';

const degrees = /^-?\d{1,3}(?:\.\d{1,10})?$/;

/** An area, `south,west,north,east` in degrees. @throws PhotospoolError `invalid`. */
export function readBox(text: string): Box {
  const parts = text.split(',');
  const [south, west, north, east] = parts.map((part) => (degrees.test(part) ? Number(part) : NaN));
  if (parts.length === 4 && [south, west, north, east].every((part) => !Number.isNaN(part)))
    return { south: south!, west: west!, north: north!, east: east! };
  throw new PhotospoolError('invalid', 'This is not a valid area on the map.', {
    hint: 'Send box as south,west,north,east in degrees.',
  });
}
