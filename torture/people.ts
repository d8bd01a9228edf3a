/**
 * Libraries of people on three servers whose clocks are years apart: 1,000 histories of sharing, ending, removing and
 * locking, with documents that arrive in any order, compared with a naive model of visibility (test/access).
 */
import { playPeople } from '../test/access/people-history.js';
import { shareOf, type Options, type Result, type Subject } from './subject.js';

const histories = 1_000;
const length = 400;

function run(options: Options): Promise<Result> {
  const result: Result = {
    figures: { 'histories of people': 0, shown: 0, hidden: 0 },
    lost: 0,
    doubled: 0,
    failures: [],
  };
  const { every } = shareOf(options);
  const first = options.seed + (options.lane?.index ?? 0);
  for (let n = 0; n * every < histories; n++) {
    const seed = first + n * (options.lane?.of ?? 1);
    try {
      const { shown, hidden } = playPeople(seed, length);
      result.figures['histories of people']!++;
      result.figures['shown']! += shown;
      result.figures['hidden']! += hidden;
    } catch (error) {
      result.failures.push((error as Error).message);
    }
    if (n % 50 === 49) options.say(`${n + 1} histories`);
  }
  return Promise.resolve(result);
}

/** The torture test. */
export const subject: Subject = {
  title: 'who sees what of whom: libraries of people on servers that hear of changes in any order',
  shared: true,
  run,
};
