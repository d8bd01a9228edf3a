/**
 * Decides who sees which item, from documents alone (docs/people.md): the only place that does so in a home where
 * people have their own libraries. `readItem` reads the access claims of an item once; the decision combines them with
 * the control documents and the onlooker. So an index can store the claims, and evaluate access once per viewer instead
 * of once per photo. Pure. An unreadable document grants no access.
 */
import { shownEdit } from '../document/edits.js';
import {
  endsOf,
  everything,
  isKnown,
  noGrants,
  readGrants,
  readUnder,
  sawEnds,
  self,
  stampOf,
  stands,
  type End,
  type Give,
  type Grants,
  type GrantSet,
  type Saw,
} from '../document/grants.js';
import {
  albumNamed,
  house,
  membersId,
  offerId,
  offerNamed,
  peopleId,
  publicIdOf,
  sharingId,
  type Holder,
  type Item,
} from '../document/item-id.js';
import { compareText, own } from '../document/json-values.js';
import { isFromGuests } from '../document/photo-senders.js';
import { isNewer } from '../document/merge.js';
import { photoOf, type Audience, type Body, type Stamp } from '../document/photo-document.js';

/** An album entry claimed by an item. Whether it counts depends on the album’s members. */
export interface AlbumEntry {
  /** `<holder>:<ulid>`. */
  album: string;
  by: string;
  saw: Saw;
}

/** The claims of an item’s document about its access. */
export interface ItemClaims {
  item: Item;
  audience: Audience;
  trashed: boolean;
  archived: boolean;
  locked: boolean;
  /** Added by guests only, and not yet accepted by the holder. */
  guest: boolean;
  /**
   * Locked now or at any time before: such an item is in no offer, since it can't be determined whether an offer is
   * older than the lock.
   */
  wasLocked: boolean;
  /** The ends that its author had seen (`under`). */
  saw: Saw;
  entries: AlbumEntry[];
}

/** The claims of an item except its albums and the trash: many items share the same ones. */
export type ClassClaims = Omit<ItemClaims, 'item' | 'entries' | 'trashed'> & { holder: Holder };

/**
 * The onlooker. `visitor`: anyone without an account. `actsForHouse`: an owner in effect on this server. An owner who
 * is removed according to documents still sees everything that the house sees: no other server can remove the last
 * owner who can sign in here.
 */
export type Onlooker =
  | { kind: 'person'; person: string; actsForHouse: boolean; unlocked?: boolean }
  | { kind: 'house' }
  /** A visitor of a holder’s share link; its scope is checked elsewhere. */
  | { kind: 'link'; of: Holder }
  | { kind: 'visitor' };

/**
 * Whether an onlooker sees the folders from which a holder’s files came: only those who act for that holder, since
 * folder names are private to those who manage the files.
 */
export function seesFolders(onlooker: Onlooker, holder: Holder): boolean {
  if (onlooker.kind === 'house') return holder === house;
  return onlooker.kind === 'person' && (onlooker.person === holder || (holder === house && onlooker.actsForHouse));
}

/** The documents that the decision depends on, in addition to the items. */
export interface AccessDocuments extends Grants {
  /** Whether a person (a ULID) exists and is not removed, according to their own document. */
  isThere(person: string): boolean;
  /** Whether an album (`<holder>:<ulid>`) exists and is not removed. */
  hasAlbum(album: string): boolean;
  /** The ends that the authors of an album’s document had seen; without it none. */
  albumSaw?(album: string): Saw;
  /** The names (`<giver>:<ulid>`) of all offers. */
  offers(): readonly string[];
  /** The public ids of the items that an offer lists. */
  itemsIn(offer: string): ReadonlySet<string>;
}

/** The items in an offer: those of its giver in the list, by public id. */
export interface OfferedItems {
  giver: Holder;
  ids: ReadonlySet<string>;
}

/** The rights of an album’s members; the holder needs none. */
export type AlbumRight = 'view' | 'add';

/** The decision for one state of the control documents. A new state needs a new one. */
export interface ItemAccess {
  /** Whether a person belongs to the family. */
  isMember(person: string): boolean;
  /**
   * Whether no demotion of a person is in effect: none is known, or each was revoked. The role itself is in the
   * person’s own document.
   */
  keepsRole(person: string): boolean;
  /** Whether a holder’s public items may be published. */
  mayPublish(holder: Holder): boolean;
  isPartner(of: Holder, person: string): boolean;
  /**
   * The right of a person (a ULID) in an album that they do not hold; undefined for none. An album of an unknown or
   * removed person gives none.
   */
  albumRight(album: string, person: string): AlbumRight | undefined;
  /**
   * The stamp of the first of the gives that a person’s right in an album is based on; undefined for no right. It is
   * the author's stamp: it may be ahead of the clock.
   */
  sharedSince(album: string, person: string): Stamp | undefined;
  /** Whether an album exists for an onlooker: for its holder and its members. */
  seesAlbum(onlooker: Onlooker, album: string): boolean;
  /**
   * Whether an entry is valid, so that the item is in the album. Without `sha256`: for every item except those in
   * `takenOut`.
   */
  isInAlbum(item: { holder: Holder; sha256?: string }, entry: AlbumEntry): boolean;
  /**
   * An object that stays the same while nothing changes that determines who sees the album and which items are in it,
   * even across decisions; otherwise a different one. It covers only entries whose `saw` names no sets except those of
   * the people and of the album’s members. Undefined if `album` is not the name of an album.
   */
  stateOf(album: string): object | undefined;
  /** The public ids of the items that were ever individually removed from an album. */
  takenOut(album: string): string[];
  /** Whether an offer (`<giver>:<ulid>`) is open to a holder: made, and neither withdrawn, declined nor done. */
  isOpen(offer: string, to: Holder): boolean;
  /** The items in all offers that are open to an onlooker. */
  offeredTo(onlooker: Onlooker): readonly OfferedItems[];
  /**
   * Whether the onlooker sees every item with these claims. `in-albums`: only those with an entry for which `seesEntry`
   * is true, and those for which `seesOffered` is.
   */
  seesClass(onlooker: Onlooker, claims: ClassClaims, trashed: boolean): boolean | 'in-albums';
  /**
   * Whether an entry shows its item to an onlooker for whom `seesClass` returned `in-albums`. `item`: as in
   * `isInAlbum`.
   */
  seesEntry(onlooker: Onlooker, item: { holder: Holder; sha256?: string }, entry: AlbumEntry): boolean;
  /** Whether an offer shows an item, by its public id, to an onlooker for whom `seesClass` returned `in-albums`. */
  seesOffered(onlooker: Onlooker, claims: Pick<ClassClaims, 'holder' | 'wasLocked'>, id: string): boolean;
  maySee(onlooker: Onlooker, claims: ItemClaims): boolean;
}

/**
 * The claims of an item’s document; undefined if the body is not a photo. `ends`: ends known to this server in addition
 * to those in the document. In a newer format, others may be excluded in a way that this version does not know: only
 * the holder sees it.
 */
export function readItem(item: Item, body: Body | undefined, ends?: ReadonlyMap<string, End>): ItemClaims | undefined {
  const photo = photoOf(body);
  if (!photo) return undefined;
  const { edits } = photo;
  const set = readGrants(edits, ends);
  const isEntry = (give: Give): boolean =>
    give.what === 'entry' &&
    albumNamed(give.to) !== undefined &&
    sawEnds(set, give.saw[self] ?? [], [give.to, everything]);
  const isKnownFormat = !isNewer(photo);
  return {
    item,
    audience: isKnownFormat ? (shownEdit(edits, 'audience')?.value ?? 'private') : 'private',
    trashed: shownEdit(edits, 'trashed')?.value ?? false,
    archived: !isKnownFormat || (shownEdit(edits, 'archived')?.value ?? false),
    locked: isLocked(item, set),
    wasLocked: endsOf(set, everything).length > 0,
    guest: isFromGuests(photo),
    saw: readUnder(own(edits, 'under')),
    entries: (isKnownFormat ? set.gives : []).flatMap((give) =>
      isEntry(give) && isKnown({ [self]: give.saw[self] ?? [] }, set, nowhere)
        ? [{ album: give.to, by: give.by, saw: give.saw }]
        : [],
    ),
  };
}

const nowhere: Grants = { find: () => undefined };

/** An end of everything locks an item until its holder unlocks it having seen that end. */
function isLocked({ holder }: Item, set: GrantSet): boolean {
  if (holder === house) return false;
  const opens = ({ to, what, by, saw }: Give): boolean =>
    to === everything && what === 'unlocked' && by === authorOf(holder) && sawEnds(set, saw[self] ?? [], [everything]);
  return [...set.ends.values()].some(({ to }) => to === everything) && !set.gives.some(opens);
}

const authorOf = (person: string): string => `person:${person}`;

/** Whether an album exists, and whether its holder belongs to the family. */
interface AlbumState {
  isThere: boolean;
  isHeld: boolean;
}

const isRight = (what: string): what is AlbumRight => what === 'view' || what === 'add';

/** A member’s right, and the stamp of the first give for it. */
interface Membership {
  right: AlbumRight;
  since: Stamp;
}

/** The members’ rights in an album, valid for one grant set of the people. */
interface Rights {
  people: GrantSet;
  album: string;
  state: AlbumState;
  of(person: string): Membership | undefined;
}

/** The rights by member set. Grant sets are immutable once read. */
const rightsOf = new WeakMap<GrantSet, Rights>();

type Counts = (give: Give, set: GrantSet, holder: Holder, to: readonly string[]) => boolean;

/** Whether a give in a grant set of `holder` is in effect: no end revokes it, and its author had the right to make it. */
function countsFor(people: GrantSet, grants: Grants): Counts {
  return (give, set, holder, to) => {
    if (holder !== house && give.by !== authorOf(holder)) return false;
    const author = give.by.replace(/^person:/, '');
    const roles = holder === house ? [`role:${author}`] : [];
    const seen = give.saw[set === people ? self : peopleId] ?? [];
    return stands(give, set, grants) && sawEnds(people, seen, [...to, give.by, ...roles]);
  };
}

type Given = (set: GrantSet, holder: Holder, to: string, what: string, concerns?: readonly string[]) => boolean;

/** Whether a set of `holder` contains a valid give to a recipient. */
function givenFor(people: GrantSet, grants: Grants): Given {
  const counts = countsFor(people, grants);
  return (set, holder, to, what, concerns = [to]) =>
    set.gives.some((give) => give.to === to && give.what === what && counts(give, set, holder, concerns));
}

/**
 * The rights in an album by person. `grants`: the other sets that its gives name, if they name any but that of the
 * people. Outside `openItemAccess`: these functions outlive the decision that opened them, and one that could reach its
 * variables would keep it in memory, with all decisions before it.
 */
function openRights({
  people,
  members,
  holder,
  isHeld,
  grants = { find: (id) => (id === peopleId ? people : undefined) },
}: {
  people: GrantSet;
  members: GrantSet;
  holder: Holder;
  isHeld: boolean;
  grants?: Grants | undefined;
}): Rights['of'] {
  const counts = countsFor(people, grants);
  return remember((person: string): Membership | undefined => {
    const to = authorOf(person);
    if (!isHeld) return undefined;
    const gives = members.gives.filter(
      (give) => give.to === to && isRight(give.what) && counts(give, members, holder, [to]),
    );
    const [first] = gives.map(stampOf).sort(compareText);
    return first === undefined
      ? undefined
      : { right: gives.some(({ what }) => what === 'add') ? 'add' : 'view', since: first };
  });
}

/** Opens the decision for one state of the control documents. */
// Longer than a screen: the rules of one decision, which refer to each other.
export function openItemAccess(documents: AccessDocuments): ItemAccess {
  const find = remember((id: string): GrantSet => documents.find(id) ?? noGrants);
  const people = find(peopleId);
  const given = givenFor(people, documents);

  const isEnded = (set: GrantSet, to: string): boolean => endsOf(set, to).length > 0;

  /** Whether every end of control documents in a `saw` is known here. */
  const isKnownHere = (saw: Saw): boolean => isKnown(saw, noGrants, { find });

  const isMember = remember((person: string): boolean => {
    if (!documents.isThere(person)) return false;
    const to = authorOf(person);
    return !isEnded(people, to) || given(people, house, to, 'member');
  });
  const mayPublish = remember((holder: Holder): boolean =>
    given(people, house, `publish:${holder}`, 'publish', [authorOf(holder)]),
  );
  const isPartner = remember((of: Holder) =>
    remember((person: string): boolean => given(find(sharingId(of)), of, authorOf(person), 'partner')),
  );
  /** The members’ rights in an album, reused from earlier decisions while neither its members nor the people change. */
  function rightsIn(members: GrantSet, holder: Holder, album: string, state: AlbumState): Rights['of'] {
    const before = rightsOf.get(members);
    const isSame =
      before?.people === people &&
      before.album === album &&
      before.state.isThere === state.isThere &&
      before.state.isHeld === state.isHeld;
    if (isSame) return before.of;
    const others = members.gives.some(({ saw }) => Object.keys(saw).some((set) => set !== self && set !== peopleId));
    const of = openRights({ people, members, holder, ...state, grants: others ? documents : undefined });
    if (!others) rightsOf.set(members, { people, album, state, of });
    return of;
  }
  /** An album: its holder, whether it exists and its holder belongs to the family, its members, and their rights. */
  const albumOf = remember((album: string) => {
    const holder = albumNamed(album)?.holder;
    if (holder === undefined) return undefined;
    const id = membersId(album);
    const members = find(id);
    const isHeld = holder === house || isMember(holder);
    // A name or cover may depend on an end that has not arrived here yet.
    const isThere = isHeld && documents.hasAlbum(album) && isKnownHere(documents.albumSaw?.(album) ?? {});
    return { holder, id, members, right: rightsIn(members, holder, album, { isThere, isHeld }), isThere };
  });

  const nameOf = remember(authorOf);

  const isOpen = (offer: string, to: Holder): boolean => {
    const giver = offerNamed(offer)?.holder;
    return giver !== undefined && given(find(offerId(offer)), giver, to === house ? house : nameOf(to), 'take');
  };
  const offersTo = remember((to: Holder): OfferedItems[] =>
    documents
      .offers()
      .filter((offer) => isOpen(offer, to))
      .map((offer) => ({ giver: offerNamed(offer)!.holder, ids: documents.itemsIn(offer) })),
  );
  /** An owner who is removed by documents still acts for the house, but for no person. */
  const inEffect = (looks: Onlooker): Onlooker | undefined => {
    if (looks.kind !== 'person' || isMember(looks.person)) return looks;
    return looks.actsForHouse ? { kind: 'house' } : undefined;
  };

  const access: ItemAccess = {
    isMember,
    keepsRole: (person) => !isEnded(people, `role:${person}`) || given(people, house, `role:${person}`, 'owner'),
    mayPublish: (holder) => holder === house || mayPublish(holder),
    isPartner: (of, person) => of !== house && isPartner(of)(person),
    albumRight: (album, person) => albumOf(album)?.right(person)?.right,
    sharedSince: (album, person) => albumOf(album)?.right(person)?.since,
    seesAlbum(looks, album) {
      const named = albumOf(album);
      const onlooker = named?.isThere ? inEffect(looks) : undefined;
      if (!named || !onlooker) return false;
      if (holds(onlooker, named.holder)) return true;
      return onlooker.kind === 'person' && named.right(onlooker.person) !== undefined;
    },
    stateOf: (album) => albumOf(album)?.right,
    takenOut: (album) =>
      [...(albumOf(album)?.members.ends.values() ?? [])].flatMap(({ to }) =>
        to?.startsWith(itemTo) ? to.slice(itemTo.length) : [],
      ),
    isInAlbum({ holder: owner, sha256 }, { album, by, saw }) {
      const named = albumOf(album);
      if (!named?.isThere || !isKnownHere(withoutSelf(saw))) return false;
      const isGuest = owner !== named.holder;
      if (isGuest && (owner === house || named.right(owner)?.right !== 'add')) return false;
      const whose = nameOf(owner);
      if (owner !== house && (by !== whose || !sawEnds(people, saw[peopleId] ?? [], [whose]))) return false;
      const seen = saw[named.id] ?? [];
      if (isGuest && !sawEnds(named.members, seen, [whose])) return false;
      return sha256 === undefined || sawEnds(named.members, seen, [itemTo + publicIdOf({ holder: owner, sha256 })]);
    },
    seesClass(looks, claims, trashed) {
      const { holder, audience } = claims;
      const onlooker = inEffect(looks);
      if (!onlooker) return false;
      const isHolder = holds(onlooker, holder);
      if (claims.locked) return isHolder && onlooker.kind === 'person' && onlooker.unlocked === true;
      if (isHolder) return true;
      if (trashed || claims.guest || !isKnownHere(claims.saw)) return false;
      if (holder !== house && !access.isMember(holder)) return false;
      if (onlooker.kind === 'house') return offersTo(house).some(({ giver }) => giver === holder) && 'in-albums';
      if (onlooker.kind === 'link') return onlooker.of === holder;
      if (onlooker.kind === 'visitor') return audience === 'public' && access.mayPublish(holder);
      if (audience !== 'private') return true;
      if (!claims.archived && access.isPartner(holder, onlooker.person)) return true;
      return 'in-albums';
    },
    isOpen,
    offeredTo(looks) {
      const onlooker = inEffect(looks);
      if (onlooker?.kind === 'house') return offersTo(house);
      if (onlooker?.kind !== 'person') return [];
      return [...offersTo(onlooker.person), ...(onlooker.actsForHouse ? offersTo(house) : [])];
    },
    seesOffered: (looks, { holder, wasLocked }, id) =>
      !wasLocked && access.offeredTo(looks).some(({ giver, ids }) => giver === holder && ids.has(id)),
    seesEntry(onlooker, item, entry) {
      const looks = inEffect(onlooker) ?? onlooker;
      const album = looks.kind === 'person' ? albumOf(entry.album) : undefined;
      if (looks.kind !== 'person' || !album) return false;
      return (holds(looks, album.holder) || album.right(looks.person) !== undefined) && access.isInAlbum(item, entry);
    },
    maySee(onlooker, { item, entries, trashed, ...claims }) {
      const ofClass = { ...claims, holder: item.holder };
      const sees = access.seesClass(onlooker, ofClass, trashed);
      if (sees !== 'in-albums') return sees;
      return (
        entries.some((entry) => access.seesEntry(onlooker, item, entry)) ||
        access.seesOffered(onlooker, ofClass, publicIdOf(item))
      );
    },
  };
  return access;
}

/** Whether the onlooker is, or acts for, the holder. */
function holds(onlooker: Onlooker, holder: Holder): boolean {
  if (holder === house) return onlooker.kind === 'house' || (onlooker.kind === 'person' && onlooker.actsForHouse);
  return onlooker.kind === 'person' && onlooker.person === holder;
}

/** The prefix of `to` in an end that removes an item from an album. */
export const itemTo = 'item:';

/** Memoises a function. */
function remember<K, T>(answer: (key: K) => T): (key: K) => T {
  const known = new Map<K, T>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined || known.has(key)) return before as T;
    const found = answer(key);
    known.set(key, found);
    return found;
  };
}

const withoutSelf = (saw: Saw): Saw =>
  Object.hasOwn(saw, self) ? Object.fromEntries(Object.entries(saw).filter(([set]) => set !== self)) : saw;
