/**
 * Libraries of people on a mesh of real servers: real libraries, catalogs and routes, real replication over a network that loses, repeats,
 * truncates and reorders calls, wrong clocks, and a hostile server. People share, end and remove through the routes; what every server then
 * answers to everybody is compared with the naive model of what this server has heard of (people-routes.ts). The seed determines everything.
 */
import { openPeopleGrants } from '../../src/access/people-grants.js';
import type { Viewer } from '../../src/access/permissions.js';
import { openPhotoFeed, type PhotoFeed } from '../../src/album/photo-changes.js';
import { makeAsk } from '../../src/album/query-catalog.js';
import { PhotospoolError } from '../../src/base/errors.js';
import { newPhoto } from '../../src/document/arrival.js';
import { canonical } from '../../src/document/canonical-json.js';
import { noGrants, withEnd, withGive } from '../../src/document/grants.js';
import {
  house,
  itemId,
  itemOf,
  membersId,
  offerId,
  peopleId,
  publicIdOf,
  sharingId,
  type Item,
} from '../../src/document/item-id.js';
import type { Audience, Body, PhotoDocument } from '../../src/document/photo-document.js';
import { newEdits } from '../../src/ingest/arrival-holder.js';
import type { Incoming } from '../../src/library/library.js';
import type { Database } from '../../src/sync/couch/database.js';
import { openLibraryDatabase } from '../../src/sync/couch/library-database.js';
import { albums, items, itemsOffered, offers, people, type Act, type Heard } from '../access/people-world.js';
import { facts, sighting } from '../document/documents.js';
import { openDice, type Dice } from '../simulation/dice.js';
import { count } from '../simulation/home.js';
import { openNetwork, settled, type Link, type Network } from '../simulation/network.js';
import { makeHome, manualClock, type Home } from './home.js';
import { inAlbum, isMember, rightGiven } from '../access/people-truth.js';
import { actsIn, mayHaveDone, type Deed } from './people-acts.js';
import { forgeOn, newcomer, oversized, strangeDocument, withoutEnds } from './people-hostile.js';
import { lockedChecks, openLocked } from './locked-routes.js';
import {
  albumMark,
  askers,
  checksOf,
  marked,
  markOf,
  openedName,
  timelineFor,
  type Asked,
  type Asker,
} from './people-routes.js';

const albumId = (album: string): string => `own-album:${album}`;
/** The documents that the model knows of. */
const tracked: readonly string[] = [
  ...[peopleId, ...people.map(sharingId), ...people.map((person) => `person:${person}`)],
  ...albums.flatMap((album) => [membersId(album), albumId(album)]),
  ...offers.map(offerId),
  ...items.map(itemId),
];
const isTracked = new Set(tracked);

/** Somebody who listens to the live events of a server, and what they saw last. */
interface Listener extends Asker {
  feed: PhotoFeed;
  before: string;
}

/** A server of the mesh. */
interface Place extends Heard {
  name: string;
  /** The error of its clock, ms. */
  wrong: { skew: number };
  home: Home & { close(): Promise<void> };
  database: Database;
  known: Map<string, Set<Act>>;
  /** The revisions that it last had of a document. */
  heads: Map<string, string[]>;
  listeners: Listener[];
  /** The session in which somebody asks from now on. */
  enter(asker: string, session: string): void;
  /** Writes under way. */
  busy: number;
  now(): number;
  learned(incoming: readonly Incoming[]): void;
}

interface Mesh {
  dice: Dice;
  time: number;
  figures: Record<string, number>;
  places: Place[];
  network: Network<Place>;
  /** The acts in a revision, by `id rev`: the same everywhere. */
  acts: Map<string, Set<Act>>;
  /** The entries of grant sets that there have ever been. */
  entries: Set<string>;
  asked: Asked;
  trace: string[];
}

/** What was asked in a run, and what happened in it. */
export type Played = Asked & { figures: Record<string, number> };

const hour = 3_600_000;

/** A server’s clock: that of the mesh, and its error. */
const clockOf = (mesh: Mesh, clock: { skew: number }) => ({ ...manualClock(), now: () => mesh.time + clock.skew });

async function openPlace(mesh: Mesh, name: string): Promise<Place> {
  const { dice } = mesh;
  const viewers = new Map(askers.map((asker) => [asker.name, asker.viewer]));
  const wrong = { skew: 0 };
  const clock = clockOf(mesh, wrong);
  const gate = { announced: [], heardGuest: () => undefined, heardPeer: () => undefined };
  const home = await makeHome(
    ({ access }) => ({
      access: { ...access, recognise: ({ token }) => viewers.get(token ?? '') },
      gate: { ...gate, state: () => ({ on: true }) },
    }),
    { clock, random: (length) => dice.bytes(length), inMemory: true },
  );
  const { library, catalog, db } = home;
  const real = openLibraryDatabase({ library, db, clock, onChange: () => () => undefined });
  const ask = makeAsk(library, catalog);
  const place: Place = {
    name,
    wrong,
    home,
    busy: 0,
    enter: (asker, session) => void viewers.set(asker, { ...viewers.get(asker)!, session }),
    known: new Map(),
    heads: new Map(),
    documents: { has: (id) => library.get(id) !== undefined },
    database: {
      ...real,
      async write(incoming) {
        place.busy++;
        try {
          return await real.write(incoming);
        } finally {
          place.busy--;
        }
      },
    },
    listeners: askers.map((asker) => ({
      ...asker,
      before: '',
      feed: openPhotoFeed({ library, catalog, clock, ask }, asker.viewer),
    })),
    now: clock.now,
    learned(incoming) {
      for (const { id, revisions, deleted } of incoming) {
        // The tombstone of a merge has nothing in it.
        if (!isTracked.has(id) || deleted) continue;
        const made = mesh.acts.get(`${id} ${revisions[0]!}`);
        if (!made) throw new Error(`${id} ${revisions[0]!} was made by nobody`);
        addAll(place, id, made);
      }
      for (const id of new Set(incoming.map((one) => one.id)))
        if (isTracked.has(id)) noteMerge(mesh, place, id, incoming);
    },
  };
  return place;
}

function addAll(place: Place, id: string, acts: Iterable<Act>): void {
  const known = place.known.get(id) ?? new Set();
  place.known.set(id, known);
  for (const act of acts) known.add(act);
}

const actsOf = (mesh: Mesh, id: string, rev: string): Set<Act> => {
  const key = `${id} ${rev}`;
  const found = mesh.acts.get(key) ?? new Set();
  mesh.acts.set(key, found);
  return found;
};

/** What a server knows of a document is in what it writes there. */
function noteWrite(mesh: Mesh, place: Place, id: string): void {
  const { library } = place.home;
  const winner = library.get(id);
  if (winner) for (const act of place.known.get(id) ?? []) actsOf(mesh, id, winner.rev).add(act);
  place.heads.set(id, revsOf(place, id));
}

/** A merge has what was merged, which may be less than the server knows. */
function noteMerge(mesh: Mesh, place: Place, id: string, incoming: readonly Incoming[]): void {
  const came = incoming.filter((one) => one.id === id && !one.deleted).map(({ revisions }) => revisions[0]!);
  const merged = [...came, ...(place.heads.get(id) ?? [])].flatMap((rev) => [...actsOf(mesh, id, rev)]);
  for (const rev of revsOf(place, id)) {
    if (mesh.acts.has(`${id} ${rev}`)) continue;
    for (const act of merged) actsOf(mesh, id, rev).add(act);
    count(mesh, 'merges');
  }
  place.heads.set(id, revsOf(place, id));
}

const revsOf = ({ home: { library } }: Place, id: string): string[] =>
  library.heads(id).flatMap(({ rev, deleted }) => (deleted ? [] : [rev]));

const keysOf = (id: string, body: object | undefined): string[] => {
  const part = (itemOf(id) ? (body as { edits?: object } | undefined)?.edits : body) as
    Record<string, object> | undefined;
  return ['gives', 'ends'].flatMap((name) => Object.keys(part?.[name] ?? {}).map((key) => `${id} ${name} ${key}`));
};

const orderOf = ({ at, kind }: Deed): string => `${at} ${kind === 'give' ? 1 : 0}`;

/** Does something at a server, and records what it changed; returns that. */
async function act(mesh: Mesh, place: Place, work: () => unknown): Promise<Deed[]> {
  const { library } = place.home;
  const before = library.getMany(tracked);
  await work();
  const all: Deed[] = [];
  const changed: string[] = [];
  for (const [n, id] of tracked.entries()) {
    const after = library.get(id);
    if (!after || after.rev === before[n]?.rev) continue;
    const made = actsIn(id, before[n]?.body, after.body);
    all.push(...made.filter(({ kind, key }) => key === undefined || !mesh.entries.has(`${id} ${kind}s ${key}`)));
    for (const key of keysOf(id, after.body)) mesh.entries.add(key);
    changed.push(id);
  }
  // Of what was done in one go, each saw what came before it: ends before gives of the same time.
  const past = new Set([...place.known.values()].flatMap((acts) => [...acts]));
  for (const deed of [...all].sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))) {
    const made: Act = { ...deed, past: new Set(past) };
    addAll(place, deed.document, [made]);
    past.add(made);
  }
  for (const id of changed) noteWrite(mesh, place, id);
  count(mesh, 'acts', all.length);
  return all;
}

/** Waits until nothing is written any more. */
async function quiet({ places }: Mesh): Promise<void> {
  do await settled();
  while (places.some(({ busy }) => busy > 0));
  await settled();
}

async function advance(mesh: Mesh): Promise<boolean> {
  if (!mesh.network.advance()) return false;
  await quiet(mesh);
  if (mesh.network.error) throw mesh.network.error as Error;
  for (const { error } of mesh.network.runs()) if (error) throw error as Error;
  return true;
}

/** An original comes in for somebody. */
function create({ home: { library, clock } }: Place, item: Item): void {
  const id = itemId(item);
  if (library.get(id)) return;
  const by = `person:${item.holder === house ? people[0]! : item.holder}`;
  const at = new Date(clock.now()).toISOString();
  const came = marked(item, newPhoto({ facts: facts(), renditions: { recipe: 1 }, sighting: sighting({ by, at }) }));
  library.update<PhotoDocument>(id, () => ({ ...came, edits: newEdits(library, { holder: item.holder, by }) }));
}

const newSet = (id: string): object => ({
  ...{ format: 1, kind: id === peopleId ? 'people' : id.slice(0, id.indexOf(':')) },
  ...(id.startsWith('offer:') && { items: itemsOffered(id.slice('offer:'.length)).map(publicIdOf) }),
});

/** Writes to a grant set for which there is no route. */
function write(
  { home: { library } }: Place,
  id: string,
  change: (part: object, author: { at: string; by: string }) => object,
  by: string,
): void {
  library.update(id, (body) => {
    const author = { at: library.stampAfter(body), by };
    if (!itemOf(id)) return change(body ?? newSet(id), author) as Body;
    const photo = body as unknown as PhotoDocument | undefined;
    return photo && { ...photo, edits: change(photo.edits, author) };
  });
}

/** Somebody asks a server to change something; what it did must be theirs to do. */
async function ask(
  mesh: Mesh,
  place: Place,
  asker: Asker,
  [method, url, payload]: [method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object],
): Promise<{ status: number; body: string; did: Deed[] }> {
  let answer = { statusCode: 0, body: '' };
  const did = await act(mesh, place, async () => {
    const headers = { authorization: `Bearer ${asker.name}` };
    answer = await place.home.app.inject({ method, url, headers, ...(payload && { payload }) });
  });
  const { statusCode: status, body } = answer;
  const what = `${asker.name}: ${method} ${url} ${JSON.stringify(payload ?? {})}`;
  mesh.trace.push(`${place.name} ${what}: ${status}, ${did.map(({ kind, to = '' }) => `${kind} ${to}`).join(', ')}`);
  mesh.asked.answers++;
  if (status >= 500) throw new Error(`${what} failed: ${body}`);
  if (status >= 400 && did.length > 0) throw new Error(`${what} was refused, and changed something`);
  const { person, actsForHouse = false } = asker.looker!;
  for (const deed of did)
    if (!mayHaveDone(deed, person, actsForHouse) || (deed.by !== '' && deed.by !== `person:${person}`))
      throw new Error(`${what} did what they may not: ${JSON.stringify(deed)}`);
  return { status, body, did };
}

/** Changes an item as somebody: of their own it must succeed, and what they don’t see does not exist. */
async function edit(mesh: Mesh, place: Place, asker: Asker, item: Item, change: object): Promise<void> {
  const id = publicIdOf(item);
  const isThere = place.documents.has(itemId(item));
  const sees = isThere && asker.sees(place, item);
  const holder = asker.looker!.actsForHouse && item.holder === house ? house : asker.looker!.person;
  const { status, body } = await ask(mesh, place, asker, ['PATCH', `/api/photos/${id}`, change]);
  const nowhere = 'e'.repeat(64);
  const what = `${asker.name} and ${markOf(item)}: ${JSON.stringify(change)}`;
  if (sees && holder === item.holder && status !== 200) throw new Error(`${what} was refused: ${body}`);
  if (sees && holder !== item.holder && status !== 403) throw new Error(`${what}: ${status}`);
  if (sees) return;
  const none = await ask(mesh, place, asker, ['PATCH', `/api/photos/${nowhere}`, change]);
  if (none.status !== status || none.body !== body.replaceAll(id, nowhere))
    throw new Error(`${what} is told from what does not exist: ${body}`);
}

/** Somebody locks a photo, for which they open their locked photos, and close them again. */
async function lock(mesh: Mesh, place: Place, asker: Asker, item: Item): Promise<void> {
  place.enter(asker.name, await openLocked(place.home, asker.looker!.person));
  const { status } = await ask(mesh, place, asker, ['POST', '/api/photos/lock', { ids: [publicIdOf(item)] }]);
  place.enter(asker.name, asker.viewer.session!);
  count(mesh, status === 200 ? 'photos locked' : 'locks refused');
}

/** Ends something, which must then be ended. */
async function endBy(mesh: Mesh, place: Place, asker: Asker, url: string, to: string): Promise<void> {
  const { body, did } = await ask(mesh, place, asker, ['DELETE', url]);
  if (body === '{"changed":true}' && !did.some((one) => one.kind === 'end' && one.to === to))
    throw new Error(`${asker.name}: DELETE ${url} ended nothing`);
}

const at = (album: string): string => `/api/albums/${album.replace(':', '/')}`;

/** Somebody takes out of an album what is in it there, or anything. */
async function takeOut(mesh: Mesh, place: Place, asker: Asker, album: string): Promise<void> {
  const isIn = (item: Item): boolean => place.documents.has(itemId(item)) && inAlbum(place, item, album);
  const within = items.filter((item) => asker.sees(place, item) && isIn(item));
  const others = within.filter(({ holder }) => !album.startsWith(holder));
  const [some] = [others, within, items].filter((list) => list.length > 0);
  const ids = [publicIdOf(mesh.dice.pick(some!))];
  const { did } = await ask(mesh, place, asker, ['POST', `${at(album)}/entries/remove`, { ids }]);
  if (did.some(({ document }) => document === membersId(album))) count(mesh, 'photos of others taken out');
}

/** Somebody does something somewhere. */
// Longer than a screen: the list of everything that people do.
async function happen(mesh: Mesh, place: Place): Promise<void> {
  const { dice } = mesh;
  const { library } = place.home;
  const asker = dice.pick(askers.filter(({ looker }) => looker));
  const me = asker.looker!.person;
  const actsForHouse = asker.looker!.actsForHouse === true;
  const by = `person:${me}`;
  const other = dice.pick(people.filter((person) => person !== me));
  const own = dice.pick(items.filter(({ holder }) => holder === me || (actsForHouse && holder === house)));
  const any = dice.pick(items);
  const item = dice.chance(0.85) ? own : any;
  const id = publicIdOf(item);
  const mine = dice.pick(albums.filter((album) => album.startsWith(me) || (actsForHouse && album.startsWith(house))));
  const album = dice.pick(albums);
  const gone = people.filter((person) => place.documents.has(`person:${person}`) && !isMember(place, person));
  const addsTo = albums.filter((one) => rightGiven(place, one, me) === 'add');
  const open = dice.pick(addsTo.length > 0 ? addsTo : albums);
  const locks = dice.pick(items.filter(({ holder }) => holder === me));
  const grants = openPeopleGrants(library);
  const offer = offerId(
    dice.pick(offers.filter((one) => one.startsWith(me) || (actsForHouse && one.startsWith(house)))),
  );
  const taken = { to: dice.chance(0.3) ? house : `person:${other}`, what: 'take' };
  const inSight = { [peopleId]: library.controls.find(peopleId) ?? noGrants };
  const [here, removed] = [false, true].map((isRemoved) => ({ removed: isRemoved, role: 'family' as const }));
  const roles = (['owner', 'family'] as const).map((role) => ({ removed: false, role }));
  const standing = (from: object | undefined, to: object | undefined, whom = dice.chance(0.8) ? other : me): unknown =>
    act(mesh, place, () =>
      grants.decided(
        whom,
        from as Parameters<typeof grants.decided>[1],
        to as Parameters<typeof grants.decided>[2],
        by,
      ),
    );
  const deeds: [number, () => unknown][] = [
    [8, () => act(mesh, place, () => create(place, own))],
    [7, () => edit(mesh, place, asker, item, { audience: dice.pick<Audience>(['private', 'family', 'public']) })],
    [3, () => edit(mesh, place, asker, item, { title: `${markOf(item)} ${dice.below(1e6)}` })],
    [2, () => edit(mesh, place, asker, item, { trashed: dice.chance(0.4) })],
    [3, () => edit(mesh, place, asker, item, { archived: dice.chance(0.7) })],
    [2, () => ask(mesh, place, asker, ['POST', `/api/photos/${id}/comments`, { text: `${markOf(item)} words` }])],
    [2, () => ask(mesh, place, asker, ['PATCH', `/api/photos/${publicIdOf(any)}`, { favourite: dice.chance(0.7) }])],
    [9, () => ask(mesh, place, asker, ['POST', `${at(dice.chance(0.5) ? mine : open)}/entries`, { ids: [id] }])],
    [4, () => takeOut(mesh, place, asker, dice.chance(0.8) ? mine : album)],
    [9, () => ask(mesh, place, asker, ['PUT', `${at(mine)}/members/${other}`, { right: dice.pick(['view', 'add']) }])],
    [1, () => ask(mesh, place, asker, ['PUT', `${at(album)}/members/${me}`, { right: 'add' }])],
    [3, () => endBy(mesh, place, asker, `${at(mine)}/members/${other}`, `person:${other}`)],
    [1, () => endBy(mesh, place, asker, `${at(album)}/members/${me}`, by)],
    [4, () => ask(mesh, place, asker, ['PUT', `/api/partners/${other}`])],
    [2, () => endBy(mesh, place, asker, `/api/partners/${other}`, `person:${other}`)],
    [1, () => endBy(mesh, place, asker, `/api/partners/${other}/received`, by)],
    [0.3, () => ask(mesh, place, asker, ['PATCH', at(album), { removed: true }])],
    [0.7, () => standing(here, removed)],
    // Who is here and returns loses all access that they had: seldom.
    [
      2.5,
      () => (gone.length > 0 ? standing(removed, here, dice.pick(gone)) : dice.chance(0.1) && standing(removed, here)),
    ],
    [0.5, () => standing(roles[0], roles[1])],
    [1, () => standing(roles[1], roles[0])],
    [
      2,
      () => act(mesh, place, () => write(place, offer, (part, author) => withGive(part, taken, author, inSight), by)),
    ],
    [1, () => act(mesh, place, () => write(place, offer, (part, author) => withEnd(part, taken.to, author), by))],
    [1.2, () => lock(mesh, place, asker, dice.chance(0.85) ? locks : item)],
    [
      1,
      () =>
        act(mesh, place, () =>
          write(place, itemId(locks), (part, author) => withGive(part, { to: '*', what: 'unlocked' }, author), by),
        ),
    ],
    [
      2,
      () =>
        act(mesh, place, () =>
          write(
            place,
            peopleId,
            (part, author) =>
              dice.chance(0.6)
                ? withGive(part, { to: `publish:${other}`, what: 'publish' }, author)
                : withEnd(part, `publish:${other}`, author),
            by,
          ),
        ),
    ],
  ];
  let rest = dice.below(1_000_000) * 1e-6 * deeds.reduce((sum, [weight]) => sum + weight, 0);
  const deed = deeds.find(([weight]) => (rest -= weight) < 0)?.[1];
  await deed?.();
}

/** A hostile server writes. */
function harm(mesh: Mesh, place: Place): void {
  const { dice } = mesh;
  const { library } = place.home;
  const insert = (id: string, body: object): string => {
    const above = library.leaves(id)[0];
    const below = above ? (library.revision(id, above.rev)?.revisions ?? []) : [];
    const rev = `${below.length + 1}-${Buffer.from(dice.bytes(16)).toString('hex')}`;
    library.insert([{ id, revisions: [rev, ...below], deleted: false, body: body as Body }]);
    return rev;
  };
  if (dice.chance(0.3)) {
    const { id, body } = dice.chance(0.15) ? oversized(dice) : strangeDocument(dice);
    count(mesh, 'strange documents');
    try {
      insert(id, body);
    } catch (error) {
      if (!(error instanceof PhotospoolError)) throw error;
      count(mesh, 'strange documents refused');
    }
    return;
  }
  const sets = tracked.filter((id) => /^(?:library|sharing|members|own|photo|offer):/.test(id) && library.get(id));
  if (sets.length === 0) return;
  const ended = sets.filter((one) => keysOf(one, library.get(one)!.body).some((key) => key.startsWith(`${one} ends `)));
  const loses = ended.length > 0 && dice.chance(0.4);
  const id = dice.pick(loses ? ended : sets);
  const { body: found } = library.get(id)!;
  const { body, ends, isWithoutEnds } = loses ? withoutEnds(id, found) : forgeOn(dice, id, found);
  count(mesh, isWithoutEnds ? 'ends left out' : 'forged grants');
  mesh.trace.push(`${place.name} forged ${id}, ${ends.map(({ to }) => `end ${to}`).join()}`);
  const made = ends.map((end): Act => ({ document: id, kind: 'end', ...end, past: new Set() }));
  for (const key of keysOf(id, body)) mesh.entries.add(key);
  const above = library.get(id)!.rev;
  const before = [...actsOf(mesh, id, above)].filter(({ kind }) => !isWithoutEnds || kind !== 'end');
  mesh.acts.set(`${id} ${insert(id, body)}`, new Set([...before, ...made]));
  addAll(place, id, made);
  place.heads.set(id, revsOf(place, id));
}

/** Whether a viewer is the holder of items, or acts for the house that is. */
const holds = ({ role, person, behalf }: Viewer, holder: string): boolean =>
  holder === house ? role === 'owner' || (role === 'program' && !behalf) : person === holder;

/** What the live events of a server tell everybody since they were last asked for. */
async function listen(place: Place): Promise<void> {
  for (const listener of place.listeners) {
    const { photos, comments } = await listener.feed.next();
    for (const id of [...(photos?.ids ?? []), ...comments]) {
      const item = items.find((one) => publicIdOf(one) === id);
      const isShown = item && place.documents.has(itemId(item)) && listener.sees(place, item);
      // Of a purged photo its holder is told.
      const isPurged = item && !place.documents.has(itemId(item)) && holds(listener.viewer, item.holder);
      if (!isShown && !isPurged) throw new Error(`${listener.name}: the feed tells of ${item ? markOf(item) : id}`);
    }
    const now = timelineFor(place, listener).map(markOf).sort().join();
    if (now !== listener.before && !photos)
      throw new Error(`${listener.name}: no event tells that ${now} is seen instead of ${listener.before}`);
    listener.before = now;
  }
}

/** Compares what a server answers with the model: so much of it, and to so many who ask. */
async function compare(mesh: Mesh, place: Place, part: number): Promise<void> {
  const { dice, asked } = mesh;
  await listen(place);
  const some = part === 1 ? askers : dice.shuffle(askers).slice(0, 3);
  // For a short time only, and the clock may have gone wrong since.
  place.enter(openedName, await openLocked(place.home, people[1]!));
  for (const asker of some) {
    const all = [...checksOf(place.home, place, asker, asked), ...lockedChecks(place.home, place, asker, asked)];
    const checks = all.filter(() => part === 1 || dice.chance(part));
    for (const check of checks) await check();
  }
}

/** People and albums begin somewhere, and are heard of elsewhere later. */
async function begin(mesh: Mesh): Promise<void> {
  const register = (value: unknown): object => ({ value, at: '001600000000000-0000-a', by: 'owner' });
  for (const [n, person] of people.entries()) {
    const role = register(n === 0 ? 'owner' : 'family');
    const body = { format: 1, kind: 'person', name: register(`p${n}`), role } as unknown as Body;
    const place = mesh.dice.pick(mesh.places);
    await act(mesh, place, () => place.home.library.update(`person:${person}`, () => body));
  }
  const body = { format: 1, kind: 'person', name: register('p8'), role: register('family') } as unknown as Body;
  mesh.dice.pick(mesh.places).home.library.update(`person:${newcomer}`, () => body);
  for (const album of albums) {
    const body = { format: 1, kind: 'own-album', name: register(albumMark(album)) } as unknown as Body;
    const place = mesh.dice.pick(mesh.places);
    await act(mesh, place, () => place.home.library.update(albumId(album), () => body));
  }
  for (const item of items) {
    const place = mesh.dice.pick(mesh.places);
    if (mesh.dice.chance(0.8)) await act(mesh, place, () => create(place, item));
  }
  // In most histories the servers know much of one another when people begin.
  for (let n = mesh.dice.pick([0, 4, 8]); n > 0; n--) {
    connect(mesh, mesh.dice.pick(mesh.network.links));
    await quiet(mesh);
    while (await advance(mesh));
  }
}

const isRunning = ({ network }: Mesh, source: Place, target: Place): boolean =>
  network.runs().some((run) => run.source === source && run.target === target);

function connect(mesh: Mesh, link: Link<Place>): void {
  const way = mesh.dice.pick(['pull', 'push'] as const);
  const [source, target] = way === 'pull' ? [link.other, link.maker] : [link.maker, link.other];
  if (!link.cut && !isRunning(mesh, source, target)) mesh.network.start(link, way, mesh.dice.chance(0.5));
}

/** A clock goes wrong, by hours or by years, or is set right. */
function setClock({ dice, ...mesh }: Mesh, place: Place): void {
  const years = dice.chance(0.3) ? (dice.below(9) - 4) * 365 * 24 * hour : 0;
  place.wrong.skew = dice.chance(0.2) ? 0 : years + (dice.below(48) - 24) * hour;
  count(mesh, 'clocks set');
}

async function step(mesh: Mesh): Promise<void> {
  const { dice, network, places } = mesh;
  mesh.time += dice.below(3_000);
  const place = dice.pick(places);
  const roll = dice.below(100);
  if (roll < 60) await happen(mesh, place);
  else if (roll < 80) connect(mesh, dice.pick(network.links));
  else if (roll < 84) {
    const link = dice.pick(network.links);
    link.cut = !link.cut;
    if (link.cut) network.sever(link);
    if (link.cut) count(mesh, 'cuts');
  } else if (roll < 86) setClock(mesh, place);
  else if (roll < 93) harm(mesh, place);
  else if (roll < 96) network.repeat();
  else if (network.runs().length > 0) dice.pick(network.runs()).abort();
  await quiet(mesh);
  for (let n = dice.below(8); n > 0; n--) await advance(mesh);
}

/** All cuts end; everything is exchanged until nothing is new to any server. */
async function heal(mesh: Mesh): Promise<void> {
  const { network, places } = mesh;
  network.calm = true;
  for (const link of network.links) {
    network.sever(link);
    link.cut = false;
  }
  for (const run of network.runs()) run.abort();
  const drain = async (): Promise<void> => {
    await quiet(mesh);
    while (await advance(mesh));
  };
  await drain();
  const changes = (): number => places.reduce((sum, { home }) => sum + home.library.lastChange(), 0);
  for (let round = 0, before = -1; before !== changes(); round++) {
    before = changes();
    if (round > 12) throw new Error('the servers exchange without an end');
    for (const link of network.links) for (const way of ['pull', 'push'] as const) network.start(link, way, false);
    await drain();
  }
  const [first, ...others] = places.map(({ home }) =>
    canonical(tracked.map((id) => home.library.leaves(id).map(({ rev }) => rev))),
  );
  if (others.some((other) => other !== first)) throw new Error('servers that have everything are not equal');
}

/**
 * Plays a history of so many steps on three servers; after every `every` steps, part of the routes of a server is compared, before the end
 * all of one that has not heard of everything, and at the end all of one that has. Throws, naming the seed, where somebody gets what the
 * model does not say.
 */
export async function playMesh(seed: number, length: number, every: number): Promise<Played> {
  const dice = openDice(seed);
  const asked: Asked = { answers: 0, shown: 0, hidden: 0, locked: 0 };
  const mesh: Mesh = {
    ...{ dice, time: 1_700_000_000_000, figures: {}, places: [], asked, trace: [] },
    ...{ acts: new Map(), entries: new Set() },
    network: undefined as unknown as Network<Place>,
  };
  mesh.network = openNetwork<Place>(mesh, (place) => {
    throw new Error(`${place.name} went down`);
  });
  try {
    for (const name of ['A', 'B', 'C']) mesh.places.push(await openPlace(mesh, name));
    const { places, network } = mesh;
    for (const place of places) if (dice.chance(0.6)) setClock(mesh, place);
    const [a, b, c] = places as [Place, Place, Place];
    const ways: [Place, Place][] = [
      [a, b],
      [b, c],
      [c, a],
    ];
    for (const [maker, other] of ways) network.links.push({ maker, other, cut: dice.chance(0.2) });
    await begin(mesh);
    for (let n = 1; n <= length; n++) {
      await step(mesh);
      if (n % every === 0 && n < length) await compare(mesh, dice.pick(places), 0.12);
    }
    await compare(mesh, dice.pick(places), 1);
    await heal(mesh);
    for (const place of places) await listen(place);
    await compare(mesh, dice.pick(places), 1);
    return { ...asked, figures: mesh.figures };
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}: ${told}\nafter:\n${mesh.trace.slice(-12).join('\n')}`, { cause: error });
  } finally {
    for (const { home } of mesh.places) await home.close();
  }
}
