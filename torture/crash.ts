/**
 * Simulates power loss: records the changes of a start in order, with the flushes between them, and builds the possible
 * disks afterwards. The model is harsher than any real filesystem: a name is safe only after a flush of its folder,
 * contents only after a flush of the file, and any part of everything else may be present. A rename is atomic, and safe
 * after a flush of one of its folders: what journaling filesystems promise. A commit of SQLite is safe, and one change.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Step, Watcher } from './disk.js';
import { hashOf, hashOfKept } from './world.js';

/** A change, or a flush. Files and folders are numbers, because their names change. */
type Change =
  | { kind: 'name'; folder: number; name: string; id: number; from?: { folder: number; name: string } }
  | { kind: 'unname'; folder: number; name: string; id: number }
  | { kind: 'data'; id: number; bytes: Buffer }
  | { kind: 'flush'; id: number }
  | { kind: 'commit'; library: Library };

type Library = ReadonlyMap<string, Buffer>;
type Folder = Map<string, number>;

/** The contents of a disk, by number: the names in each folder, the bytes of each file. */
interface Disk {
  folders: Map<number, Folder>;
  contents: Map<number, Buffer>;
  times: Map<number, Date>;
  library: Library;
}

/** The possible contents of a file that was not flushed. */
const losses = ['empty', 'short', 'garbage'] as const;

/** A possible disk after a power loss. */
export interface State {
  /** Its identity. */
  key: string;
  /** What was lost, for a person. */
  says: string;
  /** Restores this state of the folder. */
  restore(): void;
}

/** A recording of changes below `root`; `database` is the path of the library. */
export interface Recording {
  watcher: Watcher;
  /** The distinct states; of more than ten unflushed changes, `samples` random subsets are used. */
  states(random: () => number, samples?: number): State[];
}

/** Starts recording. */
export function record(root: string, database: string): Recording {
  const { changes, top, before, commit, after } = openDisk(root, database);

  /** The unsafe changes after the first `count` changes. */
  function unsafe(count: number): Change[] {
    const safe = new Set<Change>();
    for (const [at, change] of changes.slice(0, count).entries()) {
      if (change.kind === 'commit') safe.add(change);
      if (change.kind !== 'flush') continue;
      for (const one of changes.slice(0, at)) if (flushedBy(one).includes(change.id)) safe.add(one);
    }
    return changes.slice(0, count).filter((one) => one.kind !== 'flush' && !safe.has(one));
  }

  function build(count: number, missing: ReadonlySet<Change>, loss: (typeof losses)[number]): State {
    const disk = copyOf(before);
    for (const one of changes.slice(0, count)) {
      if (one.kind === 'data' && missing.has(one)) apply(disk, { ...one, bytes: damage(one.bytes, loss) });
      else if (!missing.has(one)) apply(disk, one);
    }
    const files = list(disk, top, root);
    const key = hashOf(
      Buffer.from(
        JSON.stringify(
          [...files].map(([path, id]) => [path, id === undefined ? '' : hashOfKept(disk.contents.get(id)!)]),
        ) + [...disk.library.values()].map(hashOfKept).join(),
      ),
    );
    const says = [...missing].map((one) => `${one.kind} ${'name' in one ? one.name : loss}`).join(', ');
    return { key, says: `after ${count} changes without ${says || 'loss'}`, restore: () => write(root, disk, files) };
  }

  return {
    watcher: { before: commit, after },
    states(random, samples = 200) {
      const found = new Map<string, State>();
      for (let count = 0; count <= changes.length; count++) {
        // The set only grows until the next flush or commit: earlier states are among the later ones.
        const next = changes[count];
        if (next && next.kind !== 'flush' && next.kind !== 'commit') continue;
        const open = unsafe(count);
        for (const missing of partsOf(open, random, samples)) {
          const kinds = open.some((one) => one.kind === 'data' && missing.has(one)) ? losses : losses.slice(0, 1);
          for (const loss of kinds) {
            const state = build(count, missing, loss);
            found.set(state.key, state);
          }
        }
      }
      return [...found.values()];
    },
  };
}

/** The current contents of the disk, and the changes since the beginning. */
function openDisk(root: string, database: string) {
  let numbers = 0;
  const live: Disk = { folders: new Map(), contents: new Map(), times: new Map(), library: readLibrary(database) };
  const changes: Change[] = [];
  const isSqlite = (path: string): boolean => path.startsWith(database) || basename(path).startsWith('.lock');
  const top = load(root);
  const before = copyOf(live);
  let stamp = stampOf(database);

  function load(folder: string): number {
    const id = numbers++;
    const names: Folder = new Map();
    live.folders.set(id, names);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) names.set(entry.name, load(path));
      else if (!isSqlite(path)) names.set(entry.name, loadFile(path));
    }
    return id;
  }

  function loadFile(path: string): number {
    const id = numbers++;
    live.contents.set(id, readFileSync(path));
    live.times.set(id, statSync(path).mtime);
    return id;
  }

  /** The current number of a path; undefined outside `root`. */
  function find(path: string): number | undefined {
    if (path === root) return top;
    if (!path.startsWith(`${root}/`)) return undefined;
    const folder = find(dirname(path));
    return folder === undefined ? undefined : live.folders.get(folder)?.get(basename(path));
  }

  function add(change: Change): void {
    changes.push(change);
    apply(live, change);
  }

  /** The location of a path: its folder, and its name there. */
  const placeOf = (path: string): { folder: number; name: string } => {
    return { folder: folderOf(path), name: basename(path) };
  };

  /** The folder of a path. If two callers create one at once, the second may use it before the first reports it. */
  function folderOf(path: string): number {
    const folder = dirname(path);
    if (!folder.startsWith(root)) throw new Error(`${path} is not recorded.`);
    return find(folder) ?? make(folder, true);
  }

  function make(path: string, folder: boolean): number {
    const id = numbers++;
    if (folder) for (const disk of [live, before]) disk.folders.set(id, new Map());
    add({ kind: 'name', ...placeOf(path), id });
    return id;
  }

  function commit(): void {
    const now = stampOf(database);
    if (now !== stamp) add({ kind: 'commit', library: readLibrary(database) });
    stamp = now;
  }

  function after({ op, path, to = '', makes, bytes }: Step): void {
    if (op === 'commit') return commit();
    if (!path.startsWith(root)) return;
    if (op === 'mkdir' && find(path) === undefined) make(path, true);
    else if (op === 'open' && makes) add({ kind: 'data', id: make(path, false), bytes: Buffer.alloc(0) });
    else if (op === 'write') add({ kind: 'data', id: find(path)!, bytes: Buffer.from(bytes!) });
    else if (op === 'copy') add({ kind: 'data', id: make(to, false), bytes: readFileSync(to) });
    else if (op === 'link') add({ kind: 'name', ...placeOf(to), id: find(path)! });
    else if (op === 'rename') add({ kind: 'name', ...placeOf(to), id: find(path)!, from: placeOf(path) });
    else if (op === 'unlink' || op === 'rmdir') add({ kind: 'unname', ...placeOf(path), id: find(path)! });
    else if (op === 'sync') add({ kind: 'flush', id: find(path)! });
  }
  return { changes, top, before, commit, after };
}

/** All subsets of up to ten elements, or random ones. */
function* partsOf<T>(all: readonly T[], random: () => number, samples: number): Generator<Set<T>> {
  const few = all.length <= 10;
  for (let n = 0; n < (few ? 2 ** all.length : samples); n++)
    yield new Set(all.filter((_, at) => (few ? (n >> at) % 2 === 1 : random() < 0.5)));
}

function damage(bytes: Buffer, loss: (typeof losses)[number]): Buffer {
  if (loss === 'empty') return Buffer.alloc(0);
  return loss === 'short' ? bytes.subarray(0, bytes.length >> 1) : Buffer.alloc(bytes.length, 0x5a);
}

/** The flushes that make a change safe: of the file, or of one of the folders. */
function flushedBy(change: Change): number[] {
  if (change.kind === 'data') return [change.id];
  if (change.kind === 'unname') return [change.folder];
  return change.kind === 'name' ? [change.folder, ...(change.from ? [change.from.folder] : [])] : [];
}

function apply(disk: Disk, change: Change): void {
  if (change.kind === 'commit') disk.library = change.library;
  if (change.kind === 'data') {
    const before = disk.contents.get(change.id);
    disk.contents.set(change.id, before?.length ? Buffer.concat([before, change.bytes]) : change.bytes);
  }
  if (change.kind !== 'name' && change.kind !== 'unname') return;
  const gone = change.kind === 'unname' ? change : change.from;
  const names = gone && disk.folders.get(gone.folder);
  if (names?.get(gone!.name) === change.id) names.delete(gone!.name);
  if (change.kind === 'name') disk.folders.get(change.folder)!.set(change.name, change.id);
}

const copyOf = ({ folders, contents, times, library }: Disk): Disk => ({
  folders: new Map([...folders].map(([id, names]) => [id, new Map(names)])),
  contents: new Map(contents),
  times,
  library,
});

/** Everything reachable: files with their number, folders without. */
function list(disk: Disk, id: number, path: string): Map<string, number | undefined> {
  const names = disk.folders.get(id);
  if (!names) return new Map([[path, id]]);
  return new Map<string, number | undefined>([
    [path, undefined],
    ...[...names].sort().flatMap(([name, one]) => [...list(disk, one, join(path, name))]),
  ]);
}

function write(root: string, disk: Disk, files: ReadonlyMap<string, number | undefined>): void {
  rmSync(root, { recursive: true, force: true });
  for (const [path, id] of files) {
    if (id === undefined) mkdirSync(path);
    else writeFileSync(path, disk.contents.get(id) ?? Buffer.alloc(0));
    const time = id === undefined ? undefined : disk.times.get(id);
    if (time) utimesSync(path, time, time);
  }
  for (const [path, bytes] of disk.library) if (files.has(dirname(path))) writeFileSync(path, bytes);
}

/** The current files of a library: after a commit, what a crash leaves of it. */
function readLibrary(database: string): Library {
  return new Map(
    [database, `${database}-wal`]
      .filter((path) => statSync(path, { throwIfNoEntry: false }))
      .map((path) => [path, readFileSync(path)]),
  );
}

const stampOf = (database: string): string =>
  [database, `${database}-wal`]
    .map((path) => statSync(path, { throwIfNoEntry: false, bigint: true }))
    .map((found) => (found ? `${found.mtimeNs} ${found.size}` : ''))
    .join();
