/**
 * Kills backup and restore: the real commands, killed by SIGKILL before the n-th call that changes a file, for every n.
 * A killed backup leaves the home and earlier snapshots unchanged; a killed restore leaves every photo somewhere; and
 * running the same command again completes it.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openMemory } from './attempt.js';
import { compile, program } from './compile.js';
import { openWorld } from './faults.js';
import { listOutcomes, type Outcome } from './outcomes.js';
import { tinyPhoto } from './pictures.js';
import { shareOf, type Options, type Result, type Subject } from './subject.js';
import { filesBelow, hashOf, type World } from './world.js';

/** The end of a command: its exit code, or that it was killed; and its output. */
interface Ended {
  code: number | 'killed';
  out: string;
  err: string;
}

/** The folder of backups in a world. */
const vaultOf = ({ root }: World): string => join(root, 'vault');
const hashesIn = (...folders: string[]): string[] =>
  folders.flatMap(filesBelow).map((path) => hashOf(readFileSync(path)));

/** Runs a verb on a home, to its end or to its n-th change. */
function run(home: string, args: string[], victim?: { mortal: string; n: number }): Promise<Ended> {
  const before = victim ? ['--import', victim.mortal] : [];
  const env = { ...process.env, PHOTOSPOOL_SETTLE: '0', ...(victim && { PHOTOSPOOL_DIE_AT: String(victim.n) }) };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...before, program, ...args, '--home', home], { env });
    const ended: Ended = { code: 'killed', out: '', err: '' };
    child.stdout.on('data', (part: Buffer) => void (ended.out += part.toString()));
    child.stderr.on('data', (part: Buffer) => void (ended.err += part.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code: code ?? 'killed' }));
  });
}

/** The checks of a trial: sentences about problems, empty without any. */
type Check = (world: World) => Promise<string[]>;

/** A command to kill, and what must be true afterwards and after running it again. */
interface Plan {
  name: string;
  /** Creates the world in which each trial begins. */
  prepare(world: World): Promise<void>;
  args(world: World): string[];
  killed: Check;
  again: Check;
}

const expectCode = ({ code, err }: Ended, what: string, ...codes: number[]): string[] =>
  typeof code === 'number' && codes.includes(code) ? [] : [`${what} ended with ${code}: ${err.trim()}`];

/** Whether a home has the documents of all photos, and the archive their bytes. */
async function checkHome(home: string, world: World, what: string): Promise<string[]> {
  const { out } = await run(home, ['list', '--json']);
  const photos = Object.values(world.outcome.before);
  const there = new Set(hashesIn(join(home, 'archive')));
  const listed = out.trim() === '' ? 0 : out.trim().split('\n').length;
  const missing = photos.filter((bytes) => !there.has(hashOf(bytes))).length;
  return [
    ...(listed === photos.length ? [] : [`${what} has ${listed} documents of ${photos.length}`]),
    ...(missing === 0 ? [] : [`${what} has lost ${missing} photos`]),
    ...expectCode(await run(home, ['verify']), `verify of ${what}`, 0),
  ];
}

const everything = ['--originals', '--renditions'];

const backup: Plan = {
  name: 'backup',
  // An earlier snapshot without originals: it must stay intact.
  async prepare(world) {
    const { code, err } = await run(world.config.home, ['backup', vaultOf(world)]);
    if (code !== 0) throw new Error(err);
  },
  args: (world) => ['backup', vaultOf(world), ...everything],
  async killed(world) {
    const old = join(world.root, 'old');
    const restored = await run(old, ['restore', vaultOf(world)]);
    const { out } = await run(old, ['list', '--json']);
    const listed = out.trim().split('\n').length;
    return [
      ...expectCode(restored, 'restoring what was there before', 0, 1),
      ...(listed === Object.keys(world.outcome.before).length ? [] : [`the snapshot before has ${listed} documents`]),
      ...(await checkHome(world.config.home, world, 'the home')),
    ];
  },
  async again(world) {
    const fresh = join(world.root, 'fresh');
    return [
      ...expectCode(await run(world.config.home, backup.args(world)), 'backup again', 0),
      ...expectCode(await run(fresh, ['restore', vaultOf(world)]), 'restoring it', 0),
      ...(await checkHome(fresh, world, 'what was restored')),
    ];
  },
};

const restore: Plan = {
  name: 'restore',
  // The library and an original are lost, and another original is elsewhere in the archive.
  async prepare(world) {
    const { home, done, data } = world.config;
    const { code, err } = await run(home, ['backup', vaultOf(world), ...everything]);
    if (code !== 0) throw new Error(err);
    const [first, second] = filesBelow(done).filter((path) => path.endsWith('.jpg'));
    rmSync(first!, { force: true });
    mkdirSync(join(done, 'mine'));
    renameSync(second!, join(done, 'mine/moved.jpg'));
    rmSync(data, { recursive: true });
  },
  args: (world) => ['restore', vaultOf(world)],
  killed(world) {
    const there = new Set(hashesIn(world.root));
    const lost = Object.entries(world.outcome.before).filter(([, bytes]) => !there.has(hashOf(bytes)));
    return Promise.resolve(lost.map(([name]) => `${name} is lost`));
  },
  async again(world) {
    const { home } = world.config;
    return [
      ...expectCode(await run(home, restore.args(world)), 'restore again', 0),
      ...(await checkHome(home, world, 'the home')),
    ];
  },
};

/** Stores the present state of a world, for `reset`. */
function keep({ root }: World): void {
  const template = join(dirname(root), 'template');
  rmSync(template, { recursive: true, force: true });
  cpSync(root, template, { recursive: true, preserveTimestamps: true });
}

async function tryPlan(plan: Plan, options: Options, result: Result): Promise<void> {
  const mortal = compile('mortal');
  const photos = await Promise.all(['one', 'two', 'three'].map(tinyPhoto));
  const [like] = await listOutcomes();
  const before = Object.fromEntries(photos.map((bytes, n) => [`${n}.jpg`, bytes]));
  const outcome: Outcome = { ...like!, name: plan.name, before, comes: {}, stays: [], broken: [], mode: 'move' };
  const memory = openMemory();
  const world = await openWorld({ ...outcome, devices: [] }, memory);
  await memory.close();
  try {
    await plan.prepare(world);
    keep(world);
    const { every, offset } = shareOf(options);
    for (let n = 1 + (offset % every); ; n += every) {
      world.reset();
      if ((await run(world.config.home, plan.args(world), { mortal, n })).code !== 'killed') return;
      options.say(`${plan.name}, change ${n}`);
      const vault = plan === restore ? hashesIn(vaultOf(world)).sort().join() : '';
      const wrong = [...(await plan.killed(world)), ...(await plan.again(world))];
      if (plan === restore && hashesIn(vaultOf(world)).sort().join() !== vault) wrong.push('the backup has changed');
      result.lost += wrong.filter((one) => /lost/.test(one)).length;
      result.failures.push(...wrong.map((one) => `${plan.name}, killed before change ${n}: ${one}`));
      if (wrong.length === 0) result.figures['kills survived']! += 1;
    }
  } finally {
    world.remove();
  }
}

/** The torture test of `npm run torture rescue`. */
export const subject: Subject = {
  title: 'backup and restore are killed before every single change that they make',
  shared: true,
  async run(options) {
    const result: Result = { figures: { 'kills survived': 0 }, lost: 0, doubled: 0, failures: [] };
    for (const plan of [backup, restore]) await tryPlan(plan, options, result);
    return result;
  },
};
