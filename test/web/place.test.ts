/** What people type or paste as a place. */
import { expect, test } from 'vitest';
import { readPlace } from '../../web/src/features/selection/parse-place.js';

test.each([
  ['39.115, -108.4', { gps: { lat: 39.115, lon: -108.4 } }],
  ['https://www.google.com/maps/@39.115,-108.4,15z', { gps: { lat: 39.115, lon: -108.4 } }],
  [
    'https://www.google.com/maps/place/Palisade/@39.1,-108.3,14z/data=!3m1!4b1!4m6!3d39.1102!4d-108.3507',
    { gps: { lat: 39.1102, lon: -108.3507 } },
  ],
  ['https://maps.google.com/?q=39.115,-108.4', { gps: { lat: 39.115, lon: -108.4 } }],
  ['https://www.openstreetmap.org/?mlat=43.46&mlon=-5.06#map=15/43.5/-5.1', { gps: { lat: 43.46, lon: -5.06 } }],
  ['https://www.openstreetmap.org/#map=15/43.46/-5.06', { gps: { lat: 43.46, lon: -5.06 } }],
  ['https://maps.apple.com/?ll=43.46,-5.06&z=10', { gps: { lat: 43.46, lon: -5.06 } }],
  ['geo:43.46,-5.06?z=12', { gps: { lat: 43.46, lon: -5.06 } }],
  ['https://example.org/no/position', undefined],
  ['https://www.google.com/maps/@99.1,-108.4,15z', undefined],
  ['91, 0', undefined],
  ['Ribadesella, Asturias, Spain', { place: { city: 'Ribadesella', region: 'Asturias', country: 'ES' } }],
  ['Palisade', { place: { city: 'Palisade' } }],
])('%s', (text, change) => {
  expect(readPlace(text)).toEqual(change);
});
