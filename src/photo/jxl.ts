/** JPEG XL (ISO/IEC 18181-2) and JPEG 2000 (ISO/IEC 15444-1), known and left where they are. */
import { has } from './bytes.js';
import { unread, type Family } from './family.js';

const jpegXl = unread(
  'jxl',
  'JPEG XL',
  'image/jxl',
  'a JPEG XL decoder, which the libvips that comes with Photospool has not',
);
const jpeg2000 = unread('jxl', 'JPEG 2000', 'image/jp2', 'a JPEG 2000 decoder');

/** Known by the bare codestream's first two bytes or the signature box. */
export const jxl: Family = {
  name: 'jxl',
  kinds: [jpegXl, jpeg2000],
  tell(head) {
    if (has(head, 0, '\xff\x0a') || has(head, 0, '\0\0\0\x0cJXL \r\n\x87\n')) return jpegXl;
    if (has(head, 0, '\0\0\0\x0cjP  \r\n\x87\n') || has(head, 0, '\xff\x4f\xff\x51')) return jpeg2000;
    return undefined;
  },
};
