/** Pictures of desktop programs, recognised but not imported: Windows bitmaps and Photoshop documents. */
import { has, uint } from './byte-reader.js';
import { unread, type Family } from './format-family.js';

const bmp = unread('bitmap', 'BMP', 'image/bmp', 'a BMP decoder');
const psd = unread('bitmap', 'Photoshop (PSD)', 'image/vnd.adobe.photoshop', 'a PSD decoder');

/**
 * A DIB header has 12 bytes, or 40 to 124; if only the two letters were checked, text that begins with BM would be a
 * picture.
 */
function isBmp(head: Uint8Array): boolean {
  const header = uint(head, 14, 4, true) ?? 0;
  return has(head, 0, 'BM') && (header === 12 || (header >= 40 && header <= 124));
}

/** Recognised by signatures. */
export const bitmap: Family = {
  name: 'bitmap',
  kinds: [bmp, psd],
  tell: (head) => (isBmp(head) ? bmp : has(head, 0, '8BPS\0') ? psd : undefined),
};
