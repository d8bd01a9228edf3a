/**
 * The spool's problems that no owner has seen yet: a setting of this home stores when the Spool page was last opened,
 * and the number of ignored files at that time. A crash leaves the old setting or the new one.
 */
import type { Clock } from '../base/clock.js';
import type { Library } from '../library/library.js';
import type { SpoolStatus } from '../spool/spool-interface.js';

/**
 * The numbers of unseen stuck files and of unseen ignored files. A stuck file that a person chose to ignore does not
 * count.
 */
export interface UnseenStuckFiles {
  stuck: number;
  ignored: number;
}

/** The unseen problems of one home. */
export interface Noticed {
  news(status: SpoolStatus): UnseenStuckFiles;
  /** Marks everything as seen. */
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
