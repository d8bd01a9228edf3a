/**
 * The command that a service runs on any system: one pass over the spool (`process`), or the server (`serve`), with the
 * home and the flags at the time of installation. Paths are absolute, because a service has no shell environment. Pure.
 */
import { createHash } from 'node:crypto';
import { PhotospoolError, printable } from '../base/errors.js';

/** The systems that can run a service. */
export const kinds = ['launchd', 'systemd', 'cron'] as const;

/** One of these systems. */
export type Kind = (typeof kinds)[number];

/** The command, and when it runs. */
export interface LaunchPlan {
  /** The name of the service: unique per home. */
  name: string;
  /** `pass`: a pass whenever files arrive. `serve`: the server, permanently. */
  runs: 'pass' | 'serve';
  /** Program and arguments; the program is an absolute path. */
  command: readonly string[];
  home: string;
  incoming: string;
  /** The writable folders, absolute, none inside another. */
  writable: readonly string[];
  /** False if this system does not allow users their own namespaces. */
  namespaces?: boolean;
  /** Seconds between unconditional passes, which find files that no event reported. */
  sweep: number;
}

/**
 * The name of a home's service: `photospool` for the default home, otherwise with the beginning of a hash of its path.
 */
export function nameOf(home: string, usual: string): string {
  if (home === usual) return 'photospool';
  return `photospool-${createHash('sha256').update(home).digest('hex').slice(0, 8)}`;
}

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const control = /[\u0000-\u001f\u007f\ufffe\uffff]/;

/**
 * Checks that a plan can be written in all three formats: none can express a line break, nor XML most other control
 * characters. @throws PhotospoolError `config`.
 */
export function checkPlan(plan: LaunchPlan): LaunchPlan {
  for (const text of [...plan.command, plan.home, plan.incoming, ...plan.writable]) {
    if (!control.test(text)) continue;
    throw new PhotospoolError('config', `A service can't use ${printable(text)}: it contains a control character.`, {
      hint: 'Rename the folder.',
    });
  }
  return plan;
}
