/**
 * Kills processes at random times while many photos are imported, with one processor or several that share incoming,
 * library and archive, each with its own `work`. Photos are released in step with the kills, so that there is always
 * work in progress. In every round all processors start, make progress, and are killed; then nothing may be lost. At
 * the end all are started once more, and each photo must exist exactly once.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import { attempt, type Attempt } from './attempt.js';
import { program } from './compile.js';
import { conclude, type Trial } from './faults.js';
import type { Outcome } from './outcomes.js';
import { realPhotos, tinyPhoto, withComment } from './pictures.js';
import { seeded } from './seeded.js';
import type { Result, Subject } from './subject.js';
import { filesBelow, findLost, makeWorld, type World } from './world.js';

/** The size of a trial. */
export interface Crowd {
  photos: Record<string, Buffer>;
  processors: number;
  /** The minimum number of kills. */
  kills: number;
  seed: number;
}

const outcomeOf = (comes: Record<string, Buffer>): Outcome => ({
  name: 'crowd',
  before: {},
  comes,
  stays: [],
  broken: [],
  mode: 'move',
  linked: [],
  devices: [],
});

/** Photos that differ in a comment, made from `bases`; every sixth one has the bytes of the one before. */
export function manyPhotos(bases: readonly Buffer[], count: number): Record<string, Buffer> {
  const bytes = (n: number): Buffer => withComment(bases[n % bases.length]!, `photo ${n}`);
  const all = Array.from({ length: count }, (_, n) => [`${n}.jpg`, bytes(n % 6 === 5 ? n - 1 : n)] as const);
  return Object.fromEntries(all);
}

/** The number of files that Photospool has written so far. */
const progress = ({ works, config }: World): number =>
  [...works, config.done, join(config.data, 'blobs')].flatMap(filesBelow).length;

function start({ config }: World, work: string): ChildProcess {
  const { home, incoming } = config;
  const flags = ['--home', home, '--incoming', incoming, '--work', work, '--settle', '0'];
  return spawn(process.execPath, [program, 'process', ...flags], { stdio: 'ignore' });
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

/** Starts all processors and kills them after they have written about `files` files; returns the number killed. */
async function shake(world: World, files: number, pause: number): Promise<number> {
  const goal = progress(world) + files;
  const children = world.works.map((work) => start(world, work));
  const ends = children.map((child) => new Promise<void>((resolve) => child.once('exit', () => resolve())));
  while (children.some(isRunning) && progress(world) < goal) await setTimeout(4);
  await setTimeout(pause);
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(ends);
  return children.filter(({ signalCode }) => signalCode === 'SIGKILL').length;
}

/** Moves all photos out of incoming, and releases them in given numbers. */
function withhold({ source, root }: World): { left(): number; release(count: number): void } {
  // In a folder that is searched for bytes, so that none seems to be lost.
  const aside = join(root, 'tree');
  mkdirSync(aside, { recursive: true });
  const names = filesBelow(source).map((path) => path.slice(source.length + 1));
  for (const name of names) renameSync(join(source, name), join(aside, name));
  return {
    left: () => names.length,
    release(count) {
      for (const name of names.splice(0, Math.max(0, count))) renameSync(join(aside, name), join(source, name));
    },
  };
}

/** Starts every processor without killing it, until none waits for another. */
async function finish(world: World): Promise<Attempt> {
  let last: Attempt | undefined;
  for (const work of [...world.works, ...world.works]) {
    last = await attempt({ ...world, config: { ...world.config, work } }, { again: true });
  }
  return last!;
}

/** One trial, from the first start to the last. */
export async function tryCrowd({ photos, processors, kills, seed }: Crowd): Promise<Result> {
  const result: Result = { figures: { 'kills survived': 0 }, lost: 0, doubled: 0, failures: [] };
  const random = seeded(seed);
  const world = await makeWorld(outcomeOf(photos), () => Promise.resolve());
  const { home } = world.config;
  for (let n = 2; n <= processors; n++) world.works.push(join(home, `work-${n}`));
  try {
    const waiting = withhold(world);
    for (let rounds = 0; result.figures['kills survived']! < kills && rounds < kills * 3; rounds++) {
      // A processor without photos ends before it can be killed: some are always left for the next round.
      const through = result.figures['kills survived']! / kills;
      const due = Math.ceil(Object.keys(photos).length * (1 - through));
      const there = filesBelow(world.config.incoming).length;
      waiting.release(Math.max(waiting.left() - due, processors - there));
      // If photos are ahead of the kills, each process is killed at its first file.
      const ahead = filesBelow(world.config.done).length / Object.keys(photos).length > through;
      const killed = await shake(world, ahead ? 1 : 1 + random() * 6 * processors, ahead ? 0 : random() * 20);
      const lost = findLost(world);
      if (lost.length > 0) return { ...result, lost: lost.length, failures: lost.map((name) => `${name} is lost`) };
      result.figures['kills survived']! += killed;
    }
    waiting.release(waiting.left());
    const trial: Trial = { hit: true, at: '', verdict: { lost: [], doubled: [], wrong: [] } };
    conclude(trial, world, await finish(world));
    const { lost, doubled, wrong } = trial.verdict;
    result.failures.push(...lost, ...doubled, ...wrong);
    return { ...result, lost: lost.length, doubled: doubled.length };
  } finally {
    world.remove();
  }
}

/** The real photos that can be decoded, or a generated one if there are none. */
async function bases(say: (line: string) => void): Promise<Buffer[]> {
  const found = realPhotos(process.env.PHOTOSPOOL_PHOTOS ?? '../shared/photos', 400_000);
  if (found.length === 0) say('there are no real photos in ../shared/photos: a made one stands for them');
  if (found.length === 0) return [await tinyPhoto('base')];
  const named = Object.fromEntries(found.map((bytes, n) => [`${n}.jpg`, bytes]));
  const world = await makeWorld(outcomeOf(named), () => Promise.resolve());
  try {
    const { summary } = await attempt(world);
    const stuck = new Set(summary?.stuckItems.map(({ name }) => name));
    const left = new Set(filesBelow(world.source).map((path) => path.slice(world.source.length + 1)));
    return Object.entries(named).flatMap(([name, bytes]) => (stuck.has(name) || left.has(name) ? [] : [bytes]));
  } finally {
    world.remove();
  }
}

/** The torture test of `npm run torture crowd`. */
export const subject: Subject = {
  title: 'processes killed at random times while 300 photos go through: one at a time, and three on one incoming',
  async run({ seed, scale, say }) {
    const photos = manyPhotos(await bases(say), Math.max(12, Math.round(300 * scale)));
    const total: Result = {
      figures: { 'kills survived': 0, 'photos through kills': 0 },
      lost: 0,
      doubled: 0,
      failures: [],
    };
    for (const processors of [1, 3]) {
      say(`${processors} processors`);
      const crowd = { photos, processors, kills: Math.max(3, Math.round(500 * scale)), seed };
      const { figures, lost, doubled, failures } = await tryCrowd(crowd);
      total.figures['kills survived']! += figures['kills survived']!;
      total.figures['photos through kills']! += Object.keys(photos).length;
      total.lost += lost;
      total.doubled += doubled;
      total.failures.push(...failures.map((one) => `${processors} processors: ${one}`));
    }
    return total;
  },
};
