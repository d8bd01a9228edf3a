/**
 * Every route of a real server, asked by every kind of viewer, over random histories of people, albums, partners, ends, removals and locks
 * whose documents arrive in any order; compared with the naive model of who sees what (test/server/people-routes.ts). Part of
 * `npm run torture access`.
 */
import { playRoutes } from '../test/server/people-routes.js';
import type { Options, Result } from './subject.js';

/** At scale 1. */
const histories = 1_000;
/** The acts of a history, and after how many of them every route is asked. */
const [length, every] = [320, 80];

/** Plays the histories. */
export async function playHistories({ seed, scale, say }: Options): Promise<Result> {
  const figures = { 'histories of access': 0, answers: 0, shown: 0, hidden: 0 };
  const failures: string[] = [];
  for (let n = 0; n < Math.ceil(histories * scale); n++) {
    try {
      const { answers, shown, hidden } = await playRoutes(seed + n, length, every);
      figures['histories of access']++;
      figures.answers += answers;
      figures.shown += shown;
      figures.hidden += hidden;
    } catch (error) {
      failures.push((error as Error).message);
    }
    if (n % 10 === 9) say(`${n + 1} histories`);
  }
  return { figures, lost: 0, doubled: 0, failures };
}
