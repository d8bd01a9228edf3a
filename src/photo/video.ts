/** Videos, known and left where they are. */
import { has } from './bytes.js';
import { unread, type Family, type Kind } from './family.js';
import { brandsOf } from './boxes.js';

const video = (name: string, type: string): Kind => unread('video', name, type, 'a video decoder');

const mov = video('QuickTime (MOV)', 'video/quicktime');
const mp4 = video('MP4', 'video/mp4');
const m4v = video('M4V', 'video/x-m4v');
const threegp = video('3GP', 'video/3gpp');
const avi = video('AVI', 'video/x-msvideo');
const mts = video('MPEG transport stream (MTS)', 'video/mp2t');
const mpeg = video('MPEG', 'video/mpeg');
const webm = video('WebM', 'video/webm');
const mkv = video('Matroska (MKV)', 'video/x-matroska');
const wmv = video('Windows Media (WMV)', 'video/x-ms-wmv');

/** Major brands of ISO base media files that hold sound only. */
const sound = /^(M4A|M4B|M4P|F4A|F4B)/;
/** Atoms that old QuickTime files begin with instead of `ftyp`. */
const atoms = ['moov', 'mdat', 'wide', 'pnot'];

function tellBoxes(head: Uint8Array): Kind | undefined {
  const major = brandsOf(head)?.[0];
  if (major === undefined) return atoms.some((atom) => has(head, 4, atom)) ? mov : undefined;
  if (major === 'qt  ') return mov;
  if (major.startsWith('M4V')) return m4v;
  if (/^3g[gp2sr]/.test(major)) return threegp;
  return sound.test(major) || !/^[\x20-\x7e]{4}$/.test(major) ? undefined : mp4;
}

/** Sync bytes of three packets in a row, of 188 bytes or of 192 (with a time code before each). */
function isTransportStream(head: Uint8Array): boolean {
  const packets = (at: number, step: number): boolean => [0, 1, 2].every((n) => head[at + n * step] === 0x47);
  return packets(0, 188) || packets(4, 192);
}

/** Known by signatures; the heif family is asked first, since it shares `ftyp`. */
export const videoFamily: Family = {
  name: 'video',
  kinds: [mov, mp4, m4v, threegp, avi, mts, mpeg, webm, mkv, wmv],
  tell(head) {
    if (has(head, 0, 'RIFF') && has(head, 8, 'AVI ')) return avi;
    if (has(head, 0, '\x1a\x45\xdf\xa3')) return Buffer.from(head).subarray(0, 64).includes('webm') ? webm : mkv;
    if (has(head, 0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11')) return wmv;
    if (has(head, 0, '\0\0\x01\xba') || has(head, 0, '\0\0\x01\xb3')) return mpeg;
    return isTransportStream(head) ? mts : tellBoxes(head);
  },
};
