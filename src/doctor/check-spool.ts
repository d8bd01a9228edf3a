/** Reports what stops imports: stuck files, and disk errors. Reads only. */
import { printable } from '../base/errors.js';
import type { SpoolPause, StuckItem } from '../spool/spool-interface.js';
import type { Finding } from './finding.js';

const counted = (n: number): string => (n === 1 ? '1 file' : `${n.toLocaleString('en')} files`);

/** Reports stuck files, and why imports are paused. */
export function examineSpool(stuck: readonly StuckItem[], held?: SpoolPause): Finding[] {
  const found: Finding[] = [];
  if (held) {
    found.push({
      check: 'spool',
      severity: 'error',
      message: `Importing is paused: ${printable(held.reason)}`,
      remedy:
        'Fix the cause. Importing resumes automatically within five minutes, or immediately with `photospool retry --all`.',
    });
  }
  const [first] = stuck;
  if (first) {
    const others = stuck.length > 1 ? `, ${printable(first.name)} among them` : `: ${printable(first.name)}`;
    found.push({
      check: 'spool',
      severity: 'warning',
      message: `${counted(stuck.length)} could not be imported${others}. ${printable(first.reason)}`,
      remedy:
        'Open Import in the settings to see why and try again, or run `photospool status` and `photospool retry NAME…`.',
    });
  }
  return found;
}
