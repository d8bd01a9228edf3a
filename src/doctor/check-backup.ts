/** The last backup of a home: whether there is one, and how old it is. Pure. */
import type { Finding } from './finding.js';

/** How old the last backup may be, ms. */
const usual = 30 * 24 * 3_600_000;

/** How old the last backup is; `at` is UTC. Nothing is said of a home without photos. */
export function examineBackup(at: string | undefined, photos: number, now: number): Finding[] {
  if (photos === 0) return [];
  const remedy = 'Run `photospool backup DIR`, best each night and to another disk.';
  const last = at === undefined ? NaN : Date.parse(at);
  if (Number.isNaN(last)) {
    return [{ check: 'backup', severity: 'warning', message: 'There is no backup of this home yet.', remedy }];
  }
  if (now - last < usual) return [];
  const days = Math.floor((now - last) / (24 * 3_600_000));
  return [{ check: 'backup', severity: 'warning', message: `The last backup is ${days} days old.`, remedy }];
}
