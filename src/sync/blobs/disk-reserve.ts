/** The disk space that blobs leave free for the library, which could not store documents otherwise. Pure. */
import type { Room } from '../../base/disk-space.js';

/** The reserve in bytes, and its maximum share of a small disk. */
const reserve = { bytes: 64 * 1024 * 1024, part: 0.05 };

/** Whether a disk keeps its reserve after writing `bytes` more. */
export const leavesReserve = ({ left, size }: Room, bytes: number): boolean =>
  left - bytes >= Math.min(reserve.bytes, size * reserve.part);
