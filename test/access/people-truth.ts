/**
 * Visibility, derived only from the acts that a server knows and their pasts: a naive, slow model of docs/people.md
 * that shares no code with src/access/item-access.ts. `promised` is weaker, but considers all existing acts: it states
 * what no server may ever show, regardless of its knowledge.
 */
import { createHash } from 'node:crypto';
import { house, itemId, membersId, peopleId, sharingId, type Item } from '../../src/document/item-id.js';
import type { Audience } from '../../src/document/photo-document.js';
import type { Act, Heard } from './people-world.js';

/** The onlooker: a person, a program of the house (without a person), or a visitor. */
export interface Looker {
  person?: string;
  actsForHouse?: boolean;
  unlocked?: boolean;
  /** Instead of a person: a visitor of any share link of this holder. */
  of?: string;
}

const acts = (server: Heard, document: string, kind?: Act['kind']): Act[] =>
  [...(server.known.get(document) ?? [])].filter((act) => kind === undefined || act.kind === kind);

const publicId = (item: Item): string =>
  item.holder === house ? item.sha256 : createHash('sha256').update(itemId(item)).digest('hex');

/** Whether all ends of some documents in an act’s past are known here. */
const isHere = (server: Heard, act: Act, documents: readonly string[]): boolean =>
  [...act.past].every(
    (earlier) =>
      earlier.kind !== 'end' ||
      !documents.includes(earlier.document) ||
      server.known.get(earlier.document)?.has(earlier) === true,
  );

/** Whether the author of an act had seen all ends known here that concern a person. */
const inSightOf = (server: Heard, act: Act, document: string, whom: readonly string[]): boolean =>
  acts(server, document, 'end').every((end) => !whom.includes(end.to!) || act.past.has(end));

function holds(server: Heard, give: Act, holder: string, to = give.to!): boolean {
  if (holder !== house && give.by !== `person:${holder}`) return false;
  const roles = holder === house ? [`role:${give.by.slice(7)}`] : [];
  return (
    isHere(server, give, [give.document, peopleId]) &&
    inSightOf(server, give, give.document, [give.to!, '*']) &&
    inSightOf(server, give, peopleId, [to, give.by, ...roles])
  );
}

const given = (server: Heard, document: string, holder: string, to: string, what: string, whom = to): boolean =>
  acts(server, document, 'give').some(
    (give) => give.to === to && give.what === what && holds(server, give, holder, whom),
  );

/** Whether a person belongs to the family at a server. */
export const isMember = (server: Heard, person: string): boolean =>
  server.documents.has(`person:${person}`) &&
  (acts(server, peopleId, 'end').every(({ to }) => to !== `person:${person}`) ||
    given(server, peopleId, house, `person:${person}`, 'member'));

/** Whether an album is at a server, was not removed, and is held by a family member: then it exists for its holder. */
const existsForHolder = (server: Heard, album: string): boolean =>
  server.documents.has(`own-album:${album}`) &&
  acts(server, `own-album:${album}`, 'album-removed').length === 0 &&
  (album.startsWith(house) || isMember(server, album.split(':')[0]!));

/** Whether an album exists, with the ends that its author knew. */
export const isAlbum = (server: Heard, album: string): boolean =>
  existsForHolder(server, album) &&
  acts(server, `own-album:${album}`, 'new').every((act) => isHere(server, act, [peopleId, membersId(album)]));

/** The values that no other known value has seen. */
function lastWords(server: Heard, id: string, ...kinds: Act['kind'][]): Act[] {
  const all = kinds.flatMap((kind) => acts(server, id, kind));
  return all.filter((one) => !all.some((other) => other.past.has(one)));
}

/** Whether an item (by the id of its document) is in the trash, or archived. One that was purged, and is back, is in the trash. */
export function flag(server: Heard, id: string, kind: 'trashed' | 'archived'): boolean {
  const said = kind === 'trashed' ? lastWords(server, id, 'trashed', 'purged') : lastWords(server, id, 'archived');
  const last = said.sort((a, b) => (a.at < b.at ? 1 : -1))[0];
  return last?.kind === 'purged' || last?.value === true;
}

function audienceOf(server: Heard, id: string): Audience {
  const said = lastWords(server, id, 'audience').map(({ value }) => value);
  return said.length === 0 || said.includes('private') ? 'private' : said.includes('family') ? 'family' : 'public';
}

/** Whether an item is locked. */
export function isLocked(server: Heard, item: Item): boolean {
  if (item.holder === house) return false;
  const id = itemId(item);
  const locks = acts(server, id, 'end').filter(({ to }) => to === '*');
  const opens = (give: Act): boolean =>
    give.what === 'unlocked' && give.by === `person:${item.holder}` && locks.every((lock) => give.past.has(lock));
  return locks.length > 0 && !acts(server, id, 'give').some(opens);
}

function isInAlbum(server: Heard, item: Item, entry: Act): boolean {
  const [id, album] = [itemId(item), entry.to!];
  const holder = album.split(':')[0]!;
  const members = membersId(album);
  if (!isAlbum(server, album) || !isHere(server, entry, [id, peopleId, members])) return false;
  if (!inSightOf(server, entry, id, [album, '*'])) return false;
  const whose = `person:${item.holder}`;
  if (item.holder !== house && (entry.by !== whose || !inSightOf(server, entry, peopleId, [whose]))) return false;
  if (!inSightOf(server, entry, members, [`item:${publicId(item)}`])) return false;
  if (item.holder === holder) return true;
  return (
    item.holder !== house && given(server, members, holder, whose, 'add') && inSightOf(server, entry, members, [whose])
  );
}

/** Whether all senders of an item used share links: then it waits for its holder. */
export function isGuests(server: Heard, item: Item): boolean {
  const brought = acts(server, itemId(item), 'brought');
  return brought.length > 0 && brought.every(({ by }) => by.startsWith('link:'));
}

/** Whether an item that only guests had sent before was then sent by someone else. */
function endsWait({ document, by, past }: Act): boolean {
  const before = [...past].filter((act) => act.document === document && act.kind === 'brought');
  return before.length > 0 && !by.startsWith('link:') && before.every((act) => act.by.startsWith('link:'));
}

/** Whether an onlooker sees an item at a server. */
export function truth(server: Heard, looker: Looker, item: Item): boolean {
  const { person } = looker;
  const id = itemId(item);
  if (acts(server, id, 'new').length === 0) return false;
  if (person !== undefined && !isMember(server, person))
    return looker.actsForHouse === true && truth(server, { actsForHouse: true }, item);
  const isHolder = item.holder === house ? looker.actsForHouse === true : person === item.holder;
  if (isLocked(server, item)) return isHolder && looker.unlocked === true;
  if (isHolder) return true;
  if (flag(server, id, 'trashed') || isGuests(server, item)) return false;
  const relied = item.holder === house ? [peopleId] : [peopleId, sharingId(item.holder)];
  const written = acts(server, id).filter(
    (act) => !['give', 'end', 'purged'].includes(act.kind) && (act.kind !== 'brought' || endsWait(act)),
  );
  if (!written.every((act) => isHere(server, act, relied))) return false;
  if (item.holder !== house && !isMember(server, item.holder)) return false;
  if (looker.of !== undefined) return looker.of === item.holder;
  const audience = audienceOf(server, id);
  const isOffered = [...(looker.actsForHouse === true ? [house] : []), ...(person === undefined ? [] : [person])].some(
    (to) => isOfferedTo(server, item, to),
  );
  if (isOffered) return true;
  if (person === undefined && looker.actsForHouse === true) return false;
  if (person === undefined)
    return (
      audience === 'public' &&
      (item.holder === house ||
        given(server, peopleId, house, `publish:${item.holder}`, 'publish', `person:${item.holder}`))
    );
  if (audience !== 'private') return true;
  if (item.holder !== house && !flag(server, id, 'archived') && isPartner(server, item.holder, person)) return true;
  return acts(server, id, 'give').some(
    (entry) =>
      entry.what === 'entry' &&
      server.albums.includes(entry.to!) &&
      isInAlbum(server, item, entry) &&
      seesAlbum(server, entry.to!, person, looker.actsForHouse === true),
  );
}

/** Whether an item is in an open offer to a person or the house; one that was ever locked never is. */
function isOfferedTo(server: Heard, item: Item, to: string): boolean {
  if (wasLocked(server, item)) return false;
  return offersAt(server).some(
    (offer) =>
      offer.startsWith(`${item.holder}:`) &&
      itemsIn(server, offer).includes(publicId(item)) &&
      isOpenTo(server, offer, to),
  );
}

/** Whether an item was ever locked. */
export const wasLocked = (server: Heard, item: Item): boolean =>
  acts(server, itemId(item), 'end').some((end) => end.to === '*');

/** The offers (`<giver>:<ulid>`) known to a server. */
export const offersAt = ({ known }: Heard): string[] =>
  [...known.keys()].filter((id) => id.startsWith('offer:')).map((id) => id.slice('offer:'.length));

/** The public ids of the items that an offer lists. */
export const itemsIn = (server: Heard, offer: string): string[] => [
  ...new Set(acts(server, `offer:${offer}`).flatMap(({ kind, items = [] }) => (kind === 'accepted' ? [] : items))),
];

/** Whether an offer is open to a person or the house. */
export const isOpenTo = (server: Heard, offer: string, to: string): boolean =>
  given(server, `offer:${offer}`, offer.split(':')[0]!, to === house ? house : `person:${to}`, 'take');

/** Whether an item is in an album. */
export const inAlbum = (server: Heard, item: Item, album: string): boolean =>
  acts(server, itemId(item), 'give').some(
    (entry) => entry.what === 'entry' && entry.to === album && isInAlbum(server, item, entry),
  );

function seesAlbum(server: Heard, album: string, person: string, actsForHouse: boolean): boolean {
  const holder = album.split(':')[0]!;
  if (holder === house ? actsForHouse : holder === person) return true;
  return rightGiven(server, album, person) !== undefined;
}

/** The rights that the holder of an album gives to another person. */
export function rightGiven(server: Heard, album: string, person: string): 'add' | 'view' | undefined {
  const holder = album.split(':')[0]!;
  if (!isAlbum(server, album)) return undefined;
  return (['add', 'view'] as const).find((what) => given(server, membersId(album), holder, `person:${person}`, what));
}

/** The rights of a person in an album at a server; undefined if it does not exist for them. */
export function albumTruth(
  server: Heard,
  { person, actsForHouse }: Looker,
  album: string,
): 'holder' | 'add' | 'view' | undefined {
  const holder = album.split(':')[0]!;
  if (!existsForHolder(server, album)) return undefined;
  if (holder === house && actsForHouse) return 'holder';
  if (person === undefined || !isMember(server, person)) return undefined;
  return holder === person ? 'holder' : rightGiven(server, album, person);
}

/** Whether a person has another one as a partner. */
export const isPartner = (server: Heard, of: string, person: string): boolean =>
  given(server, sharingId(of), of, `person:${person}`, 'partner');

/**
 * Whether the holder shared something after ending a person's access, having seen that end, and without giving access
 * again since: then no server may show it to that person, regardless of whether it knows the end. For partners, who see
 * all photos.
 */
export function isShutOut(all: readonly Act[], server: Heard, person: string, item: Item): boolean {
  const sharing = sharingId(item.holder);
  const [whom, id] = [`person:${person}`, itemId(item)];
  const ends = all.filter(
    ({ kind, to, document }) => kind === 'end' && to === whom && (document === sharing || document === peopleId),
  );
  const gives = all.filter(({ kind, to, document }) => kind === 'give' && to === whom && document === sharing);
  return acts(server, id).some(
    (act) =>
      ['new', 'words', 'audience'].includes(act.kind) &&
      ends.some((end) => act.past.has(end) && !gives.some((give) => give.past.has(end))),
  );
}
