/** Writes photos directly into the library of a real home: many at once, with prepared pictures. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { house, itemId, publicIdOf, type Holder } from '../../src/document/item-id.js';
import {
  format,
  type Body,
  type Facts,
  type PhotoDocument,
  type Rendition,
} from '../../src/document/photo-document.js';
import type { PhotoView } from '../../src/document/photo-view.js';
import type { ServedHome } from './home.js';
import type { FixturePicture } from './pictures.js';

/** The properties of a photo. */
export interface Told {
  facts?: Partial<Facts>;
  name?: string;
  /** The folder it was dropped in. */
  folder?: string;
  /** When it arrived, UTC. */
  added?: string;
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Writes photos into a home, newest first, one every `minutes` back from `newest`; returns their ids in that order. They
 * belong to the house, or to `holder`. The first `originals` of them are in the archive, too. `original` is what their
 * bytes begin with: photos of two calls differ by it.
 */
export async function fill(
  home: ServedHome,
  pictures: readonly FixturePicture[],
  count: number,
  {
    minutes = 45,
    newest = Date.UTC(2024, 6, 20, 18),
    originals = 0,
    tell = (): Told => ({}),
    added = '2026-01-01T10:00:00.000Z',
    original = 'original',
    holder = house,
  }: {
    original?: string;
    holder?: Holder;
    added?: string;
    minutes?: number;
    newest?: number;
    originals?: number;
    tell?: (n: number) => Told;
  } = {},
): Promise<string[]> {
  const made = await Promise.all(pictures.map((picture) => store(home, picture)));
  const hashes = Array.from({ length: count }, (_, n) => sha256(`${original} ${n}`));
  for (let n = 0; n < originals; n++) await putOriginal(home, hashes[n]!, `${original} ${n}`);
  home.library.transaction(() => {
    hashes.forEach((hash, n) => {
      const { facts = {}, name = `IMG_${String(n).padStart(4, '0')}.jpg`, folder, added: at = added } = tell(n);
      const { width, height, renditions } = made[n % made.length]!;
      const taken = new Date(newest - n * minutes * 60_000).toISOString().slice(0, -1);
      const document: PhotoDocument = {
        format,
        kind: 'photo',
        facts: {
          recipe: 1,
          type: 'image/jpeg',
          bytes: `${original} ${n}`.length,
          width,
          height,
          taken,
          takenSource: 'exif',
          ...facts,
        },
        renditions,
        sidecars: {},
        sightings: {
          [`s ${name}`]: {
            ...{ at, server: 's', name, modified: at, ...(folder !== undefined && { folder }) },
            ...(holder !== house && { by: `person:${holder}` }),
          },
        },
        edits: {},
      };
      home.library.update(itemId({ holder, sha256: hash }), () => document as unknown as Body);
    });
  });
  return hashes.map((hash) => publicIdOf({ holder, sha256: hash }));
}

async function store(home: ServedHome, { width, height, thumb, preview, thumbhash }: FixturePicture) {
  const rendition = async (bytes: Buffer, type: string): Promise<Rendition> => ({
    sha256: await home.blobs.put(bytes),
    ...{ type, width, height, bytes: bytes.length },
  });
  const [small, large] = [await rendition(thumb, 'image/webp'), await rendition(preview, 'image/jpeg')];
  return { width, height, renditions: { recipe: 1, thumb: small, preview: large, thumbhash } };
}

async function putOriginal(home: ServedHome, id: string, text: string): Promise<void> {
  const path = `2024/07/${id.slice(0, 12)}.jpg`;
  await mkdir(dirname(home.archive.resolve(path)), { recursive: true });
  await writeFile(home.archive.resolve(path), text);
  home.library.local.originals.put({ sha256: id, path, claim: 'c', state: 'here', bytes: text.length, modified: 0 });
}

/** A photo in the server's response. */
export const ask = async (home: ServedHome, id: string): Promise<PhotoView> =>
  (await (await fetch(`${home.url}/api/photos/${id}`)).json()) as PhotoView;

/** Changes photos as the page does: `PATCH /api/photos`. @throws Error if it is rejected. */
export async function change({ url }: Pick<ServedHome, 'url'>, body: object): Promise<void> {
  const sent = { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`${url}/api/photos`, sent);
  if (!answer.ok) throw new Error(`The photos could not be changed: ${answer.status} ${await answer.text()}`);
}

/** The number of matches of a search. */
export const count = async (home: ServedHome, q: string): Promise<number> => {
  const response = await fetch(`${home.url}/api/timeline?${new URLSearchParams({ q }).toString()}`);
  return ((await response.json()) as { count: number }[]).reduce((sum, month) => sum + month.count, 0);
};
