/**
 * A world for one trial: a home with its incoming and archive in one folder, and the conditions that must hold at every
 * moment (no bytes lost) and at the end (each photo once, and nothing left behind).
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { readConfig, type Config } from '../src/base/config.js';
import { errnoOf } from '../src/base/errors.js';
import { isTemporary } from '../src/base/temporary-names.js';
import { isClaimName } from '../src/spool/claim-name.js';
import type { Outcome } from './outcomes.js';

/** The folders of a world. */
export interface World {
  /** The arriving files, which decide the conditions. */
  outcome: Outcome;
  root: string;
  config: Config;
  /** The folder of `outcome.comes`: incoming, or the tree of an import. */
  source: string;
  /** The folders that are separate filesystems, absolute. */
  devices: string[];
  /** The `work` folders of all its processors; `config` names the first. */
  works: string[];
  /** Restores the state before the first trial. */
  reset(): void;
  remove(): void;
}

/** The problems of a world; each a sentence. */
export interface Verdict {
  lost: string[];
  doubled: string[];
  wrong: string[];
}

/** The documents of a library. */
export interface Documents {
  photos: number;
  /** The paths of originals recorded as here, relative to the archive. */
  here: string[];
  reserved: number;
}

/** SHA-256 as hex. */
export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const hashes = new WeakMap<Uint8Array, string>();

/** The same for bytes that never change: each is hashed once. */
export function hashOfKept(bytes: Uint8Array): string {
  const hash = hashes.get(bytes) ?? hashOf(bytes);
  hashes.set(bytes, hash);
  return hash;
}

/** All files below a folder, absolute, without those removed meanwhile. */
export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
}

function hashFile(path: string): string {
  try {
    return hashOf(readFileSync(path));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  }
}

/** A folder for trials, on a disk in memory if the system has one: flushing it costs nothing. */
export function trialFolder(): string {
  const memory = '/dev/shm';
  const there = process.platform === 'linux' && statSync(memory, { throwIfNoEntry: false })?.isDirectory();
  return realpathSync(mkdtempSync(join(there ? memory : tmpdir(), 'photospool-torture-')));
}

/** Creates the world of an outcome. `fill` imports the previous content of the archive, which is in incoming. */
export async function makeWorld(outcome: Outcome, fill: (world: World) => Promise<void>): Promise<World> {
  const folder = trialFolder();
  const [root, template] = [join(folder, 'world'), join(folder, 'template')];
  const home = join(root, 'home');
  const incoming = join(root, 'drop/incoming');
  const mode = outcome.mode === 'copy' ? 'copy' : 'move';
  mkdirSync(incoming, { recursive: true });
  const world: World = {
    outcome,
    root,
    config: readConfig(home, { incoming, settle: '0', workers: '2', mode }),
    source: outcome.mode === 'import' ? join(root, 'tree') : incoming,
    devices: outcome.devices.map((name) => join(root, name)),
    works: [join(home, 'work')],
    reset() {
      rmSync(root, { recursive: true, force: true });
      cpSync(template, root, { recursive: true, preserveTimestamps: true });
      for (const name of outcome.linked) linkSync(join(world.source, name), otherName(world, name));
    },
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
  put(incoming, outcome.before);
  if (Object.keys(outcome.before).length > 0) {
    await fill(world);
    for (const path of filesBelow(incoming)) rmSync(path);
  }
  put(world.source, outcome.comes);
  for (const name of outcome.linked) mkdirSync(dirname(otherName(world, name)), { recursive: true });
  cpSync(root, template, { recursive: true, preserveTimestamps: true });
  return world;
}

/** The other name of a hard-linked file. */
const otherName = ({ root }: World, name: string): string => join(root, 'elsewhere', name);

function put(folder: string, files: Record<string, Buffer>): void {
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
}

/** The places of bytes: arriving files, files in work, the archive. */
const places = ({ root, config, works }: World): string[] => [
  join(root, 'drop'),
  join(root, 'tree'),
  ...works,
  config.done,
];

/** The lost bytes, by their names. Checked at every moment. */
export function findLost(world: World): string[] {
  const there = new Set(places(world).flatMap(filesBelow).map(hashFile));
  const { before, comes } = world.outcome;
  return [...Object.entries(before), ...Object.entries(comes)]
    .filter(([, bytes]) => !there.has(hashOf(bytes)))
    .map(([name]) => name);
}

/** The problems at the end, when everything was imported. */
export function judge(world: World, documents: Documents): Verdict {
  const { outcome, config, source, works } = world;
  const verdict: Verdict = { lost: findLost(world).map((name) => `${name} is nowhere`), doubled: [], wrong: [] };
  const photos = Object.entries(outcome.comes).filter(
    ([name]) => ![...outcome.stays, ...outcome.broken].includes(name),
  );
  const distinct = new Set([...Object.values(outcome.before), ...photos.map(([, bytes]) => bytes)].map(hashOf));
  const archived = filesBelow(config.done).map((path) => relative(config.done, path));
  const aside = archived.filter((path) => path.startsWith('duplicates/'));
  const originals = archived.filter((path) => /^\d{4}\//.test(path));
  count(
    verdict,
    'in the archive',
    originals.map((path) => hashFile(join(config.done, path))),
    [...distinct],
  );
  const again = [...Object.values(outcome.before), ...photos.map(([, bytes]) => bytes)].map(hashOf);
  for (const hash of distinct) again.splice(again.indexOf(hash), 1);
  count(
    verdict,
    'in duplicates',
    aside.map((path) => hashFile(join(config.done, path))),
    outcome.mode === 'move' ? again : [],
  );
  const stay = outcome.mode === 'move' ? outcome.stays : Object.keys(outcome.comes);
  count(
    verdict,
    'left where it came',
    filesBelow(source).map(hashFile),
    stay.map((name) => hashOf(outcome.comes[name]!)),
  );
  count(
    verdict,
    'in claims',
    works.flatMap(claimed),
    outcome.broken.map((name) => hashOf(outcome.comes[name]!)),
  );
  // A sidecar has no document of its own.
  const sidecars = new Set(
    [...Object.entries(outcome.before), ...photos]
      .filter(([name]) => name.endsWith('.xmp'))
      .map(([, bytes]) => hashOf(bytes)),
  );
  verdict.wrong.push(...shared(world, archived));
  verdict.wrong.push(...leftOver(world), ...disagree(documents, originals, distinct.size - sidecars.size));
  return verdict;
}

/**
 * Archived files with another name, through which someone could change them; and other names that are gone or changed.
 */
function shared(world: World, archived: readonly string[]): string[] {
  const { outcome, config } = world;
  const linked = archived.filter((path) => statSync(join(config.done, path)).nlink > 1);
  const gone = outcome.linked.filter((name) => hashFile(otherName(world, name)) !== hashOf(outcome.comes[name]!));
  return [
    ...linked.map((path) => `${path} has another name`),
    ...gone.map((name) => `${name} is not what it was elsewhere`),
  ];
}

/** Compares the present files with the expected ones, as multisets of hashes. */
function count(verdict: Verdict, where: string, found: string[], expected: string[]): void {
  const left = [...expected];
  for (const hash of found) {
    const at = left.indexOf(hash);
    if (at >= 0) left.splice(at, 1);
    else verdict.doubled.push(`${hash.slice(0, 8)} is once too often ${where}`);
  }
  for (const hash of left) verdict.wrong.push(`${hash.slice(0, 8)} is not ${where}`);
}

const claimed = (work: string): string[] =>
  filesBelow(work)
    .filter((path) => !/\/(\.lock[^/]*|item\.json)$/.test(path))
    .map(hashFile);

/** Leftovers: temporary files, empty claims, staging folders. */
function leftOver({ root, works }: World): string[] {
  const temporary = filesBelow(root).filter((path) => isTemporary(basename(path)));
  const hiding = filesBelow(join(root, 'drop')).filter((path) => path.includes('.photospool-'));
  const claims = works.flatMap((work) => readdirSync(work).map((name) => join(work, name)));
  const empty = claims.filter(
    (path) => isClaimName(basename(path)) && filesBelow(path).every((file) => basename(file) === 'item.json'),
  );
  return [...temporary, ...hiding, ...empty].map((path) => `${relative(root, path) || path} was left behind`);
}

function disagree({ photos, here, reserved }: Documents, originals: string[], distinct: number): string[] {
  const [said, found] = [[...here].sort().join(' '), [...originals].sort().join(' ')];
  return [
    ...(photos === distinct ? [] : [`${photos} documents for ${distinct} photos`]),
    ...(said === found ? [] : [`the library says ${said || 'nothing'}, the archive has ${found || 'nothing'}`]),
    ...(reserved === 0 ? [] : [`${reserved} names are still reserved`]),
  ];
}
