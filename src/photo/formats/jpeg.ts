/** JPEG (ITU-T T.81), including MPO and Ultra HDR: the first picture is shown. */
import { has } from './byte-reader.js';
import { decoded, type Family } from './format-family.js';

const kind = decoded('jpeg', 'JPEG', 'image/jpeg');

/**
 * Recognised by SOI and the start of the next marker. libjpeg itself reports a missing end (see
 * photo/decode/decode-errors.ts).
 */
export const jpeg: Family = {
  name: 'jpeg',
  kinds: [kind],
  endings: ['jpg', 'jpeg', 'jpe', 'jfif', 'mpo'],
  tell: (head) => (has(head, 0, '\xff\xd8\xff') ? kind : undefined),
};
