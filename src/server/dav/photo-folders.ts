/**
 * The originals as folders by year and month, for one viewer: `2024/07/IMG_1.jpg`. Lists the originals that the viewer
 * may have, and checks the right again for each file. Names are chosen among these photos alone, so they reveal nothing
 * about others. Keeps the names of a few months in memory; nothing on disk.
 */
import { authorOf, mayHaveOriginal, mayHaveUnedited, type Viewer } from '../../access/permissions.js';
import { findPhoto, findPhotos, type FoundPhoto } from '../../album/find-photos.js';
import { sightOf } from '../../album/visibility.js';
import { yieldToEventLoop } from '../../base/async/yield.js';
import type { Context } from '../context.js';
import { pathBounds } from './dav-path.js';

/** A photo under its name in a folder. */
export interface NamedPhoto {
  name: string;
  photo: FoundPhoto;
}

/** The folders of photos. */
export interface PhotoFolders {
  /** The months with photos, `2024-07`, newest first. */
  months(who: Viewer): Promise<string[]>;
  /** The photos of a month, by name. */
  list(who: Viewer, month: string): Promise<NamedPhoto[]>;
  /** One of them; undefined if there is none with that name, or the viewer may not have it. */
  find(who: Viewer, month: string, name: string): Promise<NamedPhoto | undefined>;
}

type Parts = Pick<Context, 'library' | 'catalog' | 'ask'>;

/** The number of photos read at once. */
const page = 500;
/** The number of months whose names are cached. */
const most = 16;

/** Opens the folders. */
export function openPhotoFolders(parts: Parts): PhotoFolders {
  const { library } = parts;
  const remembered = new Map<string, { ids: Map<string, string>; change: number }>();

  async function list(who: Viewer, month: string): Promise<NamedPhoto[]> {
    const change = library.lastChange();
    const { named, ids } = nameAll(await photosIn(parts, who, month));
    const key = `${authorOf(who)} ${month}`;
    remembered.delete(key);
    remembered.set(key, { ids, change });
    if (remembered.size > most) remembered.delete(remembered.keys().next().value!);
    return named;
  }

  /** The photo with a cached name. */
  function recall(who: Viewer, month: string, name: string): NamedPhoto | undefined {
    const id = remembered.get(`${authorOf(who)} ${month}`)?.ids.get(keyOf(name));
    const photo = id === undefined ? undefined : findPhoto(library, who, id);
    return photo && isListed(who, photo) ? { name, photo } : undefined;
  }

  return {
    async months(who) {
      const query = await parts.ask(undefined, 'count', who);
      return parts.catalog.months(query, sightOf(who)).flatMap(({ month }) => (isMonth(month) ? [month] : []));
    },
    list,
    async find(who, month, name) {
      const known = recall(who, month, name);
      if (known || !isMonth(month)) return known;
      if (remembered.get(`${authorOf(who)} ${month}`)?.change !== library.lastChange()) await list(who, month);
      return recall(who, month, name);
    },
  };
}

/** Whether a text is a month that a search can contain. */
const isMonth = (month: string): boolean => /^\d{4}-(?:0[1-9]|1[0-2])$/.test(month);

/** Whether a photo is in the folders: its original is on this server, and the viewer may have it. */
const isListed = (who: Viewer, { item, original, trashed, archived, unedited }: FoundPhoto): boolean =>
  original.here &&
  !trashed &&
  !archived &&
  mayHaveOriginal(who, item.holder) &&
  (unedited === undefined || mayHaveUnedited(who, item.holder));

/** The photos of a month that a viewer may have, each with the other files of its shot, in the order of arrival. */
async function photosIn({ library, catalog, ask }: Parts, who: Viewer, month: string): Promise<FoundPhoto[]> {
  // As in the timeline: without photos that wait for approval. An archived photo must not stand for one with the same
  // bytes.
  const query = await ask(`taken:${month} -is:archived -is:guest`, 'page', who);
  const found = new Map<string, FoundPhoto>();
  let cursor: string | undefined;
  do {
    const { ids, next } = catalog.page(query, {
      limit: page,
      viewer: sightOf(who),
      ...(cursor !== undefined && { cursor }),
    });
    const shots = ids.flatMap((id) => [
      id,
      ...catalog.stackOf(id),
      ...(catalog.clipOf(id) ? [catalog.clipOf(id)!.id] : []),
    ]);
    for (const photo of findPhotos(library, who, shots)) if (isListed(who, photo)) found.set(photo.id, photo);
    cursor = next;
    await yieldToEventLoop();
  } while (cursor !== undefined);
  return [...found.values()].sort((a, b) => compare(a.added, b.added) || compare(a.id, b.id));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** For clients, names that differ only in case are the same. */
const keyOf = (name: string): string => name.normalize('NFC').toLowerCase();

/**
 * The name of each photo, and the ids by all names under which photos can be read: the first of several keeps the name,
 * and each can also be read under the name with the digits of its id.
 */
function nameAll(photos: readonly FoundPhoto[]): { named: NamedPhoto[]; ids: Map<string, string> } {
  const ids = new Map<string, string>();
  const named = photos.map((photo) => {
    const plain = plainName(photo.name);
    const name = [plain, ...[8, 16, 64].map((digits) => longName(plain, photo.id.slice(0, digits)))].find(
      (one) => !ids.has(keyOf(one)),
    )!;
    ids.set(keyOf(name), photo.id);
    return { name, photo };
  });
  for (const { photo } of named) {
    const long = keyOf(longName(plainName(photo.name), photo.id.slice(0, 8)));
    if (!ids.has(long)) ids.set(long, photo.id);
  }
  return { named: named.sort((a, b) => compare(a.name, b.name)), ids };
}

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const unfit = /[\u0000-\u001f\u007f-\u009f/\\\ufffe\uffff\ud800-\udfff]/gu;

/** A file name, hostile text, as a valid name in a path. */
function plainName(name: string): string {
  const safe = name.normalize('NFC').replace(unfit, '_');
  return shorten(/^\.*$/.test(safe) ? `_${safe}` : safe, '');
}

const longName = (name: string, digits: string): string => shorten(name, `-${digits}`);

/** A name with a suffix before its extension, its stem shortened so that it fits. */
function shorten(name: string, suffix: string): string {
  const [, stem = name, extension = ''] = /^(.+?)(\.[^.]{1,10})?$/su.exec(name) ?? [];
  const characters = Array.from(stem);
  while (Buffer.byteLength(characters.join('') + suffix + extension) > pathBounds.name) characters.pop();
  return `${characters.join('')}${suffix}${extension}`;
}
