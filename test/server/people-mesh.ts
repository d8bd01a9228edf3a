/**
 * Libraries of people on a mesh of real servers: real libraries, catalogs and routes, real replication over a network
 * that loses, repeats, truncates and reorders calls, wrong clocks, servers that crash and are restored, and a hostile
 * server. People share, offer, link, end and remove through the routes; then the responses of every server to all
 * viewers are compared with the naive model, given the knowledge of this server (people-routes.ts). The seed determines
 * the history.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPeopleGrants } from '../../src/access/people-grants.js';
import type { Viewer } from '../../src/access/permissions.js';
import { PhotospoolError } from '../../src/base/errors.js';
import { canonical } from '../../src/document/canonical-json.js';
import { house, itemId, membersId, publicIdOf, type Item } from '../../src/document/item-id.js';
import type { Audience, Body } from '../../src/document/photo-document.js';
import type { Incoming } from '../../src/library/library.js';
import { readKey } from '../../src/publishing/library-key.js';
import { opaqueId } from '../../src/publishing/projection.js';
import { publicId, readPublic } from '../../src/publishing/public-fields.js';
import { albums, items, people, type Act } from '../access/people-world.js';
import { openDice } from '../simulation/dice.js';
import { count } from '../simulation/home.js';
import { openNetwork, type Link as Way } from '../simulation/network.js';
import { flag, inAlbum, isGuests, isMember, rightGiven, truth } from '../access/people-truth.js';
import { forgeOn, newcomer, oversized, strangeDocument, withoutEnds } from './people-hostile.js';
import {
  bring,
  checkDead,
  decideGuests,
  isAlive,
  linkAsker,
  linkChecks,
  lookAtWaiting,
  makeLink,
  revokeLink,
  sendAsGuest,
} from './people-links.js';
import { clientChecks, compareCopy } from './people-clients.js';
import { openDraft } from './people-drafts.js';
import { answerOffer, makeOffer, offerChecks } from './people-offers.js';
import { lockedChecks, openLocked } from './locked-routes.js';
import {
  act,
  actsOf,
  addAll,
  albumId,
  ask,
  firstTracked,
  keysOf,
  noteMerge,
  openPlace,
  publish,
  quiet,
  restart,
  seat,
  seenNow,
  urlOf,
  type Mesh,
  type Place,
} from './people-places.js';
import { isTold, lock, takeBack, unlock } from './people-takebacks.js';
import { albumMark, askerFor, askers, markOf, openedName, type Asked, type Asker } from './people-asking.js';
import { otherChecks } from './people-other-routes.js';
import { checksOf } from './people-routes.js';

/** The requests in a run, and its events. */
export type Played = Asked & { figures: Record<string, number> };

const hour = 3_600_000;

async function advance(mesh: Mesh): Promise<boolean> {
  if (!mesh.network.advance()) return false;
  await quiet(mesh);
  for (const place of mesh.places) if (place.isDown) await restart(mesh, place);
  if (mesh.network.error) throw mesh.network.error as Error;
  return true;
}

/** Adds an original for a person, sent by themselves; they may also get one that waits from a guest. */
function create(place: Place, item: Item): void {
  if (!place.home.library.get(itemId(item)) || isGuests(place, item))
    bring(place, item, `person:${item.holder === house ? people[0]! : item.holder}`);
}

/** Changes an item as a person: for their own it must succeed, and hidden ones must not exist. */
async function edit(mesh: Mesh, place: Place, asker: Asker, item: Item, change: object): Promise<void> {
  const id = publicIdOf(item);
  const isThere = place.documents.has(itemId(item));
  const sees = isThere && asker.sees(place, item);
  const holder = asker.looker!.actsForHouse && item.holder === house ? house : asker.looker!.person;
  const { status, body, crashed } = await ask(mesh, place, asker, ['PATCH', `/api/photos/${id}`, change]);
  const nowhere = 'e'.repeat(64);
  const what = `${asker.name} and ${markOf(item)}: ${JSON.stringify(change)}`;
  if (crashed) return;
  if (sees && holder === item.holder && status !== 200) throw new Error(`${what} was refused: ${body}`);
  if (sees && holder !== item.holder && status !== 403) throw new Error(`${what}: ${status}`);
  if (sees) return;
  const none = await ask(mesh, place, asker, ['PATCH', `/api/photos/${nowhere}`, change]);
  if (none.crashed) return;
  if (none.status !== status || none.body !== body.replaceAll(id, nowhere))
    throw new Error(`${what} is told from what does not exist: ${body}`);
}

/** Ends something, which must then have ended. */
async function endBy(mesh: Mesh, place: Place, asker: Asker, url: string, to: string): Promise<void> {
  const { body, did } = await ask(mesh, place, asker, ['DELETE', url]);
  if (body === '{"changed":true}' && !did.some((one) => one.kind === 'end' && one.to === to))
    throw new Error(`${asker.name}: DELETE ${url} ended nothing`);
}

/** Removes an item from an album, one that is in it there, or any. */
async function takeOut(mesh: Mesh, place: Place, asker: Asker, album: string): Promise<void> {
  const isIn = (item: Item): boolean => place.documents.has(itemId(item)) && inAlbum(place, item, album);
  const within = items.filter((item) => asker.sees(place, item) && isIn(item));
  const others = within.filter(({ holder }) => !album.startsWith(holder));
  const [some] = [others, within, items].filter((list) => list.length > 0);
  const ids = [publicIdOf(mesh.dice.pick(some!))];
  const { did } = await ask(mesh, place, asker, ['POST', `${urlOf(album)}/entries/remove`, { ids }]);
  if (did.some(({ document }) => document === membersId(album))) count(mesh, 'photos of others taken out');
}

/** Empties the trash of a person there. */
async function empty(mesh: Mesh, place: Place, anybody: Asker): Promise<void> {
  const isIn = (item: Item): boolean => place.documents.has(itemId(item)) && flag(place, itemId(item), 'trashed');
  const trashed = items.filter(isIn);
  const some = mesh.dice.shuffle(trashed.length > 0 ? trashed : items).slice(0, 2);
  const asker = mesh.dice.chance(0.15) ? anybody : askerFor(some[0]!.holder);
  const { did } = await ask(mesh, place, asker, ['POST', '/api/trash/empty', { ids: some.map(publicIdOf) }]);
  count(mesh, 'photos purged', did.filter(({ kind }) => kind === 'purged').length);
}

/** A random act of a random person at a random server. */
// Longer than a screen: the list of all acts of people.
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
  // Items that are linked, offered or saved are locked and trashed more often, because errors are likelier there.
  const told = items.filter(({ holder, ...one }) => holder === me && isTold(place, { holder, ...one }));
  const mostly = (list: readonly Item[]): Item => dice.pick(told.length > 0 && dice.chance(0.5) ? told : list);
  const locks = mostly(items.filter(({ holder }) => holder === me));
  const linked = place.links.flatMap(({ album: one }) => (one?.startsWith(me) ? [one] : []));
  const grants = openPeopleGrants(library);
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
    [4, () => edit(mesh, place, asker, mostly([item]), { trashed: dice.chance(0.5) })],
    [3, () => edit(mesh, place, asker, item, { archived: dice.chance(0.7) })],
    [2, () => ask(mesh, place, asker, ['POST', `/api/photos/${id}/comments`, { text: `${markOf(item)} words` }])],
    [2, () => ask(mesh, place, asker, ['PATCH', `/api/photos/${publicIdOf(any)}`, { favourite: dice.chance(0.7) }])],
    [9, () => ask(mesh, place, asker, ['POST', `${urlOf(dice.chance(0.5) ? mine : open)}/entries`, { ids: [id] }])],
    [4, () => takeOut(mesh, place, asker, dice.chance(0.8) ? mine : album)],
    [
      9,
      () => ask(mesh, place, asker, ['PUT', `${urlOf(mine)}/members/${other}`, { right: dice.pick(['view', 'add']) }]),
    ],
    [1, () => ask(mesh, place, asker, ['PUT', `${urlOf(album)}/members/${me}`, { right: 'add' }])],
    [3, () => endBy(mesh, place, asker, `${urlOf(mine)}/members/${other}`, `person:${other}`)],
    [1, () => endBy(mesh, place, asker, `${urlOf(album)}/members/${me}`, by)],
    [4, () => ask(mesh, place, asker, ['PUT', `/api/partners/${other}`])],
    [2, () => endBy(mesh, place, asker, `/api/partners/${other}`, `person:${other}`)],
    [1, () => endBy(mesh, place, asker, `/api/partners/${other}/received`, by)],
    [
      0.5,
      () => ask(mesh, place, asker, ['PATCH', urlOf(linked.length > 0 ? dice.pick(linked) : album), { removed: true }]),
    ],
    [0.7, () => standing(here, removed)],
    // A person who returns loses all their access: rare.
    [
      2.5,
      () => (gone.length > 0 ? standing(removed, here, dice.pick(gone)) : dice.chance(0.1) && standing(removed, here)),
    ],
    [0.5, () => standing(roles[0], roles[1])],
    [1, () => standing(roles[1], roles[0])],
    [1.2, () => lock(mesh, place, asker, dice.chance(0.85) ? locks : item)],
    [1, () => act(mesh, place, () => unlock(place, locks))],
    [
      2,
      () => ask(mesh, place, asker, [dice.pick(['PUT', 'PUT', 'DELETE'] as const), `/api/people/${other}/publishing`]),
    ],
    [5, () => makeOffer(mesh, place, asker)],
    [10, () => answerOffer(mesh, place, asker)],
    [9, () => makeLink(mesh, place, asker, item, dice.chance(0.8) ? mine : album)],
    [1, () => revokeLink(mesh, place, asker)],
    [6, () => sendAsGuest(mesh, place)],
    [5, () => decideGuests(mesh, place, asker)],
    [4, () => empty(mesh, place, asker)],
    [4, () => takeBack(mesh)],
  ];
  let rest = dice.below(1_000_000) * 1e-6 * deeds.reduce((sum, [weight]) => sum + weight, 0);
  const deed = deeds.find(([weight]) => (rest -= weight) < 0)?.[1];
  await deed?.();
}

/** A write by a hostile server. */
function harm(mesh: Mesh, place: Place): void {
  place.cutNext = false;
  const { dice } = mesh;
  const { library } = place.home;
  const insert = (id: string, body: object): Incoming => {
    const above = library.leaves(id)[0];
    const below = above ? (library.revision(id, above.rev)?.revisions ?? []) : [];
    const rev = `${below.length + 1}-${Buffer.from(dice.bytes(16)).toString('hex')}`;
    const made = { id, revisions: [rev, ...below], deleted: false, body: body as Body };
    library.insert([made]);
    return made;
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
  const sets = [...mesh.tracked].filter(
    (id) => /^(?:library|sharing|members|own|photo|offer):/.test(id) && library.get(id),
  );
  if (sets.length === 0) return;
  const ended = sets.filter((one) => keysOf(one, library.get(one)!.body).some((key) => key.startsWith(`${one} ends `)));
  const loses = ended.length > 0 && dice.chance(0.4);
  const id = dice.pick(loses ? ended : sets);
  const { body: found } = library.get(id)!;
  const { body, ends, gives, isWithoutEnds } = loses ? withoutEnds(id, found) : forgeOn(dice, id, found);
  count(mesh, isWithoutEnds ? 'ends left out' : 'forged grants');
  mesh.forged.add(id);
  mesh.trace.push(`${place.name} forged ${id}, ${ends.map(({ to }) => `end ${to}`).join()}`);
  const made = [
    ...ends.map((end): Act => ({ document: id, kind: 'end', ...end, past: new Set() })),
    ...gives.map(({ unknown, ...give }): Act => {
      // An end of this kind that does not exist: no server ever receives it.
      const end = unknown === undefined ? [] : [{ document: unknown, kind: 'end', to: give.to, at: '', by: '' } as Act];
      return { document: id, kind: 'give', ...give, past: new Set(end) };
    }),
  ];
  for (const key of keysOf(id, body)) mesh.entries.add(key);
  const above = library.get(id)!.rev;
  const before = [...actsOf(mesh, id, above)].filter(({ kind }) => !isWithoutEnds || kind !== 'end');
  const came = insert(id, body);
  mesh.acts.set(`${id} ${came.revisions[0]!}`, new Set([...before, ...made]));
  addAll(place, id, made);
  // Beside a purge it is merged with that at once.
  noteMerge(mesh, place, id, [came]);
}

/** Whether a viewer is the holder of items, or acts for the house if that is the holder. */
const holds = ({ role, person, behalf }: Viewer, holder: string): boolean =>
  holder === house ? role === 'owner' || (role === 'program' && !behalf) : person === holder;

/** The live events of a server for all viewers since the last call. */
async function listen(place: Place): Promise<void> {
  for (const listener of place.listeners) {
    const { photos, comments } = await listener.feed.next();
    for (const id of [...(photos?.ids ?? []), ...comments]) {
      const item = items.find((one) => publicIdOf(one) === id);
      const isShown = item && place.documents.has(itemId(item)) && listener.sees(place, item);
      // The holder of a purged photo is notified.
      const isPurged = item && !place.documents.has(itemId(item)) && holds(listener.viewer, item.holder);
      if (!isShown && !isPurged) throw new Error(`${listener.name}: the feed tells of ${item ? markOf(item) : id}`);
    }
    const now = seenNow(place, listener);
    if (now !== listener.before && !photos)
      throw new Error(`${listener.name}: no event tells that ${now} is seen instead of ${listener.before}`);
    listener.before = now;
  }
}

/** Compares the responses of a server with the model: this many of them, for this many viewers. */
async function compare(mesh: Mesh, place: Place, part: number): Promise<void> {
  const { dice, asked } = mesh;
  await listen(place);
  seat(place);
  const [alive, over] = [true, false].map((isOpen) =>
    dice.shuffle(place.links.filter((link) => isAlive(place, link) === isOpen)),
  ) as [Place['links'], Place['links']];
  const byLink = alive.slice(0, part === 1 ? 4 : 2).map(linkAsker);
  const some = part === 1 ? [...askers, ...byLink] : [...dice.shuffle(askers).slice(0, 3), ...byLink];
  // Only for a short time, and the clock may have been set wrong since.
  place.enter(openedName, await openLocked(place.home, people[1]!));
  for (const asker of some) {
    const all = [
      ...checksOf(place.home, place, asker, { asked, more: () => part < 1 || dice.chance(0.3) }),
      ...(asker.path === undefined ? lockedChecks(place.home, place, asker, asked) : []),
      ...linkChecks(place, asker, asked),
      ...offerChecks(mesh, place, asker),
    ];
    const checks = all.filter(() => dice.chance(part));
    for (const check of checks) await check();
  }
  await lookElsewhere(mesh, place, byLink, part);
  for (const link of over.slice(0, part === 1 ? 8 : 2)) await checkDead(place, link, asked);
  count(mesh, 'links opened', byLink.length);
  if (part === 1) await comparePublished(mesh, place);
}

/** Compares other responses of a server, for some viewers: of clients, drafts of links, and other routes. */
async function lookElsewhere(mesh: Mesh, place: Place, byLink: readonly Asker[], part: number): Promise<void> {
  const { looks, asked } = mesh;
  const use = { asked, dice: looks };
  await lookAtWaiting(mesh, place);
  // Some of these routes require the session, too.
  const secrets = new Map<Asker, string>();
  for (const asker of askers.filter(({ looker }) => looker)) {
    const visit = { address: '127.0.0.1', browser: 'a browser' };
    const { id, secret } = place.home.access.sessions.start(asker.looker!.person, visit);
    place.enter(asker.name, id);
    secrets.set(asker, secret);
  }
  const [author, secret] = looks.pick([...secrets]);
  const draft = await openDraft(place, author, { ...use, secret });
  if (draft) count(mesh, 'drafts opened');
  // The viewers for whom all restricted routes respond.
  const whole =
    part === 1 ? askers.filter(({ viewer, opened }) => viewer.role === 'owner' || viewer.behalf || opened) : [];
  const some = looks.shuffle([...askers, ...byLink]).slice(0, part === 1 ? 2 : 1);
  const others = some.filter((asker) => !whole.includes(asker));
  const checks = [
    ...[...others, ...(draft ? [draft] : [])].flatMap((asker) => otherChecks(place.home, place, asker, use)),
    ...some.flatMap((asker) => (asker.path === undefined ? clientChecks(place.home, place, asker, use) : [])),
    ...(draft ? checksOf(place.home, place, draft, { asked, more: () => looks.chance(0.3) }) : []),
  ].filter(() => looks.chance(part === 1 ? 0.35 : 0.2));
  for (const check of [...whole.flatMap((asker) => otherChecks(place.home, place, asker, use)), ...checks])
    await check();
  await lookAtCopies(mesh, place, part === 1 ? 3 : 1);
  for (const { name, viewer } of secrets.keys()) place.enter(name, viewer.session!);
}

/** Syncs the copies of some clients of a server with what they see now. */
async function lookAtCopies({ asked, looks }: Mesh, place: Place, most: number): Promise<void> {
  seat(place);
  const clients = askers.filter(({ viewer }) => viewer.role !== 'visitor' && viewer.role !== 'link');
  // First those with existing entities: they get removals.
  const begun = (client: Asker): number => Number(!place.copies.has(client.name));
  const chosen = looks.shuffle(clients).sort((one, other) => begun(one) - begun(other));
  for (const client of chosen.slice(0, most)) await compareCopy(place.home, place, client, { asked, dice: looks });
}

/** A public server has exactly what a visitor without an account sees. */
async function comparePublished({ dice }: Mesh, place: Place): Promise<void> {
  const { library } = place.home;
  place.cutNext = false;
  place.published ??= publish(place.home.library, (length) => dice.bytes(length));
  await place.published.follow();
  const key = readKey(library);
  for (const item of items) {
    const told =
      key === undefined
        ? undefined
        : readPublic(place.published.projection.get(publicId(opaqueId(publicIdOf(item), key)))?.body);
    const isShown = told !== undefined && told.photo.value !== null;
    const isSeen = place.documents.has(itemId(item)) && truth(place, {}, item);
    if (isShown !== isSeen) throw new Error(`${markOf(item)} is ${isShown ? '' : 'not '}published`);
  }
}

/** People and albums are created at one server, and become known to others later. */
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
    const body = { format: 1, kind: 'own-album', name: register(albumMark(mesh, album)) } as unknown as Body;
    const place = mesh.dice.pick(mesh.places);
    await act(mesh, place, () => place.home.library.update(albumId(album), () => body));
  }
  for (const item of items) {
    const place = mesh.dice.pick(mesh.places);
    if (mesh.dice.chance(0.8)) await act(mesh, place, () => create(place, item));
  }
  // In most histories the servers know much of each other's documents when people begin.
  for (let n = mesh.dice.pick([0, 4, 8]); n > 0; n--) {
    connect(mesh, mesh.dice.pick(mesh.network.links));
    await quiet(mesh);
    while (await advance(mesh));
  }
}

const isRunning = ({ network }: Mesh, source: Place, target: Place): boolean =>
  network.runs().some((run) => run.source === source && run.target === target);

function connect(mesh: Mesh, link: Way<Place>): void {
  const way = mesh.dice.pick(['pull', 'push'] as const);
  const [source, target] = way === 'pull' ? [link.other, link.maker] : [link.maker, link.other];
  if (!link.cut && !isRunning(mesh, source, target)) mesh.network.start(link, way, mesh.dice.chance(0.5));
}

/** Sets a clock wrong, by hours or by years, or right. */
function setClock({ dice, ...mesh }: Mesh, place: Place): void {
  const years = dice.chance(0.3) ? (dice.below(9) - 4) * 365 * 24 * hour : 0;
  place.wrong.skew = dice.chance(0.2) ? 0 : years + (dice.below(48) - 24) * hour;
  count(mesh, 'clocks set');
}

/** A server crashes, or restarts; or is backed up, or restored from a backup. */
async function fail(mesh: Mesh, place: Place): Promise<void> {
  const { dice } = mesh;
  const roll = dice.below(10);
  if (roll < 3) place.cutNext = true;
  else if (roll < 4) await restart(mesh, place);
  else if (roll < 6 || place.backups.length === 0) place.backup();
  else await restart(mesh, place, dice.pick(place.backups));
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
  else if (roll < 94) network.repeat();
  else if (roll < 97) await fail(mesh, place);
  else if (network.runs().length > 0) dice.pick(network.runs()).abort();
  await quiet(mesh);
  for (let n = dice.below(8); n > 0; n--) await advance(mesh);
}

/** Ends all interruptions; exchanges documents until no server gets anything new. */
async function heal(mesh: Mesh): Promise<void> {
  const { network, places } = mesh;
  network.calm = true;
  for (const place of places) place.cutNext = false;
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
    canonical([...mesh.tracked].map((id) => home.library.leaves(id).map(({ rev }) => rev))),
  );
  if (others.some((other) => other !== first)) throw new Error('servers that have everything are not equal');
}

/**
 * Plays a history of this many steps on three servers; after every `every` steps some routes of a server are compared,
 * before the end all routes of a server with incomplete knowledge, and at the end all routes of one with complete
 * knowledge. Throws, with the seed, if a response differs from the model.
 */
export async function playMesh(seed: number, length: number, every: number): Promise<Played> {
  const dice = openDice(seed);
  const asked: Asked = { answers: 0, shown: 0, hidden: 0, locked: 0 };
  const folder = await mkdtemp(join(tmpdir(), 'photospool-mesh-'));
  const mesh: Mesh = {
    ...{
      dice,
      looks: openDice(seed + 1_000_000),
      time: 1_700_000_000_000,
      folder,
      figures: {},
      places: [],
      asked,
      trace: [],
    },
    ...{ acts: new Map(), entries: new Set(), forged: new Set(), tracked: firstTracked(), albums: [...albums] },
    network: undefined as unknown as Mesh['network'],
  };
  mesh.network = openNetwork<Place>(mesh, (place) => mesh.network.down(place));
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
    for (const place of places) await lookAtCopies(mesh, place, 3);
    return { ...asked, figures: mesh.figures };
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}: ${told}\nafter:\n${mesh.trace.slice(-12).join('\n')}`, { cause: error });
  } finally {
    for (const place of mesh.places) await place.close();
    await rm(folder, { recursive: true, force: true });
  }
}
