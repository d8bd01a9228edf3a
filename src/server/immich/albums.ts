/**
 * Albums in the Immich-compatible API: those of the house that exist by name, and albums with members. Permissions are
 * those of the page: only people can change albums with members, and viewers with the right to edit photos of the house
 * can put them into albums by name. Photos that the client sent and that are still in the spool are added when they are
 * recorded.
 */
import { Type } from 'typebox';
import { authorOf, may, type Viewer } from '../../access/permissions.js';
import { searchOfNamed } from '../../album/arrange-photos.js';
import { editShots } from '../../album/edit-shots.js';
import { openMemberAlbums, type MemberAlbum, type MemberAlbums } from '../../album/member-albums.js';
import { sightOf } from '../../album/visibility.js';
import { yieldToEventLoop } from '../../base/async/yield.js';
import { notFound, PhotospoolError, toPhotospoolError } from '../../base/errors.js';
import { parseQuery } from '../../catalog/search-parser.js';
import type { Query } from '../../catalog/query.js';
import { elementOf } from '../../document/field-validation.js';
import { house, isPerson, type Holder } from '../../document/item-id.js';
import type { AwaitedChange } from '../../library/awaited-photos.js';
import type { App, Context } from '../context.js';
import { receiverOf } from '../files/upload-receiver.js';
import { findAwaited } from './awaited.js';
import { addCall, client, type Calls } from './calls.js';
import { findAssets } from './find-assets.js';
import { isOwn, ownerOf, userOf } from './people.js';
import { albumUuid, assetUuid } from './uuids.js';

/** An album that exists for a viewer. */
export type SeenAlbum = { id: string; name: string; count: number } & ({ named: string } | { member: MemberAlbum });

const membersIn = ({ library, clock, gate }: Context): MemberAlbums => openMemberAlbums({ library, clock, gate });

/** The current state of an album with members; undefined if it does not exist for the viewer. */
export function memberAlbum(context: Context, who: Viewer, album: string): MemberAlbum | undefined {
  if (context.gate?.state().on !== true) return undefined;
  try {
    return membersIn(context).find(who, album);
  } catch (error) {
    if (toPhotospoolError(error, 'read', album).code === 'not-found') return undefined;
    throw error;
  }
}

/** The holder of an album. */
export const holderOf = (album: SeenAlbum): Holder => ('member' in album ? album.member.holder : house);

/** The people of an album as users, its owner first; and, for its holder on the page, its members with their rights. */
export function usersOf(context: Context, who: Viewer, album: SeenAlbum) {
  const members = 'member' in album && may(who, 'albums') ? (album.member.members ?? []) : [];
  return [
    { user: userOf(context, ownerOf(who, holderOf(album))), role: 'owner' },
    ...members.flatMap(({ person, right }) =>
      right ? [{ user: userOf(context, person), role: right === 'add' ? 'editor' : 'viewer' }] : [],
    ),
  ];
}

/** Whether an album is shared, from the point of view of the viewer. */
const isShared = (who: Viewer, album: SeenAlbum): boolean =>
  ('member' in album && (album.member.members ?? []).length > 0) || !isOwn(who, holderOf(album));

/** The search that finds the photos of an album. */
export const searchOf = (album: SeenAlbum): Query =>
  'named' in album ? searchOfNamed(album.named) : parseQuery(`in:${album.member.album}`);

/** The albums that exist for a viewer, by name, without their newest photos. */
export async function albumsFor(context: Context, who: Viewer): Promise<SeenAlbum[]> {
  const { catalog, gate, ask } = context;
  if (!may(who, 'see')) return emptyOf(context, who);
  const named = catalog
    .facet('album', await ask('', 'values', who), sightOf(who))
    .map(({ value, count }) => ({ id: albumUuid({ named: value }), name: value, count, named: value }));
  const known = new Set(named.map(({ name }) => name));
  const members = gate?.state().on === true ? membersIn(context).list(who) : [];
  const counts = catalog.albums(members, sightOf(who));
  return [
    ...named,
    ...emptyOf(context, who).filter(({ name }) => !known.has(name)),
    ...members.map((member, n) => ({
      ...{ id: albumUuid({ album: member.album }), name: member.name, count: counts[n]?.count ?? 0, member },
    })),
  ].sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
}

const emptyOf = ({ library }: Context, who: Viewer): (SeenAlbum & { named: string })[] =>
  library.local.emptyAlbums
    .list(authorOf(who))
    .map((name) => ({ id: albumUuid({ named: name }), name, count: 0, named: name }));

/** An album by its UUID. @throws PhotospoolError `not-found` if it does not exist for the viewer. */
export async function albumWith(context: Context, who: Viewer, id: string): Promise<SeenAlbum> {
  const found = (await albumsFor(context, who)).find((album) => album.id === id);
  if (found) return found;
  throw notFound('This album doesn’t exist.');
}

/** An album as JSON. */
export function albumJson(context: Context, who: Viewer, album: SeenAlbum) {
  const { catalog } = context;
  const { id, name, count } = album;
  const member = 'member' in album ? album.member : undefined;
  const [newest, oldest] = datesIn(context, who, album);
  const added = member?.added || new Date(0).toISOString();
  const cover = member?.cover ?? (count > 0 ? coverOf(catalog, who, album) : undefined);
  return {
    ...{ id, albumName: name, description: member?.description ?? '', assetCount: count },
    albumThumbnailAssetId: cover === undefined ? null : assetUuid(cover),
    albumUsers: usersOf(context, who, album),
    ...{ createdAt: added, updatedAt: added, hasSharedLink: false, isActivityEnabled: false, order: 'desc' },
    shared: isShared(who, album),
    ...(newest !== undefined && { endDate: newest, startDate: oldest }),
  };
}

const coverOf = (catalog: Context['catalog'], who: Viewer, album: SeenAlbum): string | undefined =>
  catalog.tiles(searchOf(album), { limit: 1, viewer: sightOf(who) }).tiles[0]?.id;

/** When the newest and the oldest photo of an album were taken. */
function datesIn({ catalog }: Context, who: Viewer, album: SeenAlbum): string[] {
  const months = album.count === 0 ? [] : catalog.months(searchOf(album), sightOf(who));
  return months.length === 0 ? [] : [months[0]!, months.at(-1)!].map(({ month }) => `${month}-01T00:00:00.000Z`);
}

/** Entries of an album with members that are changed in one transaction. */
const batch = 500;

const Name = Type.String({ minLength: 1, maxLength: 200 });
const Ids = Type.Object({ ids: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 10_000 }) });
const NewAlbum = Type.Object({
  albumName: Name,
  description: Type.Optional(Type.Union([Type.String({ maxLength: 8_000 }), Type.Null()])),
  assetIds: Type.Optional(Ids.properties.ids),
});

/** `albums/…` */
export const albums: Calls = (app, context) => {
  addCall(app, { method: 'GET', path: '/albums', needs: 'client' }, async (request) => {
    const who = client(request);
    const { assetId, isOwned, isShared: shared, name } = request.query;
    const inAlbum = assetId === undefined ? undefined : (await findAssets(context, who, [assetId]))[0];
    const shown = [];
    for (const album of await albumsFor(context, who)) {
      await yieldToEventLoop();
      if (assetId !== undefined && !(inAlbum && holds(context, who, album, inAlbum.id))) continue;
      if (name !== undefined && album.name !== name) continue;
      const json = albumJson(context, who, album);
      const owned = isOwn(who, holderOf(album));
      if (isOwned !== undefined && String(owned) !== isOwned) continue;
      if (shared === undefined || String(json.shared) === shared) shown.push(json);
    }
    return shown;
  });

  addCall(app, { method: 'GET', path: '/albums/statistics', needs: 'client' }, async (request) => {
    const who = client(request);
    const all = await albumsFor(context, who);
    const owned = all.filter((album) => isOwn(who, holderOf(album))).length;
    const shared = all.filter((album) => isShared(who, album)).length;
    return { owned, shared, notShared: all.length - shared };
  });

  addCall(app, { method: 'GET', path: '/albums/:id', needs: 'client' }, async (request) => {
    const who = client(request);
    return albumJson(context, who, await albumWith(context, who, request.params['id']!));
  });

  changes(app, context);
};

const holds = ({ catalog }: Context, who: Viewer, album: SeenAlbum, id: string): boolean =>
  catalog.tile(id, searchOf(album), sightOf(who)) !== undefined;

function changes(app: App, context: Context): void {
  addCall(app, { method: 'POST', path: '/albums', needs: 'client', body: NewAlbum, status: 201 }, async (request) => {
    const who = client(request);
    const { albumName, description, assetIds = [] } = request.body;
    const album = make(context, who, albumName);
    if ('member' in album && description) membersIn(context).change(who, album.member.album, { description });
    if (assetIds.length > 0) await put(context, who, album, assetIds);
    return albumJson(context, who, await albumWith(context, who, album.id));
  });

  addCall(app, { method: 'PUT', path: '/albums/:id/assets', needs: 'client', body: Ids }, async (request) => {
    const who = client(request);
    return put(context, who, await albumWith(context, who, request.params['id']!), request.body.ids);
  });

  addCall(app, { method: 'DELETE', path: '/albums/:id/assets', needs: 'client', body: Ids }, async (request) => {
    const who = client(request);
    const album = await albumWith(context, who, request.params['id']!);
    const found = await findAssets(context, who, request.body.ids);
    const ids = found.map(({ id }) => id);
    const result =
      'named' in album
        ? await editShots(context, who, [{ ids, albums: { remove: [album.named] } }], false)
        : await inBatches(ids, (some) => membersIn(context).takeOut(who, album.member.album, some));
    return outcomes(request.body.ids, found, result);
  });
}

/**
 * Creates an album in the library of the viewer’s uploads. @throws PhotospoolError `forbidden`, `invalid`, `conflict`.
 */
function make(context: Context, who: Viewer, text: string): SeenAlbum {
  const { library } = context;
  const holder: Holder = receiverOf(who, undefined, context);
  if (isPerson(holder)) {
    const member = membersIn(context).create(who, holder, text);
    return { id: albumUuid({ album: member.album }), name: member.name, count: 0, member };
  }
  const name = elementOf(text);
  if (name === undefined) throw new PhotospoolError('invalid', 'The name of an album must have 1 to 200 characters.');
  if (!may(who, 'edit')) throw new PhotospoolError('forbidden', 'You can’t create albums of the family library.');
  library.local.emptyAlbums.add(authorOf(who), name);
  return { id: albumUuid({ named: name }), name, count: 0, named: name };
}

/** Changes the entries of an album with members, in batches; without any, checks whether that is allowed. */
async function inBatches(
  ids: readonly string[],
  change: (some: readonly string[]) => { refused: string[] },
): Promise<{ refused: string[] }> {
  const refused = [...change(ids.slice(0, batch)).refused];
  for (let at = batch; at < ids.length; at += batch) {
    await yieldToEventLoop();
    refused.push(...change(ids.slice(at, at + batch)).refused);
  }
  return { refused };
}

/** The outcome for one photo. */
interface Outcome {
  id: string;
  success: boolean;
  error?: 'not_found' | 'no_permission' | 'duplicate';
}

/** Puts photos into an album, now or when they are recorded. */
async function put(context: Context, who: Viewer, album: SeenAlbum, uuids: readonly string[]): Promise<Outcome[]> {
  const { library } = context;
  const found = await findAssets(context, who, uuids);
  const ids = found.map(({ id }) => id);
  const result =
    'named' in album
      ? await editShots(context, who, [{ ids, albums: { add: [album.named] } }], false)
      : await inBatches(ids, (some) => membersIn(context).add(who, album.member.album, some));
  if ('named' in album && ids.length > 0) library.local.emptyAlbums.remove(authorOf(who), album.named);
  const change: AwaitedChange = 'named' in album ? { named: [album.named] } : { albums: [album.member.album] };
  const known = new Set(found.map(({ uuid }) => uuid));
  const awaited = new Set(
    library.transaction(() => uuids.filter((uuid) => !known.has(uuid) && waitFor(context, who, uuid, change))),
  );
  return outcomes(uuids, found, result, awaited);
}

/** Puts a photo into an album when it is recorded; false if another client sent it, or it was put into too many albums. */
function waitFor({ library, awaited }: Context, who: Viewer, uuid: string, change: AwaitedChange): boolean {
  const photo = findAwaited(library, who, uuid);
  if (!photo || !library.local.awaited.takesAlbums(photo, change)) return false;
  awaited.change(photo, change);
  return true;
}

/** The outcomes in the order of the request. */
function outcomes(
  uuids: readonly string[],
  found: readonly { uuid: string; id: string }[],
  { refused = [] }: { refused?: readonly string[] },
  awaited: ReadonlySet<string> = new Set(),
): Outcome[] {
  const idOf = new Map(found.map(({ uuid, id }) => [uuid, id]));
  const isRefused = new Set(refused);
  return uuids.map((uuid) => {
    const id = idOf.get(uuid);
    if (id === undefined)
      return awaited.has(uuid) ? { id: uuid, success: true } : { id: uuid, success: false, error: 'not_found' };
    return isRefused.has(id) ? { id: uuid, success: false, error: 'no_permission' } : { id: uuid, success: true };
  });
}
