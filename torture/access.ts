/**
 * Calls every route of a real server as every role, over 1,000 histories of people, albums, partners, ends, removals
 * and locks whose documents arrive in any order; compares the responses with a naive model of visibility
 * (test/server/people-routes.ts).
 */
import { playRoutes } from '../test/server/people-routes.js';
import { shareOf, type Options, type Result, type Subject } from './subject.js';

const histories = 1_000;
/** Actions per history, and the number after which all routes are called. */
const [length, every] = [320, 80];

async function run(options: Options): Promise<Result> {
  const result: Result = {
    figures: { 'histories of access': 0, answers: 0, shown: 0, hidden: 0 },
    lost: 0,
    doubled: 0,
    failures: [],
  };
  const { every: share } = shareOf(options);
  const first = options.seed + (options.lane?.index ?? 0);
  for (let n = 0; n * share < histories; n++) {
    const seed = first + n * (options.lane?.of ?? 1);
    try {
      const asked = await playRoutes(seed, length, every);
      result.figures['histories of access']!++;
      for (const [what, count] of Object.entries(asked)) result.figures[what]! += count as number;
    } catch (error) {
      result.failures.push((error as Error).message);
    }
    if (n % 10 === 9) options.say(`${n + 1} histories`);
  }
  return result;
}

/** The torture test. */
export const subject: Subject = {
  title: 'who gets what from every route: people with libraries of their own',
  shared: true,
  run,
};
