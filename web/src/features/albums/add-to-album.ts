/**
 * Adds photos to the album of a name, whatever libraries they are from: photos of the house go into its album of that
 * name, the viewer's own into an album with members of that name or else into a new one. What no album of the name takes
 * is left out, and the message says so. One undo takes back all of it.
 */
import type { MemberAlbum } from '../../../../src/api/answer-types.js';
import { ApiError, toApiError } from '../../lib/api.js';
import { inParts, makeChanges, pack, type PhotosChange } from '../../lib/edits/edit-request.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { m } from '../../lib/messages.js';
import { session } from '../../lib/session.svelte.js';
import { fetchFacet } from '../selection/fetch-facets.js';
import { optionsFor, planAdding, type Adder, type AlbumOption, type Held } from './album-targets.js';
import {
  addToAlbum,
  changeMemberAlbum,
  fetchMemberAlbums,
  makeAlbumOf,
  nameOfAlbum,
  takeFromAlbum,
} from './member-albums-api.js';

const adder = (): Adder => ({ person: session.now?.person?.id, edits: session.may('edit') });

/** The albums with members. Never rejects: without them, the photos of the house have their albums still. */
const fetchShared = (): Promise<MemberAlbum[]> =>
  session.may('albums') ? fetchMemberAlbums().catch(() => []) : Promise.resolve([]);

/** The albums to choose from for photos. Never rejects. */
export async function fetchOptions(photos: readonly Held[]): Promise<AlbumOption[]> {
  const [shared, named] = await Promise.all([fetchShared(), fetchFacet('albums').catch(() => [])]);
  return optionsFor(photos, { shared, named }, adder());
}

/** What was added: how many photos, how many were refused, and how to take it back. */
interface Added {
  count: number;
  refused: number;
  back: () => Promise<unknown>;
}

/** Puts photos into an album with members; those that were in it already stay when it is undone. */
async function intoShared(album: string, ids: readonly string[]): Promise<Added> {
  const { changed, refused, missing, unchanged } = await addToAlbum(album, ids);
  const others = new Set([...refused, ...missing, ...unchanged]);
  return {
    ...{ count: changed, refused: refused.length + missing.length },
    back: () =>
      takeFromAlbum(
        album,
        ids.filter((id) => !others.has(id)),
      ),
  };
}

async function intoNew(name: string, ids: readonly string[]): Promise<Added> {
  const album = nameOfAlbum(await makeAlbumOf(ids, name));
  return { count: ids.length, refused: 0, back: () => changeMemberAlbum(album, { removed: true }) };
}

async function intoNamed(name: string, ids: readonly string[]): Promise<Added> {
  const undo: PhotosChange[] = [];
  let refused = 0;
  for (const each of pack(inParts(ids, { albums: { add: [name] } }))) {
    const changed = await makeChanges(each, undefined);
    undo.push(...changed.undo);
    refused += changed.refused?.length ?? 0;
  }
  const back = async (): Promise<void> => {
    for (const each of pack(undo)) await makeChanges(each, undefined);
  };
  return { count: ids.length - refused, refused, back };
}

/**
 * Adds photos to the album of a name, creating it if there is none, and reports it; true if any of them is in it now.
 * `chosen`: an album with members that is meant. Never rejects.
 */
export async function addPhotos(photos: readonly Held[], name: string, chosen?: string): Promise<boolean> {
  // Anew: one that was made meanwhile must not be made again.
  const plan = planAdding(photos, name, await fetchShared(), adder(), chosen);
  const isNamedAlone = plan.shared.size + plan.own.length === 0 && plan.named.length > 0;
  if (isNamedAlone) {
    const said = textOf(plan.named.length, plan.left.length, name);
    // Such an edit also waits for the server, and is undone in order.
    return edits.do(plan.named, { albums: { add: [name] } }, said);
  }
  const ids = photos.map(({ id }) => id);
  return report(ids, name, plan.left.length, [
    ...[...plan.shared].map(
      ([album, ids]) =>
        () =>
          intoShared(album, ids),
    ),
    ...(plan.own.length > 0 ? [() => intoNew(name, plan.own)] : []),
    ...(plan.named.length > 0 ? [() => intoNamed(name, plan.named)] : []),
  ]);
}

/** Adds photos to an album with members, and reports it; true if any of them is in it now. Never rejects. */
export const addToShared = (ids: readonly string[], album: string, name: string): Promise<boolean> =>
  report(ids, name, 0, [() => intoShared(album, ids)]);

const textOf = (count: number, left: number, name: string): string =>
  left === 0 ? m.edits.intoAlbum(count, name) : `${m.edits.intoAlbum(count, name)}. ${m.albums.pickRefused(left)}`;

/** Adds one part after the other; all of it is taken back if one fails. `left`: the number of photos in no part. */
async function report(
  ids: readonly string[],
  name: string,
  left: number,
  parts: readonly (() => Promise<Added>)[],
): Promise<boolean> {
  const done: Added[] = [];
  const takeBack = async (): Promise<void> => {
    for (const { back } of done) await back();
  };
  try {
    for (const part of parts) done.push(await part());
  } catch (error) {
    await takeBack().catch(() => undefined);
    edits.say({ text: m.edits.failed, trouble: toApiError(error) });
    return false;
  }
  const count = done.reduce((sum, one) => sum + one.count, 0);
  const refused = done.reduce((sum, one) => sum + one.refused, left);
  if (refused === ids.length) {
    edits.say({ text: m.edits.failed, trouble: new ApiError('forbidden', m.albums.pickRefused(refused)) });
    return false;
  }
  const text = textOf(count, refused, name);
  const undo = async (): Promise<void> => {
    await takeBack();
    edits.say({ text: m.edits.undone(text) });
    edits.tell(ids);
  };
  edits.say(count === 0 ? { text: m.edits.nothing } : { text, act: { label: m.edits.undo, do: undo } });
  edits.tell(ids);
  return true;
}
