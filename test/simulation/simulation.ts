/**
 * One run of the mesh in one process: the seed determines the homes, their connections and clocks, all actions and all
 * faults. Then the faults end and all connections run until nothing changes. Conditions are checked after every step at
 * its home, and at the end everywhere. The same seed gives the same run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDice } from './dice.js';
import { doSomething } from './deeds.js';
import { wrongs } from './check.js';
import { heal } from './heal.js';
import { count, Crash, openHome, type Backup, type Home, type World } from './home.js';
import { openNetwork, settled, type Link, type Network } from './network.js';
import { forge, touch } from './hostile.js';
import { openObserver, type Observer } from './observer.js';

/** The result of a run. */
export interface Outcome {
  figures: Record<string, number>;
  /** The problem, with the preceding events; undefined if there is none. */
  failure?: string;
}

/** A run in progress. */
export interface Mesh {
  world: World;
  homes: Home[];
  network: Network;
  observer: Observer;
  backups: Map<Home, Backup[]>;
}

const hour = 3_600_000;
/** The number of steps before all faults end. */
const steps = 350;

/** Runs the simulation of a seed. Never rejects because of a problem that it finds. */
export async function simulate(seed: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'photospool-mesh-'));
  const dice = openDice(seed);
  const world: World = { dice, time: 1_700_000_000_000, folder, acts: new Map(), trace: [], figures: {} };
  const homes: Home[] = [];
  try {
    const mesh = openMesh(world, homes);
    for (let n = 0; n < steps; n++) {
      world.time += dice.below(3_000);
      step(mesh);
      await settled();
      if (mesh.network.error) throw mesh.network.error as Error;
    }
    await heal(mesh);
    return { figures: world.figures };
  } catch (error) {
    return { figures: world.figures, failure: tell(seed, error, world.trace) };
  } finally {
    for (const home of homes) home.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function tell(seed: number, error: unknown, trace: readonly string[]): string {
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `seed ${seed}: ${told}\n${trace.join('\n')}\nagain with: npm run torture mesh -- --seed ${seed} --scale 0.001`;
}

function openMesh(world: World, homes: Home[]): Mesh {
  const { dice } = world;
  const size = 3 + dice.below(5);
  for (let n = 0; n < size; n++) homes.push(openHome(world, String.fromCharCode(65 + n)));
  for (const home of homes) if (dice.chance(0.5)) setClock(world, home);
  const network = openNetwork<Home>(world, (home) => crash(mesh, home));
  const link = (a: Home, b: Home): void => void network.links.push({ maker: a, other: b, cut: dice.chance(0.3) });
  homes.slice(1).forEach((home, n) => link(home, homes[dice.below(n + 1)]!));
  for (let n = dice.below(size); n > 0; n--) {
    const [a, b] = dice.shuffle(homes) as [Home, Home];
    if (!network.links.some(({ maker, other }) => [maker, other].includes(a) && [maker, other].includes(b))) link(a, b);
  }
  const observer = openObserver(world, homes.slice(0, 1 + dice.below(3)));
  const mesh: Mesh = { world, homes, network, observer, backups: new Map(homes.map((home) => [home, []])) };
  return mesh;
}

/** Sets a clock wrong, by up to a day, or by years; a clock may jump back. */
function setClock({ dice, figures, trace }: World, home: Home): void {
  const isFar = dice.chance(0.2);
  const far = (dice.below(9) - 4) * 365 * 24 * hour;
  const skew = dice.chance(0.2) ? 0 : (isFar ? far : 0) + (dice.below(48) - 24) * hour + dice.below(hour);
  if (isFar) figures['clocks years off'] = (figures['clocks years off'] ?? 0) + 1;
  const what = skew < home.skew ? 'clocks set back' : 'clocks set wrong';
  figures[what] = (figures[what] ?? 0) + 1;
  home.skew = skew;
  trace.push(`${home.name} clock ${skew / hour} h`);
}

function crash({ world, network }: Mesh, home: Home): void {
  network.down(home);
  home.reopen();
  count(world, 'crashes');
  world.trace.push(`${home.name} crash`);
}

/** Performs one action, and continues calls. */
function step(mesh: Mesh): void {
  const { world, homes, network } = mesh;
  const { dice } = world;
  const home = dice.pick(homes);
  const roll = dice.below(1000);
  if (roll < 330) act(mesh, home);
  else if (roll < 480) begin(mesh, dice.pick(network.links));
  else if (roll < 560) publish(mesh);
  else if (roll < 590) toggle(mesh, dice.pick(network.links));
  else if (roll < 610) crash(mesh, home);
  else if (roll < 620) home.cutNext = true;
  else if (roll < 640) mesh.backups.get(home)!.push(home.backup());
  else if (roll < 652) restore(mesh, home);
  else if (roll < 667) setClock(world, home);
  else if (roll < 674) forge(world, home);
  else if (roll < 680) touch(world, home);
  else if (roll < 700) network.repeat();
  else if (roll < 720 && network.runs().length > 0) dice.pick(network.runs()).abort();
  for (let n = dice.below(8); n > 0; n--) network.advance();
  check(mesh, dice.pick(homes));
}

function act(mesh: Mesh, home: Home): void {
  try {
    doSomething(mesh.world, home);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    crash(mesh, home);
  }
}

function begin({ network, world: { dice } }: Mesh, link: Link): void {
  const way = dice.pick(['pull', 'push'] as const);
  const [source, target] = way === 'pull' ? [link.other, link.maker] : [link.maker, link.other];
  const isOn = network.runs().some((run) => !run.dead && run.source === source && run.target === target);
  if (!link.cut && !isOn) network.start(link, way, dice.chance(0.5));
}

function toggle({ network, world }: Mesh, link: Link): void {
  link.cut = !link.cut;
  if (!link.cut) return;
  network.sever(link);
  count(world, 'cuts');
}

function publish({ observer, world: { dice } }: Mesh): void {
  if (dice.chance(0.05)) observer.restore();
  const home = dice.pick(observer.publishers);
  const docs = home.docs().filter((doc) => doc.startsWith('photo:'));
  if (docs.length > 0) observer.publish(home, dice.pick(docs));
}

/** Restores a backup: later changes are only where they were replicated to. */
function restore({ backups, network, world }: Mesh, home: Home): void {
  const all = backups.get(home)!;
  if (all.length === 0) return;
  const stamp = home.lastStamp;
  network.down(home);
  home.restore(world.dice.pick(all));
  count(world, 'restores');
  if (home.lastStamp !== stamp) count(world, 'restores with a lost tail');
  world.trace.push(`${home.name} restored`);
}

function check({ world }: Mesh, home: Home): void {
  const docs = home.docs();
  const found = docs.length > 0 ? wrongs(home, world.dice.pick(docs)) : [];
  if (found.length > 0) throw new Error(found.join('; '));
}
