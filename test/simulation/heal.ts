/**
 * The end of a run: all faults end, all connections run until nothing changes. Then all homes must be equal, match the
 * model, and the public side must show exactly the public photos.
 */
import { canonical } from '../../src/document/canonical-json.js';
import { wrongs } from './check.js';
import { purgePhoto } from './deeds.js';
import { photoId } from '../../src/document/photo-document.js';
import { mostAhead, parseStamp } from '../../src/document/stamp.js';
import { count, forgedHash, type Home } from './home.js';
import { forgedWrongs, purgeForged, replay, takeBack } from './hostile.js';
import { settled, type Run } from './network.js';
import { publicAt } from './observer.js';
import type { Mesh } from './simulation.js';
import { truthOf, type Act } from './truth.js';

/** Ends all faults and waits for convergence. Throws if a condition is violated. */
export async function heal(mesh: Mesh): Promise<void> {
  const { network, homes } = mesh;
  network.calm = true;
  for (const home of homes) home.cutNext = false;
  for (const link of network.links) {
    network.sever(link);
    link.cut = false;
  }
  for (let n = 0; network.runs().length > 0; n++) {
    for (const run of network.runs()) run.abort();
    await drain(mesh);
    if (n > 100) throw new Error('a replication does not end');
  }
  const all = knownByAny(homes);
  await quiet(mesh);
  checkEqual(homes);
  for (const [doc, known] of all) for (const home of homes) throwAny(wrongs(home, doc, known));
  countPurges(mesh, all);
  countRevisions(mesh, all);
  checkPublic(mesh);
  await checkCalm(mesh);
  await checkForged(mesh);
}

/** Forged content is withdrawn once, by anyone, permanently; sending it again changes nothing. */
async function checkForged(mesh: Mesh): Promise<void> {
  const { world, homes } = mesh;
  const home = world.dice.pick(homes);
  // A crash or a restore may have lost some of it: nothing of it is new after that.
  replay(world, home, homes.length, 0);
  await quiet(mesh);
  if (!takeBack(world, home)) return;
  await quiet(mesh);
  for (const [n, one] of homes.entries()) replay(world, one, n);
  await quiet(mesh);
  for (const one of homes) throwAny(forgedWrongs(one));
  checkEqual(homes);
  purgeForged(world.dice.pick(homes));
  await quiet(mesh);
  for (const one of homes)
    if (one.library.get(photoId(forgedHash))) throw new Error(`${one.name} keeps what was purged`);
  checkEqual(homes);
  for (const one of homes) {
    one.skew = 0;
    const { ms } = parseStamp(one.library.stamp())!;
    if (Math.abs(ms - world.time) > mostAhead) throw new Error(`${one.name}'s clock is not right again`);
  }
}

/** One act in a converged mesh is exactly one change at every home; a purge then is final. */
async function checkCalm(mesh: Mesh): Promise<void> {
  const { world, homes } = mesh;
  const home = world.dice.pick(homes);
  const doc = home.docs().find((id) => id.startsWith('photo:') && home.library.get(id) !== undefined);
  if (doc === undefined) return;
  const before = changesOf(homes);
  purgePhoto(world, home, doc);
  await quiet(mesh);
  if (changesOf(homes) !== before + homes.length)
    throw new Error(`a purge made ${changesOf(homes) - before} changes at ${homes.length} homes`);
  for (const one of homes) throwAny(wrongs(one, doc));
  if (homes.some(({ library }) => library.get(doc))) throw new Error(`${doc} was purged, and is there`);
  checkEqual(homes);
  count(world, 'purges unbeaten');
  checkPublic(mesh);
}

async function drain({ network }: Mesh): Promise<void> {
  await settled();
  while (network.advance()) await settled();
}

/** Runs all connections both ways, concurrently, until a round transfers nothing. */
async function quiet(mesh: Mesh): Promise<void> {
  const { network, world, homes } = mesh;
  for (let round = 1; ; round++) {
    const before = changesOf(homes);
    const runs = network.links.flatMap((link) => [
      network.start(link, 'pull', false),
      network.start(link, 'push', false),
    ]);
    await drain(mesh);
    throwAny(runs.filter(({ ended }) => !ended).map(() => 'a replication does not end'));
    if (network.error) throw network.error as Error;
    if (changesOf(homes) === before && sentBy(runs) === 0) {
      count(world, 'rounds until quiet', round);
      return;
    }
    if (round > 2 * homes.length) throw new Error(`not quiet after ${round} rounds`);
  }
}

const sentBy = (runs: readonly Run[]): number => runs.reduce((sum, { sent }) => sum + sent, 0);
const changesOf = (homes: readonly Home[]): number => homes.reduce((sum, { library }) => sum + library.lastChange(), 0);

function knownByAny(homes: readonly Home[]): Map<string, Set<Act>> {
  const docs = new Set(homes.flatMap((home) => home.docs()));
  return new Map([...docs].map((doc) => [doc, new Set(homes.flatMap((home) => [...home.known(doc)]))]));
}

function throwAny(found: readonly string[]): void {
  if (found.length > 0) throw new Error(found.join('; '));
}

function checkEqual(homes: readonly Home[]): void {
  const [first, ...others] = homes.map((home) => {
    const ids = home.library.changes(0, 100_000).changes.map(({ id }) => id);
    return ids.sort().map((id) => canonical([id, home.library.leaves(id)]));
  });
  for (const [n, other] of others.entries()) {
    const wrong = first!.findIndex((text, at) => text !== other[at]);
    if (wrong >= 0 || other.length !== first!.length)
      throw new Error(`${homes[n + 1]!.name} differs from ${homes[0]!.name}:\n${first![wrong]}\n${other[wrong]}`);
  }
}

function countPurges({ world, homes }: Mesh, all: Map<string, Set<Act>>): void {
  for (const [doc, known] of all) {
    const purges = [...known].filter(({ what }) => what.kind === 'purge');
    if (purges.length === 0) continue;
    count(world, homes[0]!.library.get(doc) ? 'purges beaten' : 'purges unbeaten');
    if (truthOf(known).state === 'either') count(world, 'purges that saw one part each');
  }
}

/** The maximum number of revisions of a document, per act and home: the cost of merging. */
const mostRevisions = 4;

/** Every revision has a reason: an act, or a home that merged it with others. */
function countRevisions({ world, homes }: Mesh, all: Map<string, Set<Act>>): void {
  for (const [doc, known] of all) {
    const revisions = [...world.acts.keys()].filter((key) => key.startsWith(`${doc} `)).length;
    count(world, 'revisions', revisions);
    count(world, 'acts that lasted', known.size);
    const most = mostRevisions * (known.size + homes.length);
    if (revisions > most) throw new Error(`${doc} has ${revisions} revisions of ${known.size} acts`);
  }
}

function checkPublic({ observer, homes }: Mesh): void {
  for (const home of observer.publishers) observer.publishAll(home);
  const [shown, must] = [observer.shown(), publicAt(homes[0]!)];
  if (shown.size !== must.size || [...must].some((name) => !shown.has(name)))
    throw new Error(`shown are ${[...shown].join(', ')} instead of ${[...must].join(', ')}`);
}
