/** Checks the last backup of a home: whether there is one, and its age. Pure. */
import type { Finding } from './finding.js';

/** The maximum age of the last backup, ms. */
const usual = 30 * 24 * 3_600_000;

/** Checks the age of the last backup; `at` is UTC. A home without photos needs none. */
export function examineBackup(at: string | undefined, photos: number, now: number): Finding[] {
  if (photos === 0) return [];
  const remedy = 'Run `photospool backup DIR`, ideally every night and to another disk.';
  const last = at === undefined ? NaN : Date.parse(at);
  if (Number.isNaN(last)) {
    return [{ check: 'backup', severity: 'warning', message: 'This home has never been backed up.', remedy }];
  }
  if (now - last < usual) return [];
  const days = Math.floor((now - last) / (24 * 3_600_000));
  return [{ check: 'backup', severity: 'warning', message: `The last backup is ${days} days old.`, remedy }];
}
