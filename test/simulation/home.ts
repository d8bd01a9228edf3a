/**
 * A server of the simulation: a real library in memory (after a restore in the copied file), a clock that may be wrong,
 * and the acts it knows. It can crash at any moment, also inside a transaction, be backed up and restored.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { isPurge } from '../../src/document/purge.js';
import { openLibrary, type Incoming, type Library } from '../../src/library/library.js';
import type { Database } from '../../src/sync/couch/database.js';
import { openLibraryDatabase } from '../../src/sync/couch/library-database.js';
import type { Dice } from './dice.js';
import type { Act, Known } from './truth.js';

/** The shared state of all servers of a run. */
export interface World {
  dice: Dice;
  /** True time, ms. */
  time: number;
  /** A temporary folder for backups. */
  folder: string;
  /** The acts in a revision, by `id rev`: the same everywhere. */
  acts: Map<string, Set<Act>>;
  /** The events, for debugging. */
  trace: string[];
  figures: Record<string, number>;
}

/** A backup: the copied file, and its server's knowledge at that time. */
export interface Backup {
  path: string;
  known: Map<string, Set<Act>>;
  lastStamp: string;
}

/** The error of a crash inside a transaction. */
export class Crash extends Error {}

/** A server. */
export interface Home {
  readonly name: string;
  /** The error of its clock, ms. */
  skew: number;
  readonly library: Library;
  readonly database: Database;
  /** The last stamp it issued; the next one must be greater. */
  lastStamp: string;
  /** Interrupts the next transaction before it commits. */
  cutNext: boolean;
  known(doc: string): Known;
  /** The known documents. */
  docs(): string[];
  /** Records an act at this home. Call `noted` when the library has it. */
  did(act: Act): void;
  /** Records what arrived with revisions that the library accepted. */
  learned(incoming: readonly Incoming[]): void;
  /** Records the acts behind the leaves of a document. */
  noted(doc: string): void;
  now(): number;
  reopen(): void;
  backup(): Backup;
  restore(backup: Backup): void;
  close(): void;
}

/** The photo that the hostile server writes to, and its comment: not covered by the model. */
export const forgedHash = 'f'.repeat(64);
/** Whether a document is one of these. */
export const isForged = (doc: string): boolean => doc.includes(forgedHash);

/** Counts an event of a run. */
export const count = ({ figures }: Pick<World, 'figures'>, what: string, n = 1): void => {
  figures[what] = (figures[what] ?? 0) + n;
};

/** Opens an empty server. */
export function openHome(world: World, name: string): Home {
  const { dice, acts } = world;
  let db: Sqlite = openSqlite(':memory:');
  let known = new Map<string, Set<Act>>();
  let files = 0;
  const clock = { now: () => world.time + home.skew, sleep: () => Promise.resolve() };

  function open(): { library: Library; database: Database } {
    const index = (): void => {
      if (!home.cutNext) return;
      home.cutNext = false;
      count(world, 'crashes inside of a transaction');
      throw new Crash('The power went.');
    };
    const library = openLibrary(db, { clock, random: (length) => dice.bytes(length), index });
    return { library, database: openLibraryDatabase({ library, db, clock, onChange: () => () => undefined }) };
  }
  function setOf(doc: string): Set<Act> {
    const found = known.get(doc) ?? new Set();
    known.set(doc, found);
    return found;
  }
  function actsOf(doc: string, rev: string): Set<Act> {
    const key = `${doc} ${rev}`;
    const found = acts.get(key) ?? new Set();
    acts.set(key, found);
    return found;
  }
  function addAll(to: Set<Act>, from: Iterable<Act>): void {
    for (const act of from) to.add(act);
  }

  const home: Home & { library: Library; database: Database } = {
    name,
    skew: 0,
    lastStamp: '',
    cutNext: false,
    library: undefined as unknown as Library,
    database: undefined as unknown as Database,
    known: (doc) => known.get(doc) ?? new Set(),
    docs: () => [...known.keys()],
    did: (act) => void setOf(act.doc).add(act),
    learned(incoming) {
      for (const { id, revisions } of incoming) {
        if (isForged(id)) continue;
        const made = acts.get(`${id} ${revisions[0]!}`);
        if (!made) throw new Error(`${id} ${revisions[0]!} was made by nobody`);
        addAll(setOf(id), made);
      }
      const came = new Set(incoming.map(({ id, revisions }) => `${id} ${revisions[0]!}`));
      for (const id of new Set(incoming.map((one) => one.id))) {
        if (isForged(id)) continue;
        // A winner that was not written before is a merge.
        const winner = home.library.leaves(id)[0];
        if (winner && !came.has(`${id} ${winner.rev}`) && !acts.has(`${id} ${winner.rev}`))
          count(world, 'conflicts merged');
        home.noted(id);
      }
    },
    noted(doc) {
      const here = setOf(doc);
      for (const { rev, deleted, body } of home.library.leaves(doc)) {
        if (!deleted) addAll(actsOf(doc, rev), here);
        const purge = isPurge(body) ? [...here].find(({ at }) => at === body.purged.at) : undefined;
        if (deleted) addAll(actsOf(doc, rev), purge ? [...purge.past, purge] : []);
      }
    },
    now: () => clock.now(),
    reopen: () => void Object.assign(home, open()),
    backup() {
      const path = join(world.folder, `${name}-${files++}.db`);
      db.prepare('VACUUM INTO ?').run(path);
      return { path, known: copyOf(known), lastStamp: home.lastStamp };
    },
    restore(backup) {
      db.close();
      const path = join(world.folder, `${name}-${files++}.db`);
      copyFileSync(backup.path, path);
      db = openSqlite(path, { journal: 'delete' });
      // Power loss of files is tested elsewhere; flushing here would only cost time.
      db.exec('PRAGMA synchronous = OFF');
      known = copyOf(backup.known);
      home.lastStamp = backup.lastStamp;
      home.reopen();
    },
    close: () => db.close(),
  };
  home.reopen();
  return home;
}

const copyOf = (known: Map<string, Set<Act>>): Map<string, Set<Act>> =>
  new Map([...known].map(([doc, set]) => [doc, new Set(set)]));
