/** How much of a disk blobs leave for the library, which else could not take in any document. Pure. */
import type { Room } from '../../base/disk-space.js';

/** Bytes, but not more than this part of a small disk. */
const reserve = { bytes: 64 * 1024 * 1024, part: 0.05 };

/** Whether a disk keeps its reserve when `bytes` more are written to it. */
export const leavesReserve = ({ left, size }: Room, bytes: number): boolean =>
  left - bytes >= Math.min(reserve.bytes, size * reserve.part);
