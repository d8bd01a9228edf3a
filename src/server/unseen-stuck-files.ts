/**
 * What of the spool's trouble an owner has not looked at yet: a setting of this home keeps when the Spool page was last seen, and
 * how many files were left alone then. A crash leaves the setting before it, or after.
 */
import type { Clock } from '../base/clock.js';
import type { Library } from '../library/library.js';
import type { SpoolStatus } from '../spool/spool-interface.js';

/** How many stuck files, and files that were left alone, nobody has seen yet. Ignored ones are none of them. */
export interface UnseenStuckFiles {
  stuck: number;
  ignored: number;
}

/** What was noticed in one home. */
export interface Noticed {
  news(status: SpoolStatus): UnseenStuckFiles;
  /** All that there is now was seen. */
  see(status: SpoolStatus): void;
}

const name = 'spool.seen';

/** Opens it. */
export function openNoticed({ local }: Library, clock: Clock): Noticed {
  return {
    news({ stuck, ignored }) {
      const [at = '', left = '0'] = (local.setting(name) ?? '').split(' ');
      const isNew = ({ ignored: not, since }: SpoolStatus['stuck'][number]): boolean =>
        not !== true && (since === undefined || since > at);
      return { stuck: stuck.filter(isNew).length, ignored: Math.max(0, ignored.length - Number(left)) };
    },
    see: ({ ignored }) => local.setSetting(name, `${new Date(clock.now()).toISOString()} ${ignored.length}`),
  };
}
