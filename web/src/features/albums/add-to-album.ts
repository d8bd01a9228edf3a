/**
 * Adds photos from any library to the album of a name: into one with members that takes all of them, or a new one of
 * the house if an owner adds photos of both libraries. Otherwise photos of the house go into its album of that name,
 * the viewer's own into an album with members of that name or else into a new one. Photos that no album of the name
 * takes are left out, and the message says how many. One undo reverts all of it.
 */
import type { MemberAlbum } from '../../../../src/api/answer-types.js';
import { ApiError, toApiError } from '../../lib/api.js';
import { inParts, makeChanges, pack, type PhotosChange } from '../../lib/edits/edit-request.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';
import { session } from '../../lib/session.svelte.js';
import { fetchFacet } from '../selection/fetch-facets.js';
import { optionsFor, planAdding, type Adder, type Adding, type AlbumOption, type Held } from './album-targets.js';
import {
  addToAlbum,
  changeMemberAlbum,
  fetchMemberAlbums,
  makeAlbum,
  makeAlbumOf,
  nameOfAlbum,
  takeFromAlbum,
} from './member-albums-api.js';

const adder = (): Adder => ({
  ...{ person: session.now?.person?.id, edits: session.may('edit') },
  owns: session.now?.role === 'owner',
});

/** The albums with members; none for people who see no albums. @throws ApiError */
const fetchShared = (): Promise<MemberAlbum[]> => (session.may('albums') ? fetchMemberAlbums() : Promise.resolve([]));

/**
 * The albums to choose from for photos. Never rejects: without those with members, it still offers those of the house.
 */
export async function fetchOptions(photos: readonly Held[]): Promise<AlbumOption[]> {
  const [shared, named] = await Promise.all([fetchShared().catch(() => []), fetchFacet('albums').catch(() => [])]);
  return optionsFor(photos, { shared, named }, adder());
}

/** The result: how many photos were added, and how many were refused or are missing. */
interface Added {
  count: number;
  refused: number;
}

/** Adds some photos. Calls `keep` after each request with its undo. @throws ApiError */
type Part = (keep: (back: () => Promise<unknown>) => void) => Promise<Added>;

/** Puts photos into an album with members; those that were in it already stay when it is undone. */
const intoShared =
  (album: string, ids: readonly string[]): Part =>
  async (keep) => {
    const { changed, refused, missing } = await addToAlbum(album, ids, (added) =>
      keep(() => takeFromAlbum(album, added)),
    );
    return { count: changed, refused: refused.length + missing.length };
  };

const intoNew =
  (name: string, ids: readonly string[]): Part =>
  async (keep) => {
    await makeAlbumOf(ids, name, (album) => keep(() => changeMemberAlbum(nameOfAlbum(album), { removed: true })));
    return { count: ids.length, refused: 0 };
  };

const intoHouse =
  (name: string, ids: readonly string[]): Part =>
  async (keep) => {
    const album = nameOfAlbum(await makeAlbum(name, true));
    keep(() => changeMemberAlbum(album, { removed: true }));
    const { changed, refused, missing } = await addToAlbum(album, ids);
    return { count: changed, refused: refused.length + missing.length };
  };

const intoNamed =
  (name: string, ids: readonly string[]): Part =>
  async (keep) => {
    const added = new Set<string>();
    let others = 0;
    for (const each of pack(inParts(ids, { albums: { add: [name] } }))) {
      const { undo, missing, refused = [] } = await makeChanges(each, undefined);
      keep(() => takeBackNamed(undo));
      // Photos that were in it already have no inverse.
      for (const id of undo.flatMap((one) => one.ids)) added.add(id);
      others += new Set([...missing, ...refused]).size;
    }
    return { count: added.size, refused: others };
  };

async function takeBackNamed(undo: readonly PhotosChange[]): Promise<void> {
  for (const each of pack(undo)) await makeChanges(each, undefined);
}

/** Where photos go. @throws ApiError, `not-found` if the chosen album no longer exists */
async function planNow(photos: readonly Held[], name: string, chosen: string | undefined): Promise<Adding> {
  const isHouse = adder().edits && photos.every(({ holder }) => holder === undefined || holder === 'house');
  // Looked up again, because an album created in the meantime must not be created twice.
  const albums = await fetchShared().catch((error: unknown) => {
    // Photos of the house wait for the server with the name alone (docs/offline.md).
    if (chosen === undefined && isHouse && toApiError(error).code === 'offline') return [];
    throw error;
  });
  const album = albums.find((one) => nameOfAlbum(one) === chosen);
  if (chosen !== undefined && !album) throw new ApiError('not-found', m.albums.gone);
  const named = isHouse || chosen !== undefined ? [] : await fetchFacet('albums');
  return planAdding(photos, album?.name ?? name, { shared: albums, named }, adder(), chosen);
}

/**
 * Adds photos to the album of a name, creating it if there is none, and reports it; true if any of them is in it now.
 * `chosen`: an album with members that is meant. Never rejects.
 */
export async function addPhotos(photos: readonly Held[], name: string, chosen?: string): Promise<boolean> {
  const plan = await planNow(photos, name, chosen).catch(fail);
  if (!plan) return false;
  const left = plan.left.length;
  if (plan.shared.size + plan.own.length + plan.house.length === 0 && plan.named.length > 0) {
    // Such an edit also waits for the server, and is undone in order.
    const label = m.edits.intoAlbum(plan.named.length, name);
    const done = await edits.do(plan.named, { albums: { add: [name] } }, label);
    if (done && left > 0 && edits.said) edits.say({ ...edits.said, text: withLeft(edits.said.text, left) });
    return done;
  }
  const ids = photos.map(({ id }) => id);
  return report({ ids, name, left, told: showsOwn(photos, plan) ? m.edits.intoFamilyAlbum : m.edits.intoAlbum }, [
    ...[...plan.shared].map(([album, ids]) => intoShared(album, ids)),
    ...(plan.own.length > 0 ? [intoNew(name, plan.own)] : []),
    ...(plan.house.length > 0 ? [intoHouse(name, plan.house)] : []),
    ...(plan.named.length > 0 ? [intoNamed(name, plan.named)] : []),
  ]);
}

/** Adds photos to an album with members, and reports it; true if any of them is in it now. Never rejects. */
export const addToShared = (ids: readonly string[], album: string, name: string): Promise<boolean> =>
  report({ ids, name, left: 0, told: m.edits.intoAlbum }, [intoShared(album, ids)]);

/** The result, and how many photos were left out. */
const withLeft = (said: string, left: number): string =>
  left === 0 ? said : m.albums.then(said, m.albums.pickRefused(left));

function fail(error: unknown): undefined {
  edits.say({ text: m.edits.failed, trouble: toApiError(error) });
}

/** Whether the viewer's own photos go into an album of the house, where the other owners then see them. */
function showsOwn(photos: readonly Held[], { house: together, shared }: Adding): boolean {
  const ofHouse = [...shared].flatMap(([album, ids]) => (album.startsWith('house:') ? ids : []));
  const seen = new Set([...together, ...ofHouse]);
  return photos.some(({ id, holder = 'house' }) => holder !== 'house' && seen.has(id));
}

/** The report on added photos: `left` is the number of those in no part, `told` says how many are in the album. */
interface Reported {
  ids: readonly string[];
  name: string;
  left: number;
  told: (count: number, album: string) => string;
}

/** Adds one part after the other; completed requests are undone if a later one fails. */
async function report({ ids, name, left, told }: Reported, parts: readonly Part[]): Promise<boolean> {
  const done: Added[] = [];
  const backs: (() => Promise<unknown>)[] = [];
  const takeBack = async (): Promise<void> => {
    for (const back of backs) await back();
  };
  try {
    for (const part of parts) done.push(await part((back) => backs.push(back)));
  } catch (error) {
    await takeBack().catch(() => undefined);
    fail(error);
    return false;
  }
  const count = done.reduce((sum, one) => sum + one.count, 0);
  const refused = done.reduce((sum, one) => sum + one.refused, left);
  if (refused === ids.length) {
    fail(new ApiError('forbidden', m.albums.pickRefused(refused)));
    return false;
  }
  const label = told(count, name);
  const undo = async (): Promise<void> => {
    await takeBack();
    edits.say({ text: m.edits.undone(label) });
    edits.tell(ids);
  };
  const text = withLeft(count === 0 ? m.edits.nothing : label, refused);
  edits.say(count === 0 ? { text } : { text, act: { label: m.edits.undo, do: undo } });
  edits.tell(ids);
  return true;
}
