/**
 * Histories of people, albums, partners, offers, links, guests, publishing, ends, removals, locks and purges on a mesh
 * of real servers, with cuts, crashes, restores, wrong clocks and a hostile server: every route of every server,
 * requested by every kind of viewer, compared with the naive model of visibility (test/server/people-mesh.ts). Part of
 * `npm run torture access`.
 */
import { playMesh } from '../test/server/people-mesh.js';
import type { Options, Result } from './subject.js';

/** At scale 1. */
const histories = 1_000;
/** The steps of a history, and the number of steps after which a part of the routes is requested. */
const [length, every] = [250, 50];

/** Plays this process’s part of the histories. */
export async function playHistories({ seed, scale, lane = { index: 0, of: 1 }, say }: Options): Promise<Result> {
  const figures: Record<string, number> = { 'histories of access': 0, answers: 0, shown: 0, hidden: 0 };
  const failures: string[] = [];
  for (let n = lane.index; n < Math.ceil(histories * scale); n += lane.of) {
    try {
      const { figures: happened, ...asked } = await playMesh(seed + n, length, every);
      figures['histories of access']!++;
      for (const [what, times] of Object.entries({ ...asked, ...happened }))
        figures[what] = (figures[what] ?? 0) + times;
    } catch (error) {
      const again = `npm run torture access -- --seed ${seed + n} --scale ${1 / histories}`;
      failures.push(`${(error as Error).message}\nagain with: ${again}`);
    }
    if (n % 10 < lane.of) say(`${n + 1} of ${Math.ceil(histories * scale)} histories`);
  }
  return { figures, lost: 0, doubled: 0, failures };
}
