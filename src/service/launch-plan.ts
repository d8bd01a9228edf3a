/**
 * What a service runs, whichever system starts it: one pass over the spool (`process`), or the server (`serve`), with the
 * home and the flags it was installed with. Paths are absolute, because nothing that a shell sets up is there. Pure.
 */
import { createHash } from 'node:crypto';
import { PhotospoolError, printable } from '../base/errors.js';

/** The systems that can start it. */
export const kinds = ['launchd', 'systemd', 'cron'] as const;

/** One of the systems that can start it. */
export type Kind = (typeof kinds)[number];

/** What is to be run, and when. */
export interface LaunchPlan {
  /** What it is called there: one name per home. */
  name: string;
  /** `pass`: one pass whenever something comes in. `serve`: the server, always. */
  runs: 'pass' | 'serve';
  /** Program and arguments; the program is an absolute path. */
  command: readonly string[];
  home: string;
  incoming: string;
  /** The folders that may be written to, absolute, none in another. */
  writable: readonly string[];
  /** False where this system lets users have no namespaces of their own. */
  namespaces?: boolean;
  /** Seconds between passes that nothing asked for: they find what no event told of. */
  sweep: number;
}

/** The name of a home's service: `photospool` for the usual home, else with the beginning of a hash of its path. */
export function nameOf(home: string, usual: string): string {
  if (home === usual) return 'photospool';
  return `photospool-${createHash('sha256').update(home).digest('hex').slice(0, 8)}`;
}

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const control = /[\u0000-\u001f\u007f\ufffe\uffff]/;

/**
 * Makes sure that everything in a plan can be written down: none of the three formats carries a line break, nor XML most
 * other control characters. @throws PhotospoolError `config`.
 */
export function checkPlan(plan: LaunchPlan): LaunchPlan {
  for (const text of [...plan.command, plan.home, plan.incoming, ...plan.writable]) {
    if (!control.test(text)) continue;
    throw new PhotospoolError('config', `A service can't be given ${printable(text)}: it holds a control character.`, {
      hint: 'Rename that folder.',
    });
  }
  return plan;
}
