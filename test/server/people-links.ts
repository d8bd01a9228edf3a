/**
 * Share links in a mesh of people's libraries (people-mesh.ts): people make them, to a photo, a selection, an album or
 * a search, and revoke them; guests send photos through them, which wait until their holder approves or declines them.
 * The photos in a link follow from acts alone, like everything in the naive model.
 */
import { newPhoto, withArrival } from '../../src/document/arrival.js';
import { house, itemId, publicIdOf, type Item } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { endingWait, newEdits } from '../../src/ingest/arrival-holder.js';
import { audiencesOf } from '../../src/access/permissions.js';
import { albumTruth, isAlbum, flag, inAlbum, isGuests, isLocked, isMember, truth } from '../access/people-truth.js';
import { items, people, type Act, type Heard } from '../access/people-world.js';
import { facts, sighting } from '../document/documents.js';
import { count } from '../simulation/home.js';
import { act, ask, seat, type Mesh, type Place } from './people-places.js';
import {
  albumMark,
  askAs,
  askerFor,
  askers,
  marked,
  markOf,
  yearOf,
  type Asked,
  type Asker,
  type Check,
} from './people-asking.js';

/** A share link that a person created at a server. */
export interface Link {
  id: string;
  /** `/s/<secret>`. */
  path: string;
  holder: string;
  /** Its scope: one of these. `years`: from the first to the last one. */
  photo?: Item;
  album?: string;
  years?: [number, number];
  /** Only for a draft: a selection, which becomes an album in a link. */
  photos?: readonly Item[];
  /** The locks of its photo that were known when it was created. */
  locks: ReadonlySet<Act>;
  /** The number of photos that it accepts from guests. */
  room: number;
  expires?: number;
  revoked: boolean;
}

/** The locks of a photo that are known to a server. */
export const locksOf = ({ known }: Heard, item: Item): ReadonlySet<Act> =>
  new Set([...(known.get(itemId(item)) ?? [])].filter(({ kind, to }) => kind === 'end' && to === '*'));

/** Whether the author of a link may still link, and its scope exists. */
function isOver({ now, ...place }: Place, { holder, album, expires }: Link): boolean {
  if (expires !== undefined && expires <= now()) return true;
  // The owner of the album stays known everywhere; for others the documents decide.
  const author = holder === house ? people[0]! : holder;
  if (!place.documents.has(`person:${author}`) || (author !== people[0] && !isMember(place, author))) return true;
  const isGone = (one: string): boolean =>
    !place.documents.has(`own-album:${one}`) ||
    [...(place.known.get(`own-album:${one}`) ?? [])].some(({ kind }) => kind === 'album-removed');
  return album !== undefined && isGone(album);
}

/** Whether a link shows anything at its server now: not without its photo. A later lock closes it permanently. */
export function isAlive(place: Place, link: Link): boolean {
  if (link.revoked || isOver(place, link)) return false;
  if (link.photo === undefined) return true;
  return (
    place.documents.has(itemId(link.photo)) && [...locksOf(place, link.photo)].every((lock) => link.locks.has(lock))
  );
}

/** The visitor of a link. */
export function linkAsker(link: Omit<Link, 'locks' | 'room' | 'revoked'>): Asker {
  const { holder, photo, photos, album, years, path, id } = link;
  const scope = photo
    ? { photo: publicIdOf(photo) }
    : photos
      ? { photos: photos.map(publicIdOf) }
      : album !== undefined
        ? { album }
        : { search: `taken:${years!.join('..')}` };
  const isWithin = (server: Heard, item: Item): boolean => {
    if (photo) return item === photo;
    if (photos) return photos.includes(item);
    if (album !== undefined) return inAlbum(server, item, album);
    return years![0] <= yearOf(item) && yearOf(item) <= years![1];
  };
  const of = holder === house ? {} : { of: holder };
  return {
    ...{ name: `link ${id}`, path },
    viewer: { role: 'link', audiences: audiencesOf.link, canEdit: false, details: true, share: id, scope, ...of },
    sees: (server, item) => truth(server, { of: holder }, item) && isWithin(server, item),
    // Its title is that of the album. It remains until the link is over, regardless of which family members still see the album.
    hasAlbum: (_server, one) => one === album,
  };
}

/** Whether a person may create a link to a photo, a selection or an album; `false`: to a search. */
export function mayLinkTo(
  place: Place,
  asker: Asker,
  to: { photo: Item } | { photos: readonly Item[] } | { album: string } | false,
): boolean {
  const { person, actsForHouse = false } = asker.looker!;
  const sees = (one: Item): boolean => place.documents.has(itemId(one)) && asker.sees(place, one);
  const isOwn = ({ holder }: Item): boolean => (holder === house ? actsForHouse : holder === person);
  if (!to) return actsForHouse;
  if ('photo' in to) return isOwn(to.photo) && sees(to.photo);
  if ('album' in to) return albumTruth(place, asker.looker!, to.album) === 'holder';
  return to.photos.every((one) => isOwn(one) && sees(one) && !flag(place, itemId(one), 'trashed'));
}

/** Creates a link to a person's own photo or album, or tries to create another one. */
export async function makeLink(mesh: Mesh, place: Place, asker: Asker, item: Item, album: string): Promise<void> {
  const { dice } = mesh;
  const actsForHouse = asker.looker!.actsForHouse === true;
  const others = items.filter(({ holder }) => holder === item.holder && dice.chance(0.6));
  const from = yearOf(dice.pick(items));
  const years: [number, number] = [from, from + dice.below(8)];
  const mark = `zqalbum${mesh.albums.length}q`;
  const [roll, takes] = [dice.below(10), dice.chance(0.6)];
  const room = 1 + dice.below(3);
  const uploads = roll >= 3 && takes ? { uploads: { photos: room } } : {};
  const expires = dice.chance(0.1) ? place.now() + 1 + dice.below(60_000) : undefined;
  const scope =
    roll < 3
      ? { photo: publicIdOf(item) }
      : roll < 5
        ? { photos: [item, ...others.filter((one) => one !== item)].map(publicIdOf), title: mark }
        : roll < 8 || !actsForHouse
          ? { album }
          : { search: `taken:${years.join('..')}` };
  const before = new Set(mesh.albums);
  const end = expires === undefined ? {} : { expires: new Date(expires).toISOString() };
  const sent = { details: true, ...scope, ...uploads, ...end };
  const may = mayLinkTo(
    ...([place, asker] as const),
    'photo' in scope
      ? { photo: item }
      : 'photos' in scope
        ? { photos: [item, ...others] }
        : 'album' in scope && { album },
  );
  const holder = 'album' in scope ? album.split(':')[0]! : 'search' in scope ? house : item.holder;
  const { status, body, crashed } = await ask(mesh, place, asker, ['POST', '/api/shares', sent]);
  if (!crashed && (status === 201) !== may)
    throw new Error(`${asker.name}: ${JSON.stringify(sent)}: ${status} ${body}`);
  if (status !== 201) return count(mesh, 'links refused');
  const { path, share } = JSON.parse(body) as { path: string; share: { id: string; album?: string } };
  const made = mesh.albums.find((one) => !before.has(one));
  const to = 'photo' in scope ? { photo: item } : 'search' in scope ? { years } : { album: made ?? album };
  if (share.album !== ('album' in to ? to.album : undefined))
    throw new Error(`the link is to ${share.album ?? 'nothing'}`);
  place.links.push({
    ...{ id: share.id, path, holder, ...to, revoked: false, room: 'uploads' in uploads ? room : 0 },
    ...{ locks: locksOf(place, item), ...(expires !== undefined && { expires }) },
  });
  count(mesh, 'links made');
}

/** Revokes a link: one of the person's own, or one of the house as its owner. */
export async function revokeLink(mesh: Mesh, place: Place, asker: Asker): Promise<void> {
  if (place.links.length === 0) return;
  const link = mesh.dice.pick(place.links);
  const { status, crashed } = await ask(mesh, place, asker, ['DELETE', `/api/shares/${link.id}`]);
  if (crashed) return;
  if (status !== (isListed(asker, link) ? 200 : 404)) throw new Error(`${asker.name} revokes ${link.id}: ${status}`);
  if (status === 200) link.revoked = true;
}

const isListed = ({ looker }: Asker, { holder, revoked }: Link): boolean =>
  !revoked && (holder === house ? looker?.actsForHouse === true : holder === looker?.person);

/** A guest sends a photo through a link, mostly one that accepts photos: then it arrives for the holder of the link. */
export async function sendAsGuest(mesh: Mesh, anywhere: Place): Promise<void> {
  const { dice } = mesh;
  const openAt = (place: Place): Link[] => place.links.filter((one) => one.room > 0 && isAlive(place, one));
  const receiving = mesh.places.filter((place) => openAt(place).length > 0);
  const place = receiving.length > 0 && dice.chance(0.8) ? dice.pick(receiving) : anywhere;
  if (place.links.length === 0) return;
  const open = openAt(place);
  const link = dice.pick(open.length > 0 && dice.chance(0.85) ? open : place.links);
  const takes = isAlive(place, link) && link.room > 0;
  seat(place);
  const metadata = `filename ${Buffer.from('a.jpg').toString('base64')},guest ${Buffer.from('Mo').toString('base64')}`;
  const { app, spool } = place.home;
  const tus = { 'tus-resumable': '1.0.0' };
  const { statusCode, headers, body } = await app.inject({
    ...{ method: 'POST', url: `${link.path}/api/contributions` },
    headers: { ...tus, 'upload-length': '3', 'upload-metadata': metadata },
  });
  mesh.trace.push(`${place.name} a guest sends a photo by ${link.id}: ${statusCode}`);
  if ((statusCode === 201) !== takes) throw new Error(`a guest of ${link.id}: ${statusCode} ${body}`);
  if (!takes) return count(mesh, 'photos of guests refused');
  link.room--;
  const { by, holder = house } = (await spool.uploads.find(String(headers['location']).split('/').at(-1)!))!;
  if (holder !== link.holder) throw new Error(`a photo of a guest of ${link.id} is for ${holder}`);
  const theirs = items.filter((one) => one.holder === holder);
  const missing = theirs.filter((one) => !place.documents.has(itemId(one)));
  const item = dice.pick(missing.length > 0 ? missing : theirs);
  await act(mesh, place, () => bring(place, item, by));
  count(mesh, missing.length > 0 ? 'photos of guests' : 'photos of guests that were there');
  await lookAtWaiting(mesh, place);
}

/**
 * Requests the waiting photos of a server as every viewer: only their holders may see them, by any request that would
 * show them once approved.
 */
export async function lookAtWaiting(mesh: Mesh, place: Place): Promise<void> {
  const everybody = [...askers, ...place.links.filter((link) => isAlive(place, link)).map(linkAsker)];
  seat(place);
  for (const item of items) {
    const id = itemId(item);
    if (!place.documents.has(id) || !isGuests(place, item)) continue;
    const acts = [...(place.known.get(id) ?? [])].filter(({ kind }) => kind !== 'brought');
    const approved = { ...place, known: new Map([...place.known, [id, new Set(acts)]]) };
    for (const asker of everybody) {
      const sees = asker.sees(place, item);
      const { ask, fail } = askAs(place.home, place, asker, mesh.asked);
      const { status } = await ask(`/api/photos/${publicIdOf(item)}`);
      if (status !== (sees ? 200 : 404)) fail(`${markOf(item)} of a guest: ${status}`);
      if (!sees && asker.sees(approved, item)) count(mesh, 'photos of guests hidden');
    }
  }
}

/** Adds an original for the holder of an item, from any sender. */
export function bring({ name, home: { library, clock } }: Place, item: Item, by: string): void {
  const at = new Date(clock.now()).toISOString();
  // Each arrival is separate.
  const server = `${name}-${library.lastChange()}-${clock.now()}`;
  const arrival = { facts: facts(), renditions: { recipe: 1 }, sighting: sighting({ by, at, server }) };
  const edits = newEdits(library, { holder: item.holder, by });
  library.update<PhotoDocument>(itemId(item), (before) => {
    const arrived = marked(item, before ? withArrival(before, arrival) : newPhoto(arrival));
    return before ? endingWait(library, before, arrived, { holder: item.holder, by }) : { ...arrived, edits };
  });
}

/** Approves or declines waiting photos. Those of other holders must not change. */
export async function decideGuests(mesh: Mesh, place: Place, anybody: Asker): Promise<void> {
  const { dice } = mesh;
  const waiting = items.filter((item) => place.documents.has(itemId(item)) && isGuests(place, item));
  const chosen = waiting.length > 0 && dice.chance(0.9) ? waiting : items;
  const some = dice.shuffle(chosen).slice(0, 1 + dice.below(2));
  const asker = dice.chance(0.15) ? anybody : askerFor(some[0]!.holder);
  const mine = waitsFor(place, asker);
  const how = dice.pick(['approve', 'approve', 'decline'] as const);
  const wanted = some.filter(
    (item) => mine.includes(item) && (how === 'approve' || !flag(place, itemId(item), 'trashed')),
  );
  const albumsOf = new Map(some.map((item) => [item, albumsFor(place, item)]));
  const { status, body, crashed } = await ask(mesh, place, asker, [
    ...(['POST', `/api/guest-photos/${how}`] as const),
    { ids: some.map(publicIdOf) },
  ]);
  if (crashed) return;
  if (status !== 200) throw new Error(`${asker.name}, ${how}: ${status} ${body}`);
  const { changed } = JSON.parse(body) as { changed: number };
  if (changed !== wanted.length) throw new Error(`${asker.name}, ${how}: ${changed} of ${wanted.map(markOf).join()}`);
  for (const item of wanted) {
    const [waits, trashed] = [isGuests(place, item), flag(place, itemId(item), 'trashed')];
    if (how === 'approve' ? waits : !trashed) throw new Error(`${markOf(item)} was not ${how}d`);
    if (how === 'decline') continue;
    for (const album of albumsOf.get(item)!)
      if (!inAlbum(place, item, album)) throw new Error(`${markOf(item)} did not come into ${albumMark(place, album)}`);
  }
  if (changed > 0) count(mesh, `photos of guests ${how}d`);
}

/** The existing albums of the links through which an item arrived. */
function albumsFor(place: Place, item: Item): string[] {
  const brought = [...(place.known.get(itemId(item)) ?? [])].filter(({ kind }) => kind === 'brought');
  return brought.flatMap(({ by }) => {
    const link = place.links.find(({ id }) => by.startsWith(`link:${id}`));
    return link?.album !== undefined && isAlbum(place, link.album) ? [link.album] : [];
  });
}

/** The waiting photos of a person: those they hold that are neither in the trash nor locked. */
function waitsFor(place: Place, { looker, sees }: Asker): Item[] {
  const holds = ({ holder }: Item): boolean =>
    holder === house ? looker?.actsForHouse === true : holder === looker?.person && isMember(place, holder);
  return items.filter(
    (item) =>
      place.documents.has(itemId(item)) &&
      holds(item) &&
      sees(place, item) &&
      isGuests(place, item) &&
      !isLocked(place, item),
  );
}

/** The links and waiting photos visible to a person. */
export function linkChecks(place: Place, asker: Asker, asked: Asked): Check[] {
  const { name, looker } = asker;
  if (!looker) return [];
  const json = async <T>(url: string): Promise<T> => {
    const { statusCode, body } = await place.home.app.inject({ url, headers: { authorization: `Bearer ${name}` } });
    asked.answers++;
    if (statusCode !== 200) throw new Error(`${name}: ${url}: ${statusCode} ${body}`);
    return JSON.parse(body) as T;
  };
  const same = (what: string, found: string[], wanted: string[]): void => {
    const [one, other] = [found, wanted].map((list) => JSON.stringify(list.sort()));
    if (one !== other) throw new Error(`${name}: ${what}: ${one!} for ${other!}`);
  };
  return [
    async () => {
      const { shares } = await json<{ shares: { id: string; over: boolean }[] }>('/api/shares');
      const wanted = place.links.filter((link) => isListed(asker, link));
      same(
        'links',
        shares.map(({ id, over }) => `${id} ${over}`),
        wanted.map((link) => `${link.id} ${!isAlive(place, link)}`),
      );
    },
    async () => {
      const { photos } = await json<{ photos: { photo: { id: string } }[] }>('/api/guest-photos');
      const wanted = waitsFor(place, asker).filter((item) => !flag(place, itemId(item), 'trashed'));
      same(
        'photos of guests',
        photos.map(({ photo }) => photo.id),
        wanted.map(publicIdOf),
      );
    },
  ];
}

/** A link that is over gets the same response as one that never existed. */
export async function checkDead(place: Place, link: Link, asked: Asked): Promise<void> {
  const ids = items.filter(({ holder }) => holder === link.holder).map(publicIdOf);
  const urls = ['/api/share', '/api/photos', '/api/timeline', `/api/photos/${ids[0]!}`, `/media/${ids[1]!}/thumb`, ''];
  for (const url of urls) {
    const [dead, none] = await Promise.all(
      [link.path, `/s/${'x'.repeat(43)}`].map((path) => place.home.app.inject({ url: `${path}${url}` })),
    );
    asked.answers++;
    const text = dead!.body.replaceAll(link.path, `/s/${'x'.repeat(43)}`);
    if (dead!.statusCode !== none!.statusCode || text !== none!.body)
      throw new Error(`a link that is over answers ${url} with ${dead!.statusCode} ${dead!.body.slice(0, 300)}`);
  }
}
