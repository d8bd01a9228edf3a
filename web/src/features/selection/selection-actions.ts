/** The actions for photos, each with its key and the right that it needs, in the order of the bar. */
import type { IconName } from '../../lib/ui/Icon.svelte';
import { albumOfSearch } from '../../lib/album-search.js';
import { addressed, ask, type Tile, toApiError } from '../../lib/api.js';
import { edits } from '../../lib/edits/undo-stack.svelte.js';
import { copiedEdits } from '../edit/copied-edits.svelte.js';
import { m, withMessages } from '../../lib/messages.js';
import { isInTrash } from '../../lib/named-searches.js';
import { openShare } from '../sharing/open-share.svelte.js';
import { type Action, session } from '../../lib/session.svelte.js';
import { isSavable, mayWith, mayWithAll } from '../timeline/tile-rights.js';
import { comparing } from '../viewer/comparing.svelte.js';
import { downloadOriginals, startDownload } from './download-photos.js';
import { saveToLibrary } from './save-photos.js';

/** The required properties of a photo. */
export interface Chosen {
  id: string;
  taken: string;
  /** The person who holds it; undefined for photos of the house. */
  holder?: string | undefined;
  favourite?: boolean | undefined;
  edited?: boolean | undefined;
  /** Who can see it; undefined for private. */
  audience?: 'private' | 'family' | 'public' | undefined;
  /** The MIME type, if it is known already. */
  type?: string | undefined;
  /** The burst that it stands for in a timeline. */
  burst?: Tile['burst'] | undefined;
  /** Its place, if that is already known. */
  gps?: { lat: number; lon: number };
}

/** Panels with a form for the action. */
export type PanelName = 'tags' | 'albums' | 'audience' | 'rating' | 'date' | 'place' | 'handOver' | 'lock' | 'purge';

/** An action on photos. */
export interface Act {
  name:
    | PanelName
    | 'share'
    | 'save'
    | 'favourite'
    | 'rotateLeft'
    | 'rotateRight'
    | 'pasteEdits'
    | 'cover'
    | 'takeOut'
    | 'compare'
    | 'download'
    | 'originals'
    | 'trash'
    | 'archive'
    | 'unarchive'
    | 'reviewed'
    | 'restored';
  icon: IconName;
  label: string;
  key: string | undefined;
  needs: Action;
  /** Runs it at once, for photos found by a search, seen as `tiles`; undefined for actions that open a panel. */
  do?: (photos: readonly Chosen[], q: string, tiles: readonly Chosen[]) => Promise<boolean>;
  /** True for an action on exactly one photo. */
  one?: true;
  /** True for an action that only affects edited pictures. */
  edited?: true;
  /** True for an action that needs an account. */
  person?: true;
  /** True for an action on exactly two photos. */
  two?: true;
  /** Whether it is offered for these photos; default: if the viewer may perform it on all of them. */
  offer?: (photos: readonly Tile[]) => boolean;
  /** True for actions with their own button; the others are in the menu. */
  near?: true;
  /** The word below the icon, if the label is too long. */
  word?: string;
  /** The searches in which it is useful; default: all. */
  where?: RegExp;
}

/** Marks photos as favourites; if all tiles show the mark, removes it. */
export function favour(photos: readonly Chosen[], tiles = photos): Promise<boolean> {
  const favourite = !tiles.every((photo) => photo.favourite === true);
  const say = favourite ? m.edits.favoured : m.edits.unfavoured;
  return edits.do(idsOf(photos), { favourite }, say(photos.length));
}

/** Moves photos to the trash. */
export const trash = (photos: readonly Chosen[]): Promise<boolean> =>
  edits.do(idsOf(photos), { trashed: true }, m.edits.trashed(photos.length));

/** Restores photos from the trash. */
export const restore = (photos: readonly Chosen[]): Promise<boolean> =>
  edits.do(idsOf(photos), { trashed: false }, m.edits.restored(photos.length));

/** Archives photos: they leave the timeline, and stay in albums and searches. */
export const archive = (photos: readonly Chosen[]): Promise<boolean> =>
  edits.do(idsOf(photos), { archived: true }, m.edits.archived(photos.length));

/** Moves photos out of the archive. */
export const unarchive = (photos: readonly Chosen[]): Promise<boolean> =>
  edits.do(idsOf(photos), { archived: false }, m.edits.unarchived(photos.length));

const review = (photos: readonly Chosen[]): Promise<boolean> =>
  edits.do(idsOf(photos), { reviewed: true }, m.edits.reviewed(photos.length));

/** Rotates pictures by quarter turns clockwise. */
const rotate =
  (turn: number) =>
  (photos: readonly Chosen[]): Promise<boolean> =>
    edits.do(idsOf(photos), { turn }, m.edits.rotated(photos.length));

/** Videos can't be cropped. */
const isPicture = ({ type }: Chosen): boolean => type?.startsWith('video/') !== true;

/** Shows pictures with the copied edits, in place of their own ones. */
export const pasteEdits = (photos: readonly Chosen[]): Promise<boolean> => {
  const [pictures, develop] = [photos.filter(isPicture), copiedEdits.develop];
  if (develop === undefined) return Promise.resolve(false);
  return edits.do(idsOf(pictures), { develop }, m.edits.pasted(pictures.length));
};

/** Rates photos, 0 to 5 stars. */
export const rate = (photos: readonly Chosen[], rating: number): Promise<boolean> =>
  edits.do(idsOf(photos), { rating }, m.edits.rated(photos.length, rating));

const share = (photos: readonly Chosen[]): Promise<boolean> => {
  openShare({ photos: idsOf(photos) });
  return Promise.resolve(true);
};

/** Saves photos of others; leaves out those that the viewer holds or manages. */
const save = (photos: readonly Chosen[]): Promise<boolean> => saveToLibrary(idsOf(photos.filter(isSavable)));

const cover = async ([photo]: readonly Chosen[], q: string): Promise<boolean> => {
  const album = albumOfSearch(q);
  if (photo === undefined || album === undefined) return false;
  const { chooseCoverOf } = await withMessages(import('../albums/album-view.js'), 'albums');
  return chooseCoverOf(album, photo.id);
};

const takeOut = async (photos: readonly Chosen[], q: string): Promise<boolean> => {
  const album = albumOfSearch(q);
  if (album === undefined) return false;
  const { takeOutOf } = await withMessages(import('../albums/album-view.js'), 'albums');
  return takeOutOf(album, idsOf(photos));
};

const compare = (photos: readonly Chosen[]): Promise<boolean> => {
  comparing.open(idsOf(photos));
  return Promise.resolve(true);
};

const idsOf = (photos: readonly Chosen[]): string[] => photos.map(({ id }) => id);

/** Whether all photos are in the viewer's own library: only their holder can lock them. */
const areOwn = (photos: readonly Tile[]): boolean =>
  photos.length > 0 && photos.every(({ holder }) => holder !== undefined && holder === session.now?.person?.id);

/** A search in the archive. */
const inArchive = /(?:^|\s)is:archived\b/;
/** A search outside it. */
const notInArchive = /^(?!.*(?:^|\s)is:archived\b)/;
/** The actions on photos in the trash; the first two are for them alone. */
const [onlyTrashed, alsoTrashed] = [
  new Set<Act['name']>(['restored', 'purge']),
  new Set<Act['name']>(['download', 'originals']),
];

const all: readonly Omit<Act, 'label' | 'word'>[] = [
  {
    name: 'reviewed',
    icon: 'check',
    key: 'k',
    needs: 'trash',
    do: review,
    near: true,
    where: /(?:^|\s)-is:reviewed\b/,
  },
  {
    name: 'restored',
    icon: 'undo',
    key: undefined,
    needs: 'trash',
    do: restore,
    near: true,
  },
  { name: 'purge', icon: 'trash', key: 'Delete', needs: 'trash', near: true },
  { name: 'share', icon: 'send', key: 's', needs: 'share', do: share, near: true },
  {
    name: 'save',
    icon: 'save',
    key: undefined,
    needs: 'save',
    do: save,
    near: true,
    offer: (photos) => photos.some(isSavable),
  },
  {
    name: 'favourite',
    icon: 'heart',
    key: 'f',
    needs: 'favourite',
    do: (photos, _, tiles) => favour(photos, tiles),
    near: true,
  },
  {
    name: 'albums',
    icon: 'albumAdd',
    key: 'a',
    needs: 'edit',
    near: true,
    // Those that no album takes are left out.
    offer: (photos) => mayWithAll(photos, 'edit') || photos.some((photo) => mayWith(photo, 'edit')),
  },
  {
    name: 'download',
    icon: 'download',
    key: undefined,
    needs: 'stripped',
    do: startDownload,
    near: true,
  },
  { name: 'trash', icon: 'trash', key: 'Delete', needs: 'trash', do: trash, near: true },
  { name: 'tags', icon: 'tag', key: 't', needs: 'edit' },
  {
    name: 'cover',
    icon: 'picture',
    key: undefined,
    needs: 'edit',
    do: cover,
    one: true,
    where: /^(?:album:"(?:[^"\\]|\\.)+"|in:\S+)$/,
  },
  { name: 'takeOut', icon: 'minus', key: undefined, needs: 'albums', do: takeOut, where: /^in:\S+$/ },
  { name: 'takeOut', icon: 'minus', key: undefined, needs: 'edit', do: takeOut, where: /^album:"(?:[^"\\]|\\.)+"$/ },
  { name: 'compare', icon: 'compare', key: undefined, needs: 'see', do: compare, two: true },
  { name: 'archive', icon: 'archive', key: 'A', needs: 'trash', do: archive, where: notInArchive },
  { name: 'unarchive', icon: 'archive', key: 'A', needs: 'trash', do: unarchive, where: inArchive },
  { name: 'audience', icon: 'eye', key: 'c', needs: 'share' },
  { name: 'rating', icon: 'star', key: undefined, needs: 'edit' },
  { name: 'date', icon: 'calendar', key: 'd', needs: 'edit' },
  { name: 'place', icon: 'place', key: 'p', needs: 'edit' },
  { name: 'rotateLeft', icon: 'rotateLeft', key: undefined, needs: 'edit', do: rotate(-1) },
  { name: 'rotateRight', icon: 'rotateRight', key: undefined, needs: 'edit', do: rotate(1) },
  {
    name: 'pasteEdits',
    icon: 'sliders',
    key: undefined,
    needs: 'edit',
    do: pasteEdits,
    offer: (photos) =>
      copiedEdits.develop !== undefined &&
      mayWithAll(photos, 'edit') &&
      (photos.length === 0 || photos.some(isPicture)),
  },
  { name: 'originals', icon: 'file', key: undefined, needs: 'history', do: downloadOriginals, edited: true },
  { name: 'handOver', icon: 'out', key: undefined, needs: 'share', person: true },
  {
    name: 'lock',
    icon: 'lock',
    key: undefined,
    needs: 'lock',
    offer: (photos) => session.may('lock') && areOwn(photos),
  },
];

/** The shorter word of an action below its icon. */
function wordOf(name: Act['name']): { word?: string } {
  const words: Partial<Record<Act['name'], string>> = {
    albums: m.select.albumWord,
    save: m.select.saveWord,
    purge: m.select.purgeWord,
    trash: m.select.trashWord,
  };
  return words[name] === undefined ? {} : { word: words[name] };
}

/** The actions on these photos of a search that the viewer may perform on all of them; without photos: on any. */
export const openActs = (q: string, photos: readonly Tile[]): readonly Act[] =>
  all
    .filter(
      ({ needs, where, name, offer }) =>
        (offer?.(photos) ?? mayWithAll(photos, needs)) &&
        (where?.test(q) ?? true) &&
        (isInTrash(q) ? onlyTrashed.has(name) || alsoTrashed.has(name) : !onlyTrashed.has(name)),
    )
    .filter(({ person }) => !person || session.now?.person !== undefined)
    .filter(({ edited }) => !edited || photos.some((photo) => photo.edited))
    .map((act) => ({ ...act, label: m.select[act.name], ...wordOf(act.name) }));

/** The number of photos that tiles stand for: for a burst, all of its photos. */
export const countOf = (tiles: readonly Chosen[]): number =>
  tiles.reduce((sum, { burst }) => sum + (burst?.count ?? 1), 0);

/** The maximum number of photos of a burst in one response. */
const mostOfBurst = 5_000;

/**
 * The photos that tiles of a search stand for: for a burst, all that the search finds. Without a burst it needs no
 * request.
 * @throws ApiError
 */
export function photosOf<T extends Chosen>(
  tiles: readonly T[],
  q: string,
): readonly (T | Tile)[] | Promise<(T | Tile)[]> {
  if (tiles.every(({ burst }) => burst === undefined)) return tiles;
  return Promise.all(
    tiles.map(async (tile) => {
      if (!tile.burst) return [tile];
      const wanted = { q: `${q} burst:${tile.burst.id}`.trim(), limit: mostOfBurst };
      return (await ask<{ tiles: Tile[] }>(addressed('/api/tiles', wanted))).tiles;
    }),
  ).then((each) => each.flat());
}

/**
 * Acts on the photos that tiles of a search stand for. False if they can't be loaded, which it reports. Never rejects.
 */
export async function withPhotos(
  tiles: readonly Chosen[],
  q: string,
  act: (photos: readonly Chosen[]) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await act(await photosOf(tiles, q));
  } catch (error) {
    edits.say({ text: m.edits.failed, trouble: toApiError(error) });
    return false;
  }
}

/** Performs an action without a panel on the photos that tiles of a search stand for, or on the tiles themselves. */
export const perform = ({ do: act, one, two }: Act, tiles: readonly Chosen[], q: string): Promise<boolean> => {
  const deed = (photos: readonly Chosen[]): Promise<boolean> => act?.(photos, q, tiles) ?? Promise.resolve(false);
  return one === true || two === true ? deed(tiles) : withPhotos(tiles, q, deed);
};
