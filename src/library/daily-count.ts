/**
 * The number of files imported today by any process: one small row among the settings, written in the transaction of
 * the import. The day is that of this machine's clock.
 */
import type { Clock } from '../base/clock.js';

/** The count of a day. */
export interface Today {
  /** Counts one more. Joins the caller's transaction. */
  add(what: 'stored' | 'duplicates'): void;
  count(): { stored: number; duplicates: number };
}

/** The storage of the count: the library's settings. */
interface Settings {
  setting(name: string): string | undefined;
  setSetting(name: string, value: string): void;
}

const name = 'today';

/** Opens today's count. */
export function openToday({ setting, setSetting }: Settings, clock: Clock): Today {
  function read(): { day: string; stored: number; duplicates: number } {
    const day = new Date(clock.now()).toDateString();
    const [known, stored, duplicates] = setting(name)?.split('|') ?? [];
    if (known !== day) return { day, stored: 0, duplicates: 0 };
    return { day, stored: Number(stored), duplicates: Number(duplicates) };
  }

  return {
    add(what) {
      const now = read();
      now[what]++;
      setSetting(name, [now.day, now.stored, now.duplicates].join('|'));
    },
    count() {
      const { stored, duplicates } = read();
      return { stored, duplicates };
    },
  };
}
