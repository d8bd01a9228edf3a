/**
 * A server on a real library and catalog in a temporary folder, with a spool and a clock under the control of the test.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { openAccess, type Access } from '../../src/access/access.js';
import { noteInstructions } from '../../src/album/upload-instructions.js';
import { openArchive } from '../../src/archive/archive.js';
import { openBlobs } from '../../src/archive/blob-store.js';
import { openFiles } from '../../src/base/files.js';
import { itemAccess } from '../../src/access/library-access.js';
import { openMayShare } from '../../src/access/people.js';
import { openPasswords } from '../../src/access/password-hash.js';
import type { Clock } from '../../src/base/clock.js';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { openCatalog, type Catalog } from '../../src/catalog/catalog.js';
import { exifId, format, photoId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { house, type Holder } from '../../src/document/item-id.js';
import { openLibrary, type Library } from '../../src/library/library.js';
import { openExchange } from '../../src/sync/blobs/blob-exchange.js';
import { openLibraryDatabase } from '../../src/sync/couch/library-database.js';
import type { LinkStatus } from '../../src/sync/connections/connection.js';
import { openPeers } from '../../src/sync/connections/peers.js';
import { openNotes } from '../../src/sync/couch/local-documents.js';
import { serveLibrary } from '../../src/sync/couch/serve-database.js';
import { buildApp, type ServerParts } from '../../src/server/app.js';
import { makeChanges } from '../../src/library/change-signal.js';
import type { App } from '../../src/server/context.js';
import {
  idleStatus,
  type Chosen,
  type Sees,
  type StuckNames,
  type SpoolEvent,
  type SpoolPort,
  type SpoolStatus,
  type Still,
  type StuckFile,
  type Totals,
  type Uploads,
} from '../../src/spool/spool-interface.js';
import { openUploads } from '../../src/spool/upload-parts.js';

/** The secret of commands on this machine. */
export const commandSecret = 'c'.repeat(43);

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves on, ending the sleeps that are over, in order. */
  advance(ms: number): Promise<void>;
  sleeping(): number;
}

export function manualClock(start = Date.parse('2026-11-24T10:00:00Z')): ManualClock {
  let now = start;
  const sleeps = new Set<{ due: number; wake: () => void }>();
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = (): void => {
          sleeps.delete(entry);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const entry = { due: now + ms, wake };
        sleeps.add(entry);
        signal?.addEventListener('abort', wake, { once: true });
      }),
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        const next = [...sleeps].sort((a, b) => a.due - b.due)[0];
        if (!next || next.due > end) break;
        now = next.due;
        next.wake();
        await turn();
      }
      now = end;
      await turn();
    },
    sleeping: () => sleeps.size,
  };
}

/** Lets everything that is ready run. */
export async function turn(): Promise<void> {
  for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve));
}

/** A spool controlled by the test. */
export interface FakeSpool extends SpoolPort {
  state: SpoolStatus;
  placed: { name: string; sha256: string; bytes: number }[];
  /** The holder of each file that was sent in a form. */
  receivers: Holder[];
  retries: (string[] | 'all')[];
  listeners: Set<(event: SpoolEvent) => void>;
  /** The holders whose files were visible to the viewer of the last choice. */
  sees: Sees | undefined;
  /** The choices for stuck files, and the files. */
  chosen: [string, StuckNames][];
  stuckFiles: (StuckFile & { claim: string })[];
  /** The numbers of processed files, by their holders. */
  totals: Map<Holder, Totals>;
  /** Replaces what `place` does with the bytes; resolves to the name that the file got. */
  takes: (stream: Readable, name: string, still?: Still) => Promise<string>;
}

export function fakeSpool(uploads: Uploads): FakeSpool {
  const choose = (what: string, names: StuckNames, sees?: Sees): Chosen => {
    spool.sees = sees;
    spool.chosen.push([what, names]);
    return names === 'all'
      ? { chosen: ['a.jpg'], refused: [], unknown: [] }
      : { chosen: names, refused: [], unknown: [] };
  };
  const spool: FakeSpool = {
    state: { ...idleStatus },
    placed: [],
    receivers: [],
    retries: [],
    chosen: [],
    sees: undefined,
    stuckFiles: [],
    totals: new Map(),
    listeners: new Set(),
    async takes(stream, name) {
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        hash.update(chunk);
        bytes += chunk.length;
      }
      spool.placed.push({ name, sha256: hash.digest('hex'), bytes });
      return name;
    },
    status: async () => spool.state,
    pass: async () => ({
      stored: 2,
      duplicates: 1,
      stuck: 1,
      ignored: 0,
      seconds: 0.5,
      stuckItems: [{ name: 'a.jpg', reason: 'broken' }],
    }),
    steps: () => [],
    processed(sees) {
      const seen = [...spool.totals].flatMap(([holder, its]) => (sees(holder) ? [its] : []));
      const sum = (outcome: keyof Totals): number => seen.reduce((all, its) => all + its[outcome], 0);
      return { stored: sum('stored'), duplicates: sum('duplicates') };
    },
    async retry(names, how) {
      spool.sees = how?.sees;
      spool.retries.push(names);
      return names === 'all' ? { retried: ['a.jpg'], unknown: [] } : { retried: [], unknown: names };
    },
    choices: {
      ignore: async (names, sees) => choose('ignore', names, sees),
      discard: async (names, sees) => choose('trash', names, sees),
      restore: async () => void spool.chosen.push(['restore', 'all']),
      filesOf: async (claims) => spool.stuckFiles.filter(({ claim }) => claims.includes(claim)),
    },
    place: (stream, name, _by, still, holder) => {
      spool.receivers.push(holder ?? house);
      return spool.takes(stream, typeof name === 'string' ? name : name(), still);
    },
    uploads,
    on(listener) {
      spool.listeners.add(listener);
      return () => void spool.listeners.delete(listener);
    },
  };
  return spool;
}

/** Links controlled by the test. */
export interface FakeMesh {
  links: LinkStatus[];
  listeners: Set<() => void>;
  status(): LinkStatus[];
  on(listener: () => void): () => void;
}

function fakeMesh(): FakeMesh {
  const mesh: FakeMesh = {
    links: [],
    listeners: new Set(),
    status: () => mesh.links,
    on(listener) {
      mesh.listeners.add(listener);
      return () => void mesh.listeners.delete(listener);
    },
  };
  return mesh;
}

/** The properties of a photo of the test. */
export interface Sample {
  name?: string;
  type?: string;
  taken?: string;
  tags?: string[];
  /** With an exposure of ISO 200 at f/2. */
  lens?: string;
  model?: string;
  /** The bytes of the original; they decide the id. */
  original?: Buffer;
  /** Its sender, and when it arrived, in ms since 1970. */
  sent?: { by: string; at: number };
  /** Leaves the original out. */
  away?: boolean;
}

export interface Home {
  folder: string;
  app: App;
  parts: ServerParts;
  db: Sqlite;
  library: Library;
  catalog: Catalog;
  access: Access;
  spool: FakeSpool;
  links: FakeMesh;
  clock: ManualClock;
  /**
   * Creates files without details from originals, and returns the appearance of photos; absent unless the test sets it.
   */
  made: {
    bare?: NonNullable<ServerParts['toBare']>;
    look?: NonNullable<ServerParts['look']>;
    playable?: NonNullable<ServerParts['makePlayable']>;
  };
  /** The logged warnings and errors. */
  logged: unknown[][];
  /** Adds a photo with its files; returns its id. */
  add(sample?: Sample): Promise<string>;
}

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** Listens on a free port of this machine and returns it. */
export async function listenOn(app: App): Promise<number> {
  return Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
}

/** Replacements for the usual parts of a server. */
interface HomeOptions {
  /** Its clock, which its library has too. */
  clock?: ManualClock;
  /** The random bytes of its library. */
  random?: (length: number) => Uint8Array;
  /** Whether its library is in memory only: faster. */
  inMemory?: boolean;
  /** An open database, which stays open: that of a server that was restarted. */
  db?: Sqlite;
  /** Called in each transaction that changes a document; its error rolls that back. */
  interrupt?: () => void;
}

/** Makes a server in a new folder. `change`: parts that differ from the usual. */
export async function makeHome(
  change: (parts: ServerParts) => Partial<ServerParts> = () => ({}),
  { inMemory = false, db: given, interrupt = () => undefined, ...options }: HomeOptions = {},
): Promise<Home & { close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'photospool-server-'));
  const db = given ?? openSqlite(inMemory ? ':memory:' : join(folder, 'library.sqlite'));
  // Power losses are not tested here: a commit does not wait for the disk.
  db.exec('PRAGMA synchronous = OFF');
  const bodyOf = (id: string): Body | undefined => library.get(id)?.body;
  const catalog = openCatalog(db, {
    access: () => itemAccess(library),
    bodyOf,
    ends: (id) => library.controls.endsOf(id),
    mayShare: openMayShare(bodyOf),
  });
  const changes = makeChanges();
  const library = openLibrary(db, {
    ...options,
    index(id, body, n) {
      interrupt();
      catalog.index(id, body, n);
      changes.notify();
    },
    defer(n) {
      changes.notify();
      return catalog.leave(n);
    },
  });
  const { clock = manualClock() } = options;
  const files = openFiles();
  const [incoming, work] = [join(folder, 'incoming'), join(folder, 'work')];
  for (const path of [incoming, work]) await mkdir(path);
  const made: Home['made'] = {};
  const logged: unknown[][] = [];
  const note = (...told: unknown[]): void => void logged.push(told);
  const log = { debug: () => undefined, info: () => undefined, warn: note, error: note };
  const uploads = await openUploads({
    ...{ incoming, work, files, clock, log, sent: library.local.sentFiles },
    accepted: (upload) => noteInstructions({ library, clock, senders: access.senders }, upload),
  });
  const spool = fakeSpool(uploads);
  const archive = await openArchive(join(folder, 'archive'), files);
  const blobs = await openBlobs(join(folder, 'blobs'), files);
  const onChange = (listener: () => void): (() => void) => changes.on(listener);
  const links = fakeMesh();
  // Cheap hashes: their cost is measured elsewhere.
  const access = openAccess(db, library, {
    clock,
    passwords: openPasswords({ cost: { ln: 4, r: 8, p: 1 } }),
    secret: commandSecret,
    removeUnclaimedPeers: () => openPeers(db).removeUnclaimed(),
  });
  const usual: ServerParts = {
    library,
    catalog,
    access,
    spool,
    changes,
    clock,
    log,
    blobs: {
      rendition: blobs.path,
      original: archive.resolve,
      temporary: blobs.temporary,
      discard: archive.discard,
      retrieve: archive.retrieve,
    },
    files,
    databases: [
      serveLibrary(library, {
        database: openLibraryDatabase({ library, db, clock, onChange }),
        name: 'photos',
        notes: openNotes(db, 'photos'),
      }),
    ],
    exchange: openExchange({ db, library, archive, blobs, files, clock, onChange }),
    mesh: links,
    peers: openPeers(db),
    folders: { incoming, files, folders: library.local.personFolders },
    toJpeg: async () => undefined,
    toBare: async (original, develop) => made.bare?.(original, develop),
    look: async (id) => made.look?.(id),
    makePlayable: (sha256) => made.playable?.(sha256) ?? true,
    samples: async () => 6,
    examine: async () => ({
      findings: [{ check: 'backup', severity: 'warning', message: 'There is none.', remedy: 'Make one.' }],
      checks: ['backup'],
    }),
    config: {
      host: '127.0.0.1',
      port: 0,
      role: 'home',
      webRoot: join(folder, 'web'),
      incoming: '/home/ada/incoming',
      version: '1.2.3',
    },
  };
  const parts = { ...usual, ...change(usual) };
  const app = await buildApp(parts);
  let count = 0;
  return {
    async close() {
      await app.close();
      access.close();
      library.close();
      if (!given) db.close();
      await rm(folder, { recursive: true, force: true });
    },
    folder,
    app,
    parts,
    db,
    library,
    catalog,
    access,
    spool,
    links,
    clock,
    made,
    logged,
    async add(sample = {}) {
      count++;
      const original = sample.original ?? Buffer.from(`original ${count}`);
      const id = sha256(original);
      const path = `2024/07/${id}.bin`;
      const thumb = Buffer.from(`thumb of ${id}`);
      await store(parts.blobs.rendition(sha256(thumb)), thumb);
      if (!sample.away) {
        await store(parts.blobs.original(path), original);
        await chmod(parts.blobs.original(path), 0o444);
        library.local.originals.put({
          sha256: id,
          path,
          claim: 'c',
          state: 'here',
          bytes: original.length,
          modified: 0,
        });
      }
      library.update(exifId(id), () => ({ format, kind: 'exif', recipe: 1, tags: { 'EXIF:Make': 'Canon' } }));
      library.update(photoId(id), () => documentOf(library, sample, original.length, thumb) as unknown as Body);
      return id;
    },
  };
}

async function store(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

function documentOf(library: Library, sample: Sample, bytes: number, thumb: Buffer): PhotoDocument {
  const {
    name = 'IMG_1.jpg',
    type = 'image/jpeg',
    taken = '2024-07-01T12:00:00.000',
    tags = [],
    model = 'EOS 40D',
    sent,
  } = sample;
  return {
    format,
    kind: 'photo',
    facts: {
      recipe: 1,
      type,
      bytes,
      width: 4032,
      height: 3024,
      taken,
      takenSource: 'exif',
      camera: { make: 'Canon', model },
      ...(sample.lens !== undefined && { lens: sample.lens, exposure: { iso: 200, aperture: 2 } }),
      tags,
    },
    renditions: {
      recipe: 1,
      thumb: { sha256: sha256(thumb), type: 'image/webp', width: 640, height: 480, bytes: thumb.length },
      thumbhash: 'AAAA',
    },
    sidecars: {},
    sightings: {
      [[library.server, ...(sent ? [sent.by] : []), name].join(' ')]: {
        at: sent ? new Date(sent.at).toISOString() : '2026-11-24T10:00:00.000Z',
        ...(sent && { by: sent.by }),
        server: library.server,
        name,
        modified: '2024-07-01T10:00:00.000Z',
      },
    },
    edits: {},
  };
}
