/**
 * Albums with members: documents of their own, held by a person or the house. A second document contains the grants:
 * who sees the album and may add to it. The photos' own documents say which photos it contains. Every call is one
 * transaction: a crash leaves all of it or nothing. An album that does not exist for a viewer is `not-found`.
 */
import { monotonicFactory } from 'ulid';
import { itemAccess } from '../access/library-access.js';
import { readItem, type AlbumRight, type ItemAccess, type ItemClaims } from '../access/item-access.js';
import { authorOf, may, onlookerOf, type Viewer } from '../access/permissions.js';
import { actsFor, mayJoinToAdd, mayPutInto, rightIn, type SharingState } from '../access/sharing-rights.js';
import { toleratedDrift, type Clock } from '../base/clock.js';
import { PhotospoolError, notFound } from '../base/errors.js';
import { orderRegisters, sortIn, type AlbumSort, type OrderChange } from '../document/album-order.js';
import { wellFormed } from '../document/canonical-json.js';
import { elementOf } from '../document/field-validation.js';
import { isLapsed, noGrants, withEnd, withGive, withSight, type Author, type GrantSet } from '../document/grants.js';
import { parseStamp } from '../document/stamp.js';
import { albumNamed, house, membersId, peopleId, type Holder } from '../document/item-id.js';
import { own, textOf } from '../document/json-values.js';
import { registerIn, withRegisters } from '../document/overruled-registers.js';
import { format, type Body, type PhotoDocument } from '../document/photo-document.js';
import { demandPeopleLibraries, type PeopleLibraries } from '../library/people-libraries.js';
import { albumDocumentId } from '../library/control-documents.js';
import type { Library } from '../library/library.js';
import { readPhotos, visibleTo, type FoundPhoto, type StoredPhoto } from './find-photos.js';

/** An album with members, as visible to a viewer. */
export interface MemberAlbum {
  /** `<holder>:<ulid>`. */
  album: string;
  holder: Holder;
  name: string;
  /** A text by its holder; absent if there is none. */
  description?: string;
  /** The time of its creation, UTC. */
  added: string;
  /**
   * When the viewer became a member, UTC; absent for the holder, and if the clock of the server where it was shared was
   * ahead of this one.
   */
  sharedAt?: string;
  /** The viewer's permissions: all, adding their own photos, or seeing it. */
  right: 'holder' | AlbumRight;
  /** The public id of the cover photo chosen by its holder, if visible to the viewer. */
  cover?: string;
  /** The order of its photos. */
  sort: AlbumSort;
  /**
   * The members besides the viewer, by ULID; for its holder with their rights, for a member only those who are known
   * here. Absent for programs.
   */
  members?: { person: string; right?: AlbumRight }[];
  /** People (ULIDs) who lost access because several servers changed it at once; for its holder only, absent if none. */
  lapsed?: string[];
}

/** A change of an album by its holder. `cover`: the public id of a photo, or null for none. */
export interface MemberAlbumChange extends OrderChange {
  name?: string;
  /** Empty to remove it. */
  description?: string;
  cover?: string | null;
  removed?: boolean;
}

/** The result of adding photos to an album or removing them, by public id. */
export interface EntriesChanged {
  changed: number;
  /** Photos that do not exist for the viewer. */
  missing: string[];
  /** Photos visible to the viewer, who may not add or remove them. */
  refused: string[];
  /** Photos that were in it already, or were not in it; absent if there are none. */
  unchanged?: string[];
}

/**
 * The albums with members. All methods throw `conflict` while people have no libraries here, and `not-found` for an
 * album that does not exist for the viewer.
 */
export interface MemberAlbums {
  /** All albums that exist for the viewer, by name. */
  list(viewer: Viewer): MemberAlbum[];
  find(viewer: Viewer, album: string): MemberAlbum;
  /**
   * Creates an album for a person, or for the house. @throws PhotospoolError `invalid`; `forbidden` for another holder;
   * `conflict` if there are too many.
   */
  create(viewer: Viewer, holder: Holder, name: string): MemberAlbum;
  /**
   * Creates an album of photos that the viewer may share, all of one holder; without a name an untitled one.
   * @throws PhotospoolError `invalid`; `not-found`; `forbidden` for photos of others; `conflict` for some in the trash.
   */
  createOf(viewer: Viewer, photos: readonly string[], name?: string): MemberAlbum;
  /**
   * The holder of photos that the viewer may share together. @throws PhotospoolError `invalid`; `not-found`; `forbidden`
   * for photos of others; `conflict` for some in the trash.
   */
  holderOf(viewer: Viewer, photos: readonly string[]): Holder;
  /** Changes an album, removes it for everyone, or restores it. @throws PhotospoolError `invalid`, `forbidden`. */
  change(viewer: Viewer, album: string, change: MemberAlbumChange): void;
  /**
   * Grants a person the right to see an album, or also to add to it; replaces a previous grant. @throws PhotospoolError
   * `forbidden`.
   */
  give(viewer: Viewer, album: string, person: string, right: AlbumRight): void;
  /** Revokes a person's grant: by the holder, or by that person, who leaves. True if there was a grant. */
  end(viewer: Viewer, album: string, person: string): boolean;
  /** @throws PhotospoolError `forbidden` if the viewer may not add photos of a holder to an album. */
  checkAdding(viewer: Viewer, album: string, holder: Holder): void;
  /**
   * Adds the viewer's photos to an album. An owner who adds photos of their own to an album of the house becomes a member
   * of it, as others who add theirs. `along` changes the document of each photo that is added, in the same write. @throws
   * PhotospoolError `forbidden` if the viewer may add nothing to it.
   */
  add(viewer: Viewer, album: string, photos: readonly string[], along?: ChangeAlong): EntriesChanged;
  /** Removes photos: the viewer’s own, and as the holder of the album also those of others. */
  takeOut(viewer: Viewer, album: string, photos: readonly string[]): EntriesChanged;
}

/** Changes a photo's document as part of another write. */
export type ChangeAlong = (photo: StoredPhoto, document: PhotoDocument) => PhotoDocument;

/** The maximum number of albums per holder. */
const most = 2_000;
const prefix = 'own-album:';

/** The dependencies of albums with members. */
export interface MemberAlbumParts {
  library: Library;
  clock: Pick<Clock, 'now'>;
  /** Whether people may have their own libraries; undefined if they never do. */
  gate: { state(): PeopleLibraries } | undefined;
}

/** Opens the albums with members; nothing needs to be closed. */
export function openMemberAlbums(parts: MemberAlbumParts): MemberAlbums {
  const core = openCore(parts);
  const [holding, entries] = [openHolding(core), openEntries(core)];
  return {
    ...openReading(core),
    ...holding,
    ...openMembers(core),
    ...entries,
    ...openSelections(core, holding, entries),
  };
}

type Core = ReturnType<typeof openCore>;

function openCore({ library, clock, gate }: MemberAlbumParts) {
  const { controls } = library;
  const state = (): SharingState => ({ access: itemAccess(library), hasAlbum: controls.hasAlbum });

  /** Runs a change in one transaction, if people have libraries. */
  function changing<T>(work: () => T): T {
    return library.transaction(() => {
      demandPeopleLibraries(gate);
      return work();
    });
  }

  /** The viewer's right in an album. @throws PhotospoolError `not-found` if it does not exist for the viewer. */
  function seen(viewer: Viewer, album: string): 'holder' | AlbumRight {
    const right = rightIn(viewer, album, state());
    if (right) return right;
    throw notFound('This album doesn’t exist.');
  }

  function held(viewer: Viewer, album: string): void {
    if (seen(viewer, album) !== 'holder') throw forbidden('Only the owner of this album can do this.');
  }

  const setOf = (id: string): GrantSet => controls.find(id) ?? noGrants;

  /** Changes the members of an album. */
  function writeMembers(viewer: Viewer, album: string, change: (body: Body, author: Author) => Body): void {
    const id = membersId(album);
    library.update(id, (body) => {
      const author = { at: library.stampAfter(body), by: authorOf(viewer) };
      return change(body ?? controls.restoreEnds<Body>(id, { format, kind: 'members' }), author);
    });
  }

  /** Grants a person a right in an album. A higher right supersedes a lower one, which need not be revoked. */
  function writeRight(viewer: Viewer, album: string, person: string, right: AlbumRight): void {
    const has = state().access.albumRight(album, person);
    if (has === right) return;
    const [to, sees] = [`person:${person}`, { [peopleId]: setOf(peopleId) }];
    writeMembers(viewer, album, (body, author) => {
      const before = has === 'add' ? withEnd(body, to, author) : body;
      return withGive(before, { to, what: right }, author, sees);
    });
  }

  return { library, clock, gate, state, changing, seen, held, setOf, writeMembers, writeRight };
}

const forbidden = (message: string): PhotospoolError => new PhotospoolError('forbidden', message);

const textIn = (body: Body | undefined, name: string): string => {
  const found = registerIn(body, name);
  return found === 'circle' ? '' : textOf(found?.value);
};

function openReading({ library, clock, gate, state, setOf }: Core): Pick<MemberAlbums, 'list' | 'find'> {
  function membersIn(viewer: Viewer, album: string, isHolder: boolean): Pick<MemberAlbum, 'members' | 'lapsed'> {
    if (!may(viewer, 'albums')) return {};
    const { access } = state();
    const set = setOf(membersId(album));
    // A foreign program may have named the holder.
    const people = [...new Set(set.gives.map(({ to }) => to.replace(/^person:/, '')))]
      .filter((person) => !album.startsWith(`${person}:`) && person !== viewer.person)
      .sort();
    const rights = people.map((person) => ({ person, right: access.albumRight(album, person) }));
    if (!isHolder)
      return {
        members: rights.flatMap(({ person, right }) => (right && access.isMember(person) ? [{ person }] : [])),
      };
    const lapsed = rights.flatMap(({ person, right }) =>
      right === undefined && access.isMember(person) && isLapsed(set, `person:${person}`) ? [person] : [],
    );
    return {
      members: rights.flatMap(({ person, right }) => (right ? [{ person, right }] : [])),
      ...(lapsed.length > 0 && { lapsed }),
    };
  }

  function sharedAt(viewer: Viewer, album: string): string | undefined {
    const onlooker = onlookerOf(viewer);
    const since = onlooker?.kind === 'person' ? itemAccess(library).sharedSince(album, onlooker.person) : undefined;
    const ms = parseStamp(since)?.ms;
    // A time to come would stay new for its viewer.
    return ms === undefined || ms > clock.now() + toleratedDrift ? undefined : new Date(ms).toISOString();
  }

  function view(viewer: Viewer, album: string, body: Body | undefined): MemberAlbum | undefined {
    const right = rightIn(viewer, album, state());
    if (!right) return undefined;
    const cover = visibleTo(library, viewer, readPhotos(library, [textIn(body, 'cover')].filter(isHash)))[0];
    const description = textIn(body, 'description');
    const shared = right === 'holder' ? undefined : sharedAt(viewer, album);
    return {
      ...{
        album,
        holder: albumNamed(album)!.holder,
        name: textIn(body, 'name'),
        added: textOf(own(body, 'added')),
        right,
        sort: sortIn(body),
      },
      ...(shared !== undefined && { sharedAt: shared }),
      ...(description !== '' && { description }),
      ...(cover && entryIn(library, cover, album) && { cover: cover.id }),
      ...membersIn(viewer, album, right === 'holder'),
    };
  }

  return {
    list(viewer) {
      demandPeopleLibraries(gate);
      return [...library.scan(prefix)]
        .flatMap(({ id, body }) => view(viewer, id.slice(prefix.length), body) ?? [])
        .sort((a, b) => a.name.localeCompare(b.name) || (a.album < b.album ? -1 : 1));
    },
    find(viewer, album) {
      demandPeopleLibraries(gate);
      const found = view(viewer, album, library.get(albumDocumentId(album))?.body);
      if (found) return found;
      throw notFound('This album doesn’t exist.');
    },
  };
}

/** The description of an album, for those who may see it; empty if there is none. */
export const descriptionOfAlbum = (library: Library, album: string): string =>
  textIn(library.get(albumDocumentId(album))?.body, 'description');

/** An album with members that contains a photo. */
export interface SharedAlbum {
  holder: Holder;
  /** A ULID. */
  album: string;
  /** Empty for an untitled one. */
  name: string;
}

/** A photo as visible to the viewer, with `sharedAlbums` if it is in albums with members that they see. */
export function withSharedAlbums<P extends FoundPhoto>(library: Library, viewer: Viewer, photo: P): P {
  const sharedAlbums = countSharedAlbums(library, viewer, [photo.id]).map(({ count: _, ...album }) => album);
  return sharedAlbums.length === 0 ? photo : { ...photo, sharedAlbums };
}

/**
 * The albums with members that contain photos, as far as the viewer sees both, with the number of those photos, by id of
 * the album.
 */
export function countSharedAlbums(
  library: Library,
  viewer: Viewer,
  photos: readonly string[],
): (SharedAlbum & { count: number })[] {
  const access = itemAccess(library);
  const state: SharingState = { access, hasAlbum: library.controls.hasAlbum };
  const counts = new Map<string, number>();
  for (const stored of visibleTo(library, viewer, readPhotos(library, photos)))
    for (const album of albumsOf(library, access, stored)) counts.set(album, (counts.get(album) ?? 0) + 1);
  return [...counts]
    .filter(([album]) => rightIn(viewer, album, state) !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => {
      const { holder, ulid: album } = albumNamed(name)!;
      return { holder, album, name: textIn(library.get(albumDocumentId(name))?.body, 'name'), count };
    });
}

/** The albums with members that contain a photo, including those the viewer can’t see. */
function albumsOf(library: Library, access: ItemAccess, stored: StoredPhoto): Set<string> {
  const claims = claimsOf(library, stored);
  const entries = claims?.entries.filter((entry) => access.isInAlbum(claims.item, entry)) ?? [];
  return new Set(entries.map(({ album }) => album));
}

/** What a photo claims about who sees it. */
export const claimsOf = (library: Library, { document, item, body }: StoredPhoto): ItemClaims | undefined =>
  readItem(item, body as unknown as Body, library.controls.endsOf(document));

/** Whether others may see a photo if its holder shares it: it is neither in the trash nor locked. */
export const isShareable = (claims: ItemClaims | undefined): boolean =>
  claims !== undefined && !claims.trashed && !claims.locked;

const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** Whether an album contains a photo, according to the photo's document and the album’s members. */
export function entryIn(library: Library, photo: StoredPhoto, album: string): boolean {
  const access = itemAccess(library);
  const claims = claimsOf(library, photo);
  return claims?.entries.some((entry) => entry.album === album && access.isInAlbum(claims.item, entry)) === true;
}

type Holding = Pick<MemberAlbums, 'change'> & {
  /** Without a name: an untitled album. */
  create(viewer: Viewer, holder: Holder, name?: string): MemberAlbum;
};

function openHolding({ library, clock, state, changing, held, seen, setOf }: Core): Holding {
  const nextId = monotonicFactory();

  function write(viewer: Viewer, album: string, change: MemberAlbumChange): void {
    const { name, description, cover, removed, ...order } = change;
    library.update(albumDocumentId(album), (body) => {
      const [at, by] = [library.stampAfter(body), authorOf(viewer)];
      const sees = { [peopleId]: setOf(peopleId), [membersId(album)]: setOf(membersId(album)) };
      const made = { format, kind: 'own-album', added: new Date(clock.now()).toISOString() } as Body;
      return withRegisters<Body>(withSight(body ?? made, sees, { at, by }), {
        ...(name !== undefined && { name: { value: nameOf(name), at, by } }),
        ...(description !== undefined && { description: { value: wellFormed(description.trim()), at, by } }),
        ...(cover !== undefined && { cover: { value: cover ?? '', at, by } }),
        ...(removed !== undefined && { removed: { value: removed, at, by } }),
        ...orderRegisters(order, at, by),
      });
    });
  }

  return {
    create: (viewer, holder, name) =>
      changing(() => {
        if (!actsFor(viewer, holder, state())) throw forbidden('You can’t create albums for other people.');
        if (library.count(`${prefix}${holder}:`) >= most)
          throw new PhotospoolError('conflict', `You can have at most ${most} albums.`, { hint: 'Remove one first.' });
        const album = `${holder}:${nextId(clock.now())}`;
        write(viewer, album, { ...(name !== undefined && { name }) });
        const body = library.get(albumDocumentId(album))?.body;
        return {
          ...{ album, holder, name: textIn(body, 'name'), added: textOf(own(body, 'added')) },
          ...{ right: 'holder' as const, sort: sortIn(body), members: [] },
        };
      }),
    change: (viewer, album, change) =>
      changing(() => {
        // A removed album exists only for those who may restore it.
        const holder = albumNamed(album)?.holder;
        const isBack = change.removed === false && library.get(albumDocumentId(album)) !== undefined;
        if (!isBack || holder === undefined || !actsFor(viewer, holder, state())) held(viewer, album);
        if (typeof change.cover === 'string') {
          const [cover] = visibleTo(library, viewer, readPhotos(library, [change.cover]));
          if (!cover || !entryIn(library, cover, album)) throw notFound('This photo is not in the album.');
        }
        write(viewer, album, change);
        if (change.removed !== true) seen(viewer, album);
      }),
  };
}

function nameOf(text: string): string {
  const name = elementOf(text);
  if (name !== undefined) return wellFormed(name);
  throw new PhotospoolError('invalid', 'The name of an album must have 1 to 200 characters.', { op: 'album' });
}

function openMembers({
  state,
  changing,
  seen,
  held,
  setOf,
  writeMembers,
  writeRight,
}: Core): Pick<MemberAlbums, 'give' | 'end'> {
  return {
    give: (viewer, album, person, right) =>
      changing(() => {
        held(viewer, album);
        const { access } = state();
        const { holder } = albumNamed(album)!;
        if (!access.isMember(person) || person === holder) throw notFound('This person doesn’t exist.');
        writeRight(viewer, album, person, right);
      }),
    end: (viewer, album, person) =>
      changing(() => {
        // A person who leaves need not be the holder.
        if (viewer.role === 'program' || viewer.person !== person) held(viewer, album);
        else seen(viewer, album);
        const has = setOf(membersId(album)).gives.some(({ to }) => to === `person:${person}`);
        if (!has) return false;
        const before = state().access.albumRight(album, person);
        writeMembers(viewer, album, (body, author) => withEnd(body, `person:${person}`, author));
        return before !== undefined;
      }),
  };
}

function openEntries(core: Core): Pick<MemberAlbums, 'checkAdding' | 'add' | 'takeOut'> {
  const { library, gate, state, changing, seen, setOf, writeMembers, writeRight } = core;

  /** Runs `work` for each photo visible to the viewer; it returns false if they lack the permission. */
  function each(
    viewer: Viewer,
    ids: readonly string[],
    work: (photo: StoredPhoto) => boolean | 'same',
  ): EntriesChanged {
    const wanted = [...new Set(ids)];
    const photos = visibleTo(library, viewer, readPhotos(library, wanted));
    const known = new Set(photos.map(({ id }) => id));
    const done = photos.map((photo) => ({ id: photo.id, became: work(photo) }));
    const those = (which: boolean | 'same'): string[] =>
      done.filter(({ became }) => became === which).map(({ id }) => id);
    const unchanged = those('same');
    return {
      changed: those(true).length,
      missing: wanted.filter((id) => !known.has(id)),
      refused: those(false),
      ...(unchanged.length > 0 && { unchanged }),
    };
  }

  function writeEdits(
    viewer: Viewer,
    { document }: StoredPhoto,
    change: (edits: object, author: Author) => object,
    along: (document: PhotoDocument) => PhotoDocument = (document) => document,
  ): void {
    library.update<PhotoDocument>(document, (body) => {
      if (!body) return undefined;
      const author = { at: library.stampAfter(body), by: authorOf(viewer) };
      return along({ ...body, edits: change(body.edits, author) });
    });
  }

  return {
    checkAdding(viewer, album, holder) {
      demandPeopleLibraries(gate);
      seen(viewer, album);
      if (!mayPutInto(viewer, album, holder, state())) throw forbidden('You can’t add these photos to this album.');
    },
    add: (viewer, album, ids, along) =>
      changing(() => {
        if (seen(viewer, album) === 'view') throw forbidden('You can’t add photos to this album.');
        return each(viewer, ids, (photo) => {
          const { holder } = photo.item;
          if (!isShareable(claimsOf(library, photo))) return false;
          if (mayJoinToAdd(viewer, album, holder, state())) writeRight(viewer, album, holder, 'add');
          if (!mayPutInto(viewer, album, holder, state())) return false;
          if (entryIn(library, photo, album)) return 'same';
          const sees = { [peopleId]: setOf(peopleId), [membersId(album)]: setOf(membersId(album)) };
          writeEdits(
            viewer,
            photo,
            (edits, author) => withGive(edits, { to: album, what: 'entry' }, author, sees),
            along && ((document) => along(photo, document)),
          );
          return true;
        });
      }),
    takeOut: (viewer, album, ids) =>
      changing(() => {
        const isHolder = seen(viewer, album) === 'holder';
        return each(viewer, ids, (photo) => {
          const isOwn = actsFor(viewer, photo.item.holder, state());
          if (!isOwn && !isHolder) return false;
          if (!entryIn(library, photo, album)) return 'same';
          if (isOwn) writeEdits(viewer, photo, (edits, author) => withEnd(edits, album, author));
          else writeMembers(viewer, album, (body, author) => withEnd(body, `item:${photo.id}`, author));
          return true;
        });
      }),
  };
}

/** Albums of a selection: made with their photos. */
function openSelections(
  { library, gate, state, changing }: Core,
  { create }: Holding,
  { add }: Pick<MemberAlbums, 'add'>,
): Pick<MemberAlbums, 'createOf' | 'holderOf'> {
  function holderOf(viewer: Viewer, ids: readonly string[]): Holder {
    demandPeopleLibraries(gate);
    const wanted = [...new Set(ids)];
    const photos = visibleTo(library, viewer, readPhotos(library, wanted));
    if (photos.length < wanted.length) throw notFound('One of these photos doesn’t exist.');
    const [holder, ...others] = new Set(photos.map(({ item }) => item.holder));
    if (holder === undefined || others.length > 0)
      throw new PhotospoolError('invalid', 'Photos from different libraries can’t be shared together.');
    if (!actsFor(viewer, holder, state())) throw forbidden('You can share only your own photos.');
    if (!photos.every((photo) => isShareable(claimsOf(library, photo))))
      throw new PhotospoolError('conflict', 'Photos in the trash can’t be shared.', { hint: 'Restore them first.' });
    return holder;
  }

  return {
    holderOf,
    createOf: (viewer, ids, name) =>
      changing(() => {
        const album = create(viewer, holderOf(viewer, ids), name);
        add(viewer, album.album, [...new Set(ids)]);
        return album;
      }),
  };
}

/** Whether a text names a holder, as routes and commands do: `house`, or a person's ULID. */
export const isHolderName = (text: string): boolean => text === house || /^[0-9A-HJKMNP-TV-Z]{26}$/.test(text);
