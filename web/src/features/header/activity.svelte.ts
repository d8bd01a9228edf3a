/** What the bell tells: the dot means that something is new, not that something is wrong. */
import type { Live } from '../../lib/live.svelte.js';
import { session } from '../../lib/session.svelte.js';

/** The problems with files that no owner has seen yet, by kind. Servers of earlier versions do not say: all are new. */
export function newProblems({ spool }: Live): { stuck: number; ignored: number } {
  if (!spool || !session.may('spool')) return { stuck: 0, ignored: 0 };
  return spool.news ?? { stuck: spool.stuck.length, ignored: spool.ignored.length };
}

/** Whether the panel has something that the viewer has not seen. */
export const isUnread = (live: Live): boolean => {
  const { stuck, ignored } = newProblems(live);
  return stuck + ignored > 0;
};
