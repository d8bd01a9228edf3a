/** GIF (87a and 89a); of an animation the first frame. */
import { has } from './byte-reader.js';
import { decoded, type Family } from './format-family.js';

const kind = decoded('gif', 'GIF', 'image/gif', 'the picture; of an animation its first frame');

const trailer = 0x3b;

/** Recognised by its signature. It ends with a trailer of one byte. */
export const gif: Family = {
  name: 'gif',
  kinds: [kind],
  endings: ['gif'],
  tell: (head) => (has(head, 0, 'GIF87a') || has(head, 0, 'GIF89a') ? kind : undefined),
  cutOff: async (readAt, size) => (await readAt(size - 1, 1))[0] !== trailer,
};
