/**
 * Videos: always kept; shown with the machine's ffmpeg (src/video). Recognised by their first bytes, which also select
 * ffmpeg's demuxer.
 */
import { has, latin, uint } from './byte-reader.js';
import type { Family, Kind, ReadAt } from './format-family.js';
import { brandsOf } from './heif-boxes.js';

const video = (name: string, type: string): Kind => ({
  family: 'video',
  name,
  type,
  shown: 'a frame, and it plays',
  needs: 'ffmpeg to be shown',
});

const mov = video('QuickTime (MOV)', 'video/quicktime');
const mp4 = video('MP4', 'video/mp4');
const m4v = video('M4V', 'video/x-m4v');
const threegp = video('3GP', 'video/3gpp');
const avi = video('AVI', 'video/x-msvideo');
const mts = video('MPEG transport stream (MTS)', 'video/mp2t');
const mpeg = video('MPEG', 'video/mpeg');
const elementary = video('MPEG video', 'video/mpeg');
const webm = video('WebM', 'video/webm');
const mkv = video('Matroska (MKV)', 'video/x-matroska');
const wmv = video('Windows Media (WMV)', 'video/x-ms-wmv');

/** Major brands of ISO base media files with only sound. */
const sound = /^(M4A|M4B|M4P|F4A|F4B)/;
/** Atoms at the start of old QuickTime files, instead of `ftyp`. */
const atoms = ['moov', 'mdat', 'wide', 'pnot'];

function tellBoxes(head: Uint8Array): Kind | undefined {
  const major = brandsOf(head)?.[0];
  if (major === undefined) return atoms.some((atom) => has(head, 4, atom)) ? mov : undefined;
  if (major === 'qt  ') return mov;
  if (major.startsWith('M4V')) return m4v;
  if (/^3g[gp2sr]/.test(major)) return threegp;
  return sound.test(major) || !/^[\x20-\x7e]{4}$/.test(major) ? undefined : mp4;
}

/** More top-level boxes than any real file has. */
const mostBoxes = 10_000;

/**
 * Whether the boxes of an ISO base media file (ISO/IEC 14496-12, 4.2) need more bytes than the file has, or the box
 * with the description of the video (`moov`) is missing. Ignores trailing bytes that are not a box, which some programs
 * leave.
 */
async function lacksBoxes(readAt: ReadAt, size: number): Promise<boolean> {
  let told = false;
  for (let at = 0, n = 0; at + 8 <= size && n < mostBoxes; n++) {
    const box = await readAt(at, 16);
    const short = uint(box, 0, 4) ?? 0;
    const type = latin(box, 4, 4);
    if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) break;
    told ||= type === 'moov' || type === 'moof';
    // 0: to the end of the file. 1: the length follows in 64 bits.
    const length = short === 1 ? (uint(box, 8, 4) ?? 0) * 2 ** 32 + (uint(box, 12, 4) ?? 0) : short || size - at;
    if (length < 8) break;
    if (at + length > size) return true;
    at += length;
  }
  return !told;
}

/** Sync bytes of three consecutive packets, of 188 bytes or of 192 (with a time code before each). */
function isTransportStream(head: Uint8Array): boolean {
  const packets = (at: number, step: number): boolean => [0, 1, 2].every((n) => head[at + n * step] === 0x47);
  return packets(0, 188) || packets(4, 192);
}

/** Recognised by signatures; the heif family is called first, since it shares `ftyp`. */
export const videoFamily: Family = {
  name: 'video',
  recipe: 4,
  kinds: [mov, mp4, m4v, threegp, avi, mts, mpeg, elementary, webm, mkv, wmv],
  endings: 'mov qt mp4 m4v 3gp 3g2 avi mts m2ts mpg mpeg webm mkv wmv'.split(' '),
  tell(head) {
    if (has(head, 0, 'RIFF') && has(head, 8, 'AVI ')) return avi;
    if (has(head, 0, '\x1a\x45\xdf\xa3')) return Buffer.from(head).subarray(0, 64).includes('webm') ? webm : mkv;
    if (has(head, 0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11')) return wmv;
    if (has(head, 0, '\0\0\x01\xba')) return mpeg;
    if (has(head, 0, '\0\0\x01\xb3')) return elementary;
    return isTransportStream(head) ? mts : tellBoxes(head);
  },
  async cutOff(readAt, size) {
    const head = await readAt(0, 16);
    if (has(head, 0, 'RIFF')) return (uint(head, 4, 4, true) ?? 0) + 8 > size;
    return tellBoxes(head) !== undefined && (await lacksBoxes(readAt, size));
  },
};
