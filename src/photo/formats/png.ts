/** PNG (W3C PNG 3), and APNG, whose default picture is shown. */
import { has, latin, uint } from './byte-reader.js';
import { decoded, type Family } from './format-family.js';

const still = decoded('png', 'PNG', 'image/png');
const moving = { ...decoded('png', 'APNG', 'image/png', 'its default picture'), animated: true as const };
const signature = '\x89PNG\r\n\x1a\n';

/** Walks chunks from `at`; stops at the first one named in `stop` or beyond the bytes. */
function findChunk(bytes: Uint8Array, stop: readonly string[]): string | undefined {
  for (let at = signature.length; ;) {
    const length = uint(bytes, at, 4);
    const type = latin(bytes, at + 4, 4);
    if (length === undefined || type.length < 4) return undefined;
    if (stop.includes(type)) return type;
    at += 12 + length;
  }
}

/** APNG is recognised by an `acTL` chunk before the first `IDAT`; one after a long colour profile goes unnoticed. */
export const png: Family = {
  name: 'png',
  kinds: [still, moving],
  endings: ['png', 'apng'],
  recipe: 2,
  tell(head) {
    if (!has(head, 0, signature)) return undefined;
    return findChunk(head, ['acTL', 'IDAT', 'IEND']) === 'acTL' ? moving : still;
  },
  async cutOff(readAt, size) {
    for (let at = signature.length; at < size;) {
      const header = await readAt(at, 8);
      const length = uint(header, 0, 4);
      if (length === undefined || at + 12 + length > size) return true;
      if (has(header, 4, 'IEND')) return false;
      at += 12 + length;
    }
    return true;
  },
};
