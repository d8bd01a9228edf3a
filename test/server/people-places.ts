/**
 * The servers of a mesh of people's libraries (people-mesh.ts): real libraries, catalogs and routes, and for each its
 * knowledge: the acts in its documents, from which the naive model derives visibility. A server can crash at any
 * moment, also inside a transaction, be restarted, backed up and restored.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Viewer } from '../../src/access/permissions.js';
import { itemAccess } from '../../src/access/library-access.js';
import { openPhotoFeed, type PhotoFeed } from '../../src/album/photo-changes.js';
import { makeAsk } from '../../src/album/query-catalog.js';
import { openSqlite, type Sqlite } from '../../src/base/sqlite.js';
import { itemId, itemOf, membersId, peopleId, sharingId } from '../../src/document/item-id.js';
import type { Incoming } from '../../src/library/library.js';
import { openProjector } from '../../src/publishing/projection-writer.js';
import type { Database } from '../../src/sync/couch/database.js';
import { openLibraryDatabase } from '../../src/sync/couch/library-database.js';
import { renew } from '../../src/sync/renew-identity.js';
import { openLibrary, type Library } from '../../src/library/library.js';
import { albums, items, people, type Act, type Heard } from '../access/people-world.js';
import { isMember } from '../access/people-truth.js';
import type { Dice } from '../simulation/dice.js';
import { count, Crash } from '../simulation/home.js';
import { settled, type Network } from '../simulation/network.js';
import { makeHome, manualClock, type Home } from './home.js';
import { actsIn, mayHaveDone, type Deed } from './people-acts.js';
import type { Copy } from './people-clients.js';
import type { Link } from './people-links.js';
import { askers, markOf, timelineFor, type Asked, type Asker } from './people-asking.js';

/** The id of the document of an album with members. */
export const albumId = (album: string): string => `own-album:${album}`;

/** The path of the routes of an album with members. */
export const urlOf = (album: string): string => `/api/albums/${album.replace(':', '/')}`;

/** A listener to the live events of a server, and the items it saw last. */
interface Listener extends Asker {
  feed: PhotoFeed;
  before: string;
}

/** The content that a public server would get from a server. */
interface Published {
  projection: Library;
  follow(): Promise<void>;
  close(): void;
}

/** A backup: the file, and the knowledge and links of the server at that time. */
interface Backup {
  path: string;
  known: Map<string, Set<Act>>;
  heads: Map<string, string[]>;
  links: Link[];
}

/** A server of the mesh. */
export interface Place extends Heard {
  name: string;
  /** The error of its clock, ms. */
  wrong: { skew: number };
  home: Home & { close(): Promise<void> };
  database: Database;
  known: Map<string, Set<Act>>;
  /** The last known revisions of a document. */
  heads: Map<string, string[]>;
  listeners: Listener[];
  /** The share links created here. */
  links: Link[];
  /** The copies of clients of the Immich-compatible API, by viewer. */
  copies: Map<string, Copy>;
  backups: Backup[];
  backup(): void;
  /** The content of a public server; created at the first request, and again after a restore. */
  published?: Published;
  /** The session of a person's requests from now on. */
  enter(asker: string, session: string): void;
  /** Writes in progress. */
  busy: number;
  /** Whether the next change of a document is to be interrupted, and whether one was. */
  cutNext: boolean;
  isDown: boolean;
  now(): number;
  learned(incoming: readonly Incoming[]): void;
  /** Opens everything again, as after a crash; with a backup, in its state. */
  reopen(from?: Backup): Promise<void>;
  close(): Promise<void>;
}

/** The mesh. */
export interface Mesh {
  /** The random numbers of the history. */
  dice: Dice;
  /** Random numbers for additional comparisons, so that these do not change the history of a seed. */
  looks: Dice;
  time: number;
  /** For backups. */
  folder: string;
  figures: Record<string, number>;
  places: Place[];
  network: Network<Place>;
  /** The documents in the model: offers and albums add more. */
  tracked: Set<string>;
  /** All albums with members that ever existed. */
  albums: string[];
  /** The acts in a revision, by `id rev`: the same everywhere. */
  acts: Map<string, Set<Act>>;
  /** The documents that a hostile server wrote to. */
  forged: Set<string>;
  /** The entries of grant sets, the sightings and the values that ever existed. */
  entries: Set<string>;
  asked: Asked;
  trace: string[];
}

/** The documents that exist from the start. */
export const firstTracked = (): Set<string> =>
  new Set([
    ...[peopleId, ...people.map(sharingId), ...people.map((person) => `person:${person}`)],
    ...albums.flatMap((album) => [membersId(album), albumId(album)]),
    ...items.map(itemId),
  ]);

/** A server’s clock: that of the mesh, and its error. */
const clockOf = (mesh: Mesh, clock: { skew: number }) => ({ ...manualClock(), now: () => mesh.time + clock.skew });

type Opened = Pick<Place, 'home' | 'database' | 'listeners'>;

async function openOn(mesh: Mesh, place: Place, viewers: Map<string, Viewer>, db: Sqlite): Promise<Opened> {
  const { dice } = mesh;
  const clock = clockOf(mesh, place.wrong);
  const gate = { announced: [], heardGuest: () => undefined, heardPeer: () => undefined };
  const home = await makeHome(
    ({ access, library, blobs }) => ({
      access: {
        ...access,
        // Share links are the real ones.
        recognise: ({ token, ...brought }) => (brought.share ? access.recognise(brought) : viewers.get(token ?? '')),
      },
      gate: { ...gate, state: () => ({ on: true }) },
      openExport: (people) => ({
        parts: { library, people, original: blobs.original, sidecar: () => undefined },
        close: () => Promise.resolve(),
      }),
    }),
    {
      ...{ clock, random: (length: number) => dice.bytes(length), db },
      interrupt() {
        if (!place.cutNext) return;
        place.cutNext = false;
        place.isDown = true;
        count(mesh, 'crashes inside of a transaction');
        throw new Crash('The power went.');
      },
    },
  );
  const { library, catalog } = home;
  const real = openLibraryDatabase({ library, db, clock, onChange: () => () => undefined });
  const ask = makeAsk(library, catalog);
  const database: Database = {
    ...real,
    async write(incoming) {
      place.busy++;
      try {
        return await real.write(incoming);
      } finally {
        place.busy--;
      }
    },
  };
  const listeners = askers.map((asker) => ({
    ...asker,
    before: '',
    feed: openPhotoFeed({ library, catalog, clock, ask }, asker.viewer),
  }));
  return { home, database, listeners };
}

/** A public server without content. */
export function publish(library: Library, random: (length: number) => Uint8Array): Published {
  const db = openSqlite(':memory:');
  const projection = openLibrary(db);
  const access = () => itemAccess(library);
  const projector = openProjector({ library, db, projection, options: { gps: false }, random, access });
  return { projection, follow: projector.follow, close: () => db.close() };
}

/** Opens a server of a mesh. */
export async function openPlace(mesh: Mesh, name: string): Promise<Place> {
  const viewers = new Map(askers.map((asker) => [asker.name, asker.viewer]));
  let db = openSqlite(':memory:');
  let files = 0;
  const fileIn = (folder: string): string => join(folder, `${name}-${files++}.sqlite`);
  const place: Place = {
    name,
    wrong: { skew: 0 },
    ...({} as Opened),
    albums: mesh.albums,
    ...{
      busy: 0,
      cutNext: false,
      isDown: false,
      backups: [],
      copies: new Map(),
      links: [],
      known: new Map(),
      heads: new Map(),
    },
    enter: (asker, session) => void viewers.set(asker, { ...viewers.get(asker)!, session }),
    documents: { has: (id) => place.home.library.get(id) !== undefined },
    now: () => mesh.time + place.wrong.skew,
    learned(incoming) {
      for (const { id, revisions, deleted } of incoming) {
        const made = mesh.acts.get(`${id} ${revisions[0]!}`);
        if (made) addAll(place, id, made);
        // The tombstone of a merge is empty.
        else if (mesh.tracked.has(id) && !deleted) throw new Error(`${id} ${revisions[0]!} was made by nobody`);
      }
      for (const id of new Set(incoming.map((one) => one.id)))
        if (mesh.tracked.has(id)) noteMerge(mesh, place, id, incoming);
    },
    backup() {
      const path = fileIn(mesh.folder);
      db.prepare('VACUUM INTO ?').run(path);
      place.backups.push({ path, ...copiesOf(place) });
    },
    async reopen(from) {
      place.isDown = false;
      place.cutNext = false;
      await place.home.close();
      if (from) {
        db.close();
        const path = fileIn(mesh.folder);
        copyFileSync(from.path, path);
        db = openSqlite(path, { journal: 'delete' });
        db.exec('PRAGMA synchronous = OFF');
        renew(db, `${name} ${files}`);
        Object.assign(place, copiesOf(from));
        // The server has forgotten what was sent to clients since: they start again.
        place.copies.clear();
        place.published?.close();
        delete place.published;
      }
      Object.assign(place, await openOn(mesh, place, viewers, db));
      for (const listener of place.listeners) listener.before = seenNow(place, listener);
    },
    async close() {
      await place.home.close();
      place.published?.close();
      db.close();
    },
  };
  Object.assign(place, await openOn(mesh, place, viewers, db));
  return place;
}

const copiesOf = ({ known, heads, links }: Omit<Backup, 'path'>): Omit<Backup, 'path'> => ({
  known: new Map([...known].map(([id, set]) => [id, new Set(set)])),
  heads: new Map(heads),
  links: links.map((link) => ({ ...link })),
});

/** A viewer's timeline, as a text. */
export const seenNow = (place: Place, asker: Asker): string => timelineFor(place, asker).map(markOf).sort().join();

/**
 * Gives people the standing that an owner of this server would have approved: for everyone except the owner, that in
 * the documents.
 */
export function seat({ home: { db, library }, ...place }: Place): void {
  const put = db.prepare(
    "INSERT OR REPLACE INTO access_person (person, name, role, edits, removed, edition) VALUES (?, ?, ?, 0, ?, '')",
  );
  for (const [n, person] of people.entries())
    if (library.get(`person:${person}`)) {
      const isHere = n === 0 || isMember(place, person);
      put.run(person, `p${n}`, n === 0 ? 'owner' : 'family', Number(!isHere));
    }
}

/** Adds acts on a document to the knowledge of a server. */
export function addAll(place: Place, id: string, acts: Iterable<Act>): void {
  const known = place.known.get(id) ?? new Set();
  place.known.set(id, known);
  for (const act of acts) known.add(act);
}

/** The acts in a revision. */
export const actsOf = (mesh: Mesh, id: string, rev: string): Set<Act> => {
  const key = `${id} ${rev}`;
  const found = mesh.acts.get(key) ?? new Set();
  mesh.acts.set(key, found);
  return found;
};

/** Everything that a server knows about a document is in what it writes there. */
function noteWrite(mesh: Mesh, place: Place, id: string): void {
  const [winner, ...others] = place.home.library.leaves(id);
  const purged = others.filter(({ rev, body }) => isPurge(body) && !mesh.acts.has(`${id} ${rev}`));
  for (const { rev } of [...(winner ? [winner] : []), ...purged])
    for (const act of place.known.get(id) ?? []) actsOf(mesh, id, rev).add(act);
  place.heads.set(id, revsOf(place, id));
}

/**
 * A merge of a received and an existing body contains the content of both, which may be less than the server knows:
 * revisions replaced by the received one are not merged.
 */
export function noteMerge(mesh: Mesh, place: Place, id: string, incoming: readonly Incoming[]): void {
  const came = incoming.filter((one) => one.id === id);
  // A bare tombstone replaces nothing: the body that it closed is merged.
  const replaced = new Set(came.flatMap((one) => (one.deleted && !isPurge(one.body) ? [] : one.revisions.slice(1))));
  const parts = [...came.map(({ revisions }) => revisions[0]!), ...(place.heads.get(id) ?? [])];
  const merged = parts.flatMap((rev) => (replaced.has(rev) ? [] : [...(mesh.acts.get(`${id} ${rev}`) ?? [])]));
  for (const rev of revsOf(place, id)) {
    if (mesh.acts.has(`${id} ${rev}`)) continue;
    for (const act of merged) actsOf(mesh, id, rev).add(act);
    count(mesh, 'merges');
  }
  place.heads.set(id, revsOf(place, id));
}

/** The revisions with content: those of a document, and purges. */
const revsOf = ({ home: { library } }: Pick<Place, 'home'>, id: string): string[] =>
  library.leaves(id).flatMap(({ rev, deleted, body }) => (deleted && !isPurge(body) ? [] : [rev]));

const isPurge = (body: object): boolean => 'purged' in body;

/** The keys of the content of a document: of entries of its grant set, of sightings, and of values. */
export function keysOf(id: string, body: object | undefined): string[] {
  const photo = body as { edits?: Record<string, unknown>; sightings?: object } | undefined;
  const part = (itemOf(id) ? photo?.edits : body) as Record<string, object> | undefined;
  const entries = (['gives', 'ends'] as const).flatMap((name) =>
    Object.keys(part?.[name] ?? {}).map((key) => `${id} ${name} ${key}`),
  );
  if (!itemOf(id)) return entries;
  const values = ['audience', 'trashed', 'archived'].flatMap((field) => {
    const all = part?.[field] as unknown as { at: string }[] | undefined;
    return Array.isArray(all) ? all.map(({ at }) => `${id} ${field}s ${at}`) : [];
  });
  return [...entries, ...values, ...Object.keys(photo?.sightings ?? {}).map((key) => `${id} broughts ${key}`)];
}

const orderOf = ({ at, kind }: Deed): string => `${at} ${kind === 'give' ? 1 : 0}`;

/** The ids of offers and albums at a server. */
const grown = ({ home: { library } }: Place): string[] =>
  ['offer:', 'own-album:'].flatMap((prefix) => [...library.scan(prefix)].map(({ id }) => id));

/** Adds new offers and albums to the model. */
function trackNew(mesh: Mesh, place: Place, before: ReadonlySet<string>): void {
  for (const id of grown(place)) {
    if (before.has(id) || mesh.tracked.has(id)) continue;
    mesh.tracked.add(id);
    if (!id.startsWith('own-album:')) continue;
    const album = id.slice('own-album:'.length);
    mesh.albums.push(album);
    mesh.tracked.add(membersId(album));
  }
}

/** Performs an action at a server, and records and returns the resulting acts. */
export async function act(mesh: Mesh, place: Place, work: () => unknown): Promise<Deed[]> {
  const { library } = place.home;
  const before = new Map([...mesh.tracked].map((id) => [id, library.leaves(id)[0]]));
  const there = new Set(grown(place));
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  trackNew(mesh, place, there);
  const all: Deed[] = [];
  const changed: string[] = [];
  for (const id of mesh.tracked) {
    const [was, after] = [before.get(id), library.leaves(id)[0]];
    if (!after || after.rev === was?.rev) continue;
    const made = actsIn(id, was && (!was.deleted || isPurge(was.body)) ? was.body : undefined, after.body);
    const isNew = ({ kind, key, at }: Deed): boolean => {
      // After a restore, a person may make an act again under the same key if it is no longer known here.
      if (kind === 'brought')
        return ![...(place.known.get(id) ?? [])].some((one) => one.kind === kind && one.key === key);
      const name = key ?? (at === '' ? undefined : at);
      return name === undefined || !mesh.entries.has(`${id} ${kind}s ${name}`);
    };
    all.push(...made.filter(isNew));
    for (const key of keysOf(id, after.body)) mesh.entries.add(key);
    changed.push(id);
  }
  // Acts of a single change saw the acts before them: ends before gives of the same time.
  const past = new Set([...place.known.values()].flatMap((acts) => [...acts]));
  for (const deed of [...all].sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))) {
    const made: Act = { ...deed, past: new Set(past) };
    addAll(place, deed.document, [made]);
    past.add(made);
  }
  for (const id of changed) noteWrite(mesh, place, id);
  count(mesh, 'acts', all.length);
  if (place.isDown) await restart(mesh, place);
  return all;
}

/** Restarts a server. */
export async function restart(mesh: Mesh, place: Place, from?: Backup): Promise<void> {
  mesh.network.down(place);
  mesh.trace.push(`${place.name} ${from ? 'restored' : 'restarted'}`);
  count(mesh, from ? 'restores' : 'restarts');
  await quiet(mesh);
  await place.reopen(from);
}

/** Waits until no write is in progress. */
export async function quiet({ places }: Pick<Mesh, 'places'>): Promise<void> {
  do await settled();
  while (places.some(({ busy }) => busy > 0));
  await settled();
}

/** A request that changes something. */
export type Request = [method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object];

/** The response to one, and its acts; `crashed`: the server crashed instead. */
export interface Answered {
  status: number;
  body: string;
  did: Deed[];
  crashed: boolean;
}

/**
 * Sends a change to a server as a person; the resulting acts must be permitted for them. `then`: right after it, as a
 * part of it.
 */
export async function ask(
  mesh: Mesh,
  place: Place,
  asker: Asker,
  [method, url, payload]: Request,
  then: () => void = () => undefined,
): Promise<Answered> {
  let answer = { status: 0, body: '', crashed: false };
  seat(place);
  const did = await act(mesh, place, async () => {
    const headers = { authorization: `Bearer ${asker.name}` };
    const { statusCode, body } = await place.home.app.inject({ method, url, headers, ...(payload && { payload }) });
    answer = { status: statusCode, body, crashed: place.isDown };
    then();
  });
  const { status, body, crashed } = answer;
  const what = `${asker.name}: ${method} ${url} ${JSON.stringify(payload ?? {})}`;
  mesh.trace.push(`${place.name} ${what}: ${status}, ${did.map(({ kind, to = '' }) => `${kind} ${to}`).join(', ')}`);
  mesh.asked.answers++;
  if (status >= 500 && !crashed) throw new Error(`${what} failed: ${body}`);
  if (status >= 400 && did.length > 0 && !crashed) throw new Error(`${what} was refused, and changed something`);
  const { person, actsForHouse = false } = asker.looker!;
  for (const deed of did)
    if (!mayHaveDone(deed, person, actsForHouse) || (deed.by !== '' && deed.by !== `person:${person}`))
      throw new Error(`${what} did what they may not: ${JSON.stringify(deed)}`);
  return { status, body, did, crashed };
}
