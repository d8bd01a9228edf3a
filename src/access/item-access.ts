/**
 * Who sees which item, by what documents say (docs/people.md): the one function that decides it where people have libraries of their
 * own. An item is read once into what it says of access (`readItem`); who sees it follows from that, from the control documents, and
 * from who looks. So an index can keep what items say, and ask for a viewer once instead of once for each photo. Pure; a document that can’t be
 * read gives no access.
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
  peopleId,
  publicIdOf,
  sharingId,
  type Holder,
  type Item,
} from '../document/item-id.js';
import { entriesOf, own, textOf } from '../document/json-values.js';
import { photoOf, type Audience, type Body } from '../document/photo-document.js';

/** An album that an item says it is in. Whether that counts, the album’s members say. */
export interface AlbumEntry {
  /** `<holder>:<ulid>`. */
  album: string;
  by: string;
  saw: Saw;
}

/** What an item says of who may see it. */
export interface ItemClaims {
  item: Item;
  audience: Audience;
  trashed: boolean;
  archived: boolean;
  locked: boolean;
  /** Only guests brought it, and its holder has not accepted it. */
  guest: boolean;
  /** The ends that whoever wrote it had in sight. */
  saw: Saw;
  entries: AlbumEntry[];
}

/** What an item says about who may see it, apart from its albums and the trash: the same for very many items. */
export type ClassClaims = Omit<ItemClaims, 'item' | 'entries' | 'trashed'> & { holder: Holder };

/**
 * Who looks at items. `visitor` is whoever has no account. `actsForHouse`: an owner, as this server has them in force; where documents say that
 * they were removed (of the last owner who can sign in, another server decides nothing) they see what the house sees.
 */
export type Onlooker =
  | { kind: 'person'; person: string; actsForHouse: boolean; unlocked?: boolean }
  | { kind: 'house' }
  /** Whoever came by a share link of a holder, whose scope is decided elsewhere. */
  | { kind: 'link'; of: Holder }
  | { kind: 'visitor' };

/** What decides beside the items. */
export interface AccessDocuments extends Grants {
  /** Whether there is such a person (a ULID) who was not removed, by their own document. */
  isThere(person: string): boolean;
  /** Whether there is such an album (`<holder>:<ulid>`) that was not removed. */
  hasAlbum(album: string): boolean;
}

/** What a member of an album may do, beside its holder. */
export type AlbumRight = 'view' | 'add';

/** Decides from one state of the control documents; of another one, open another. */
export interface ItemAccess {
  /** Whether somebody belongs to the family. */
  isMember(person: string): boolean;
  /** Whether no demotion of somebody counts: none is known, or it was taken back since. Who is an owner, their own document says. */
  keepsRole(person: string): boolean;
  /** Whether what a holder shows to everyone may be published. */
  mayPublish(holder: Holder): boolean;
  isPartner(of: Holder, person: string): boolean;
  /** What a person (a ULID) may do in an album that they do not hold; undefined for nothing. */
  albumRight(album: string, person: string): AlbumRight | undefined;
  /** Whether an entry counts: the item is in the album. Without `sha256`: any item but those in `takenOut`. */
  isInAlbum(item: { holder: Holder; sha256?: string }, entry: AlbumEntry): boolean;
  /**
   * The same object as in decisions before, as long as nothing has changed by which the album decides who sees it and which items are in it, of
   * those whose entries saw only the people and its members; otherwise another one. Undefined for what is no album.
   */
  stateOf(album: string): object | undefined;
  /** The public ids of items that were ever taken out of an album by themselves. */
  takenOut(album: string): string[];
  /** Whether somebody sees all items that say this; `in-albums`: only those with an entry of which `seesEntry` holds. */
  seesClass(onlooker: Onlooker, claims: ClassClaims, trashed: boolean): boolean | 'in-albums';
  /** Whether an entry shows an item to somebody whom its class shows what is in albums. `item`: as of `isInAlbum`. */
  seesEntry(onlooker: Onlooker, item: { holder: Holder; sha256?: string }, entry: AlbumEntry): boolean;
  maySee(onlooker: Onlooker, claims: ItemClaims): boolean;
}

/** What an item’s document says; undefined where the body is none of a photo. `ends`: those this server knows beside the document’s. */
export function readItem(item: Item, body: Body | undefined, ends?: ReadonlyMap<string, End>): ItemClaims | undefined {
  const photo = photoOf(body);
  if (!photo) return undefined;
  const { edits, sightings } = photo;
  const set = readGrants(edits, ends);
  const isEntry = (give: Give): boolean =>
    give.what === 'entry' &&
    albumNamed(give.to) !== undefined &&
    sawEnds(set, give.saw[self] ?? [], [give.to, everything]);
  const bringers = entriesOf(sightings).map(([, told]) => textOf(own(told, 'by')));
  return {
    item,
    audience: shownEdit(edits, 'audience')?.value ?? 'private',
    trashed: shownEdit(edits, 'trashed')?.value ?? false,
    archived: shownEdit(edits, 'archived')?.value ?? false,
    locked: isLocked(item, set),
    guest: bringers.length > 0 && bringers.every((by) => by.startsWith('link:')),
    saw: readUnder(own(edits, 'under')),
    entries: set.gives.flatMap((give) =>
      isEntry(give) && isKnown({ [self]: give.saw[self] ?? [] }, set, nowhere)
        ? [{ album: give.to, by: give.by, saw: give.saw }]
        : [],
    ),
  };
}

const nowhere: Grants = { find: () => undefined };

/** An end of everything locks an item, until its holder opens it in sight of that. */
function isLocked({ holder }: Item, set: GrantSet): boolean {
  if (holder === house) return false;
  const opens = ({ to, what, by, saw }: Give): boolean =>
    to === everything && what === 'unlocked' && by === authorOf(holder) && sawEnds(set, saw[self] ?? [], [everything]);
  return [...set.ends.values()].some(({ to }) => to === everything) && !set.gives.some(opens);
}

const authorOf = (person: string): string => `person:${person}`;

/** What persons may do in an album, as long as the set of all people is this one. */
interface Rights {
  people: GrantSet;
  album: string;
  isThere: boolean;
  of(person: string): AlbumRight | undefined;
}

/** The rights in albums, by their members: a set that was read is never changed. */
const rightsOf = new WeakMap<GrantSet, Rights>();

/** Opens the decision for one state of the control documents. */
// Longer than a screen: the rules of one decision, which refer to each other.
export function openItemAccess(documents: AccessDocuments): ItemAccess {
  const find = remember((id: string): GrantSet => documents.find(id) ?? noGrants);
  const people = find(peopleId);
  /** Whether a give stands, and whoever gave it might do so in a set of `holder`. */
  function counts(give: Give, set: GrantSet, holder: Holder, to: readonly string[]): boolean {
    if (holder !== house && give.by !== authorOf(holder)) return false;
    const author = give.by.replace(/^person:/, '');
    const roles = holder === house ? [`role:${author}`] : [];
    const seen = give.saw[set === people ? self : peopleId] ?? [];
    return stands(give, set, documents) && sawEnds(people, seen, [...to, give.by, ...roles]);
  }

  const given = (set: GrantSet, holder: Holder, to: string, what: string, concerns = [to]): boolean =>
    set.gives.some((give) => give.to === to && give.what === what && counts(give, set, holder, concerns));

  const isEnded = (set: GrantSet, to: string): boolean => endsOf(set, to).length > 0;

  /** Whether all that somebody saw of control documents is here. */
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
  /** What persons may do in an album. Carried over from decisions before, where neither its members nor the people have changed. */
  function rightsIn(members: GrantSet, holder: Holder, album: string, isThere: boolean): Rights['of'] {
    const before = rightsOf.get(members);
    const isSame = before?.people === people && before.album === album && before.isThere === isThere;
    if (isSame) return before.of;
    const of = remember((person: string): AlbumRight | undefined =>
      (['add', 'view'] as const).find((what) => given(members, holder, authorOf(person), what)),
    );
    const others = members.gives.some(({ saw }) => Object.keys(saw).some((set) => set !== self && set !== peopleId));
    if (!others) rightsOf.set(members, { people, album, isThere, of });
    return of;
  }
  /** An album: whose it is, whether it exists, who its members are, and what a person may do in it. */
  const albumOf = remember((album: string) => {
    const holder = albumNamed(album)?.holder;
    if (holder === undefined) return undefined;
    const id = membersId(album);
    const members = find(id);
    const isThere = documents.hasAlbum(album);
    return { holder, id, members, right: rightsIn(members, holder, album, isThere), isThere };
  });

  const nameOf = remember(authorOf);

  const access: ItemAccess = {
    isMember,
    keepsRole: (person) => !isEnded(people, `role:${person}`) || given(people, house, `role:${person}`, 'owner'),
    mayPublish: (holder) => holder === house || mayPublish(holder),
    isPartner: (of, person) => of !== house && isPartner(of)(person),
    albumRight: (album, person) => albumOf(album)?.right(person),
    stateOf: (album) => albumOf(album)?.right,
    takenOut: (album) =>
      [...(albumOf(album)?.members.ends.values() ?? [])].flatMap(({ to }) =>
        to?.startsWith(itemTo) ? to.slice(itemTo.length) : [],
      ),
    isInAlbum({ holder: owner, sha256 }, { album, by, saw }) {
      const named = albumOf(album);
      if (!named?.isThere || !isKnownHere(withoutSelf(saw))) return false;
      const isGuest = owner !== named.holder;
      if (isGuest && (owner === house || named.right(owner) !== 'add')) return false;
      const whose = nameOf(owner);
      if (owner !== house && (by !== whose || !sawEnds(people, saw[peopleId] ?? [], [whose]))) return false;
      const seen = saw[named.id] ?? [];
      if (isGuest && !sawEnds(named.members, seen, [whose])) return false;
      return sha256 === undefined || sawEnds(named.members, seen, [itemTo + publicIdOf({ holder: owner, sha256 })]);
    },
    seesClass(looks, claims, trashed) {
      const { holder, audience } = claims;
      const isRemoved = looks.kind === 'person' && !access.isMember(looks.person);
      if (isRemoved && !looks.actsForHouse) return false;
      const onlooker: Onlooker = isRemoved ? { kind: 'house' } : looks;
      const isHolder = holds(onlooker, holder);
      if (claims.locked) return isHolder && onlooker.kind === 'person' && onlooker.unlocked === true;
      if (isHolder) return true;
      if (trashed || claims.guest || !isKnownHere(claims.saw)) return false;
      if (holder !== house && !access.isMember(holder)) return false;
      if (onlooker.kind === 'house') return false;
      if (onlooker.kind === 'link') return onlooker.of === holder;
      if (onlooker.kind === 'visitor') return audience === 'public' && access.mayPublish(holder);
      if (audience !== 'private') return true;
      if (!claims.archived && access.isPartner(holder, onlooker.person)) return true;
      return 'in-albums';
    },
    seesEntry(looks, item, entry) {
      const album = looks.kind === 'person' ? albumOf(entry.album) : undefined;
      if (looks.kind !== 'person' || !album) return false;
      return (holds(looks, album.holder) || album.right(looks.person) !== undefined) && access.isInAlbum(item, entry);
    },
    maySee(onlooker, { item, entries, trashed, ...claims }) {
      const sees = access.seesClass(onlooker, { ...claims, holder: item.holder }, trashed);
      return sees === 'in-albums' ? entries.some((entry) => access.seesEntry(onlooker, item, entry)) : sees;
    },
  };
  return access;
}

/** Whether somebody looks at what is theirs. */
function holds(onlooker: Onlooker, holder: Holder): boolean {
  if (holder === house) return onlooker.kind === 'house' || (onlooker.kind === 'person' && onlooker.actsForHouse);
  return onlooker.kind === 'person' && onlooker.person === holder;
}

/** What the `to` of an end begins with that takes an item out of an album. */
const itemTo = 'item:';

/** A function that answers each question once. */
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
