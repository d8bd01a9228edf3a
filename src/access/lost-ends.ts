/**
 * Lost ends: ends that a `saw` names and this server has never received. Most are on their way; but if the only server
 * that had one is permanently lost, everything whose author had seen it stays hidden. The `saw` contains the whole key,
 * so the holder of the set can write the end again. That restores only access given after that end. If the original
 * still arrives, it replaces the rewritten one.
 */
import { shareNext } from '../base/async/single-flight.js';
import { yieldToEventLoop } from '../base/async/yield.js';
import type { Clock } from '../base/clock.js';
import { closureOf, noGrants, readGrants, readUnder, self, type GrantSet, type Saw } from '../document/grants.js';
import { house, itemOf, ownPrefix, peopleId } from '../document/item-id.js';
import { isObject, own } from '../document/json-values.js';
import { format, type Body } from '../document/photo-document.js';
import { isStamp } from '../document/stamp.js';
import type { Library } from '../library/library.js';
import { may, type Viewer } from './permissions.js';

/** An end that is missing here. */
export interface LostEnd {
  /** The id of the document with its grant set. */
  set: string;
  /** Its key, `<to> <stamp>`. */
  key: string;
  /** The recipient whose access it ended, as in grants.ts. */
  to: string;
  /** The number of documents that wait for it. */
  waiting: number;
}

/** A stamp before all others, so that the original end, if it arrives, is later. */
const earliest = '000000000000000-0000-0';
const kinds: Record<string, string> = { library: 'people', sharing: 'sharing', members: 'members', offer: 'offer' };
const sets = [peopleId, 'sharing:', 'members:', 'offer:'];
const kindOf = (set: string): string | undefined => kinds[set.slice(0, set.indexOf(':'))];

/** All missing ends, by set and key. Reads all items in one go: for a command; `openLostEndSearch` is for requests. */
export function listLostEnds(library: Library): LostEnd[] {
  const work = searchLostEnds(library);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value.ends;
  }
}

/** Like `listLostEnds`, but yields to the event loop between batches; also the number of items read. */
async function findLostEnds(library: Library): Promise<Found> {
  const work = searchLostEnds(library);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await yieldToEventLoop();
  }
}

/** The number of items that are read again whenever the library has changed. */
const few = 5_000;
/** After a search of more items, ms per item until the next one: each takes 0.02 ms of CPU time. */
const pause = 1;

/**
 * Searches for requests: concurrent requests share one search, there is none until the library changes, and large
 * libraries are only searched occasionally, so their lost ends are found up to some minutes late. Ends that have
 * arrived since are omitted.
 */
export function openLostEndSearch(library: Library, clock: Clock): () => Promise<LostEnd[]> {
  let found: Found | undefined;
  let foundAt = 0;
  let due = 0;
  const search = shareNext<undefined>(
    () => '',
    async () => {
      const change = library.lastChange();
      if (found && (change === foundAt || clock.now() < due)) return;
      found = await findLostEnds(library);
      foundAt = change;
      due = found.read > few ? clock.now() + found.read * pause : 0;
    },
  );
  return async () => {
    await search(undefined);
    return found!.ends.filter(({ set, key }) => !library.controls.endsOf(set).has(key));
  };
}

/** The missing ends, and the number of items that were read. */
interface Found {
  ends: LostEnd[];
  read: number;
}

/** The number of documents read between two turns. */
const share = 500;

function* searchLostEnds(library: Library): Generator<undefined, Found> {
  let read = 0;
  if (!library.controls.isUsed()) return { ends: [], read };
  const found = new Map<string, LostEnd>();
  const known = (id: string, body: object | undefined): GrantSet => readGrants(body, library.controls.endsOf(id));

  function look(id: string, grants: GrantSet, saws: readonly Saw[]): void {
    const lost = new Map<string, { set: string; key: string }>();
    for (const saw of saws)
      for (const [name, heads] of Object.entries(saw)) {
        const set = name === self ? id : name;
        const named = name === self ? grants : (library.controls.find(name) ?? noGrants);
        for (const key of closureOf(named, heads).missing) lost.set(`${set}\n${key}`, { set, key });
      }
    for (const [name, { set, key }] of lost) {
      const to = toOf(key);
      if (to === undefined || !mayStandIn(set)) continue;
      found.set(name, { set, key, to, waiting: (found.get(name)?.waiting ?? 0) + 1 });
    }
  }

  for (const prefix of sets)
    for (const { id, body } of library.scan(prefix)) {
      const grants = known(id, body);
      const ends = [...grants.ends.values()].map(({ saw }): Saw => ({ [self]: saw }));
      look(id, grants, [...grants.gives.map(({ saw }) => saw), ...ends]);
    }
  for (const prefix of [ownPrefix, 'photo:'])
    for (const { id, body } of library.scan(prefix)) {
      if (++read % share === 0) yield undefined;
      const edits = own(body, 'edits');
      if (!isObject(edits) || (edits['gives'] === undefined && edits['under'] === undefined)) continue;
      const grants = known(id, edits);
      look(id, grants, [...grants.gives.map(({ saw }) => saw), readUnder(edits['under'])]);
    }
  const ends = [...found.values()].sort((a, b) => (`${a.set}\n${a.key}` < `${b.set}\n${b.key}` ? -1 : 1));
  return { ends, read };
}

/** The recipient in a key; undefined if it is malformed. */
function toOf(key: string): string | undefined {
  const [, to, stamp] = /^(\S+) (\S+)$/.exec(key) ?? [];
  return isStamp(stamp) ? to : undefined;
}

const mayStandIn = (set: string): boolean => kindOf(set) !== undefined || itemOf(set) !== undefined;

/** The holder of a set, who may confirm its ends: the house or a person. Undefined if `set` is not one. */
export function holderOfSet(set: string): string | undefined {
  const item = itemOf(set);
  if (item) return item.holder;
  if (set === peopleId) return house;
  return kindOf(set) === undefined ? undefined : set.split(':')[1];
}

/**
 * Whether a viewer may confirm the lost ends of a set: owners those of the house, and everyone their own.
 */
export function mayConfirm(viewer: Viewer, set: string): boolean {
  const holder = holderOfSet(set);
  return holder === house
    ? may(viewer, 'people')
    : holder !== undefined && viewer.person === holder && may(viewer, 'own-links');
}

/**
 * Writes a lost end again, in one transaction; false if it has arrived meanwhile, or is malformed. `by`: as `authorOf`
 * writes it. The caller checks the author’s right.
 */
export function confirmEnd(library: Library, { set, key }: Pick<LostEnd, 'set' | 'key'>, by: string): boolean {
  if (toOf(key) === undefined || !mayStandIn(set)) return false;
  return library.transaction(() => {
    if (library.controls.endsOf(set).has(key)) return false;
    const entry = { at: earliest, by, saw: {} };
    const written = library.update<object>(set, (body) => {
      if (!itemOf(set)) return withEntry(body ?? { format, kind: kindOf(set) }, key, entry);
      const edits = own(body, 'edits');
      return body && isObject(edits) ? { ...body, edits: withEntry(edits, key, entry) } : undefined;
    });
    return written?.changed === true;
  });
}

function withEntry(part: object, key: string, entry: object): object {
  const ends = own(part, 'ends');
  return { ...part, ends: { ...(isObject(ends) && ends), [key]: entry } };
}

/**
 * A sentence about the effect of an end. `nameOf`: the name of a person (a ULID); `albumName`: of an album with
 * members, undefined for one that does not exist for the reader.
 */
export function describeLostEnd(
  { set, to }: Pick<LostEnd, 'set' | 'to'>,
  nameOf: (person: string) => string,
  albumName: (album: string) => string | undefined,
): string {
  const [kind, who = ''] = to.split(':');
  const album = set.slice('members:'.length);
  const theAlbum = (one: string): string => {
    const name = albumName(one);
    return name === undefined ? 'an album' : `the album ${name}`;
  };
  if (set === peopleId && kind === 'person') return `${nameOf(who)} was removed from the family.`;
  if (set === peopleId && kind === 'role') return `${nameOf(who)} is no longer an owner.`;
  if (set === peopleId && kind === 'publish') return `Photos of ${nameOf(who)} are no longer published.`;
  if (set.startsWith('sharing:')) return `${nameOf(who)} is no longer a partner of ${nameOf(set.split(':')[1]!)}.`;
  if (set.startsWith('members:') && kind === 'item') return `A photo was removed from ${theAlbum(album)}.`;
  if (set.startsWith('members:')) return `${nameOf(who)} is no longer a member of ${theAlbum(album)}.`;
  if (to === '*') return 'A photo was locked.';
  return itemOf(set) ? `A photo was removed from ${theAlbum(to)}.` : 'Access ended.';
}

/** The name of an album with members according to its document; its id if the document is not here. */
export function nameOfAlbum(body: Body | undefined, album: string): string {
  const name = own(own(body, 'name'), 'value');
  return typeof name === 'string' && name !== '' ? `“${name}”` : album;
}
