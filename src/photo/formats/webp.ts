/** WebP (RFC 9649); of an animation the first frame. */
import { has, uint } from './byte-reader.js';
import { decoded, type Family } from './format-family.js';

const kind = decoded('webp', 'WebP', 'image/webp', 'the picture; of an animation its first frame');

/** Recognised by RIFF and its form type. The RIFF header states how long the file must be. */
export const webp: Family = {
  name: 'webp',
  kinds: [kind],
  endings: ['webp'],
  tell: (head) => (has(head, 0, 'RIFF') && has(head, 8, 'WEBP') ? kind : undefined),
  async cutOff(readAt, size) {
    const length = uint(await readAt(4, 4), 0, 4, true);
    return length === undefined || length + 8 > size;
  },
};
