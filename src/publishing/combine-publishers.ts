/**
 * The album of a public server: combines the documents of all publishing homes for a photo into one document, which the
 * catalog, pages and live events show like any other photo. If several homes publish it, the latest decision about
 * visibility counts; for equal decisions the narrower one, then the later edit; and always the newest crop. A withdrawn
 * photo leaves an empty document, and its pictures are removed at once. Derived from the projections alone; a crash
 * leaves it behind them, and the next start processes everything again.
 */
import { openPool } from '../base/async/concurrency-limit.js';
import { yieldToEventLoop } from '../base/async/yield.js';
import type { Blobs } from '../archive/blob-store.js';
import type { Files } from '../base/files.js';
import type { Sqlite } from '../base/sqlite.js';
import { canonical } from '../document/canonical-json.js';
import { clipsShown, renditionsShown } from '../document/facts.js';
import { compareText, own } from '../document/json-values.js';
import { format, photoId, sha256Of, type Body } from '../document/photo-document.js';
import { openChangeFollower, sequenceCheckpoint } from '../library/follow.js';
import type { Library } from '../library/library.js';
import type { BlobIndex } from '../sync/blobs/blob-index.js';
import { hashesOf, opaqueOf, publicId, readPublic, withoutPictures, type ToldInPublic } from './public-fields.js';
import type { Publisher } from './publisher-database.js';
import { never } from './prevent-republishing.js';
import type { Publishers } from './publisher-registry.js';

/** The dependencies of the combiner. */
export interface CombinerParts {
  /** The server's own database file, with its library. */
  db: Sqlite;
  library: Library;
  publishers: Publishers;
  named: BlobIndex;
  blobs: Blobs;
  files: Files;
}

/** Keeps the album in step with the projections. */
export interface Combiner {
  /** Processes changes since the last call. Yields to other work. */
  follow(): Promise<void>;
  /** Processes everything after `before` is done, and removes pictures that no document names. */
  settle(before?: () => Promise<unknown>): Promise<void>;
  /** Removes a picture that arrived if no document names it any longer. */
  check(sha256: string): Promise<void>;
}

const batch = 200;

/** The later decision; for equal ones the narrower one; then the later edit; then one chosen deterministically. */
export function later(a: ToldInPublic, b: ToldInPublic): ToldInPublic {
  const order =
    compareText(a.at, b.at) ||
    Number(a.value === null) - Number(b.value === null) ||
    compareText(a.edited ?? '', b.edited ?? '') ||
    compareText(canonical(a), canonical(b));
  return order >= 0 ? a : b;
}

/**
 * The documents of several homes for a photo, combined: the latest decision whether it is shown; if it is, the picture
 * of the home with the newest crop, so that a home that does not know the crop can't show what was cut away. At least
 * one.
 */
export function combined(all: readonly ToldInPublic[]): ToldInPublic {
  const decided = all.reduce(later);
  if (decided.value === null) return decided;
  const newest = all.map(({ developed = never }) => developed).reduce((a, b) => (a > b ? a : b));
  const current = all.filter(({ value, developed = never }) => value !== null && developed === newest);
  // The home that knows the crop no longer shows the photo: the pictures of the others are from before the crop.
  const shown = current.length > 0 ? current.reduce(later) : withoutPictures(decided);
  return { ...shown, at: decided.at };
}

/** Opens the combiner. Nothing is read before the first call. */
export function openCombiner({ db, library, publishers, named, blobs, files }: CombinerParts): Combiner {
  /** The documents of all homes for a photo, combined; undefined if there is none. */
  function toldOf(opaque: string): ToldInPublic | undefined {
    const all = publishers
      .all()
      .flatMap(({ projection }) => readPublic(projection.get(publicId(opaque))?.body)?.photo ?? []);
    return all.length === 0 ? undefined : combined(all);
  }

  /** Rewrites the document of a photo. Returns the hashes of pictures that it no longer names. */
  function combine(opaque: string): string[] {
    const told = toldOf(opaque);
    let before: string[] = [];
    let after: string[] = [];
    library.update(photoId(opaque), (body) => {
      before = hashesIn(body);
      const photo = told?.value ? photoFrom(told) : body && withdrawn;
      after = hashesIn(photo);
      return photo;
    });
    return before.filter((hash) => !after.includes(hash));
  }

  /** Combines photos; resolves when withdrawn pictures, and all their traces in database files, are deleted. */
  async function combineAll(opaques: Iterable<string>): Promise<void> {
    const list = [...opaques];
    for (let at = 0; at < list.length; at += batch) {
      const gone = db.transaction(() => list.slice(at, at + batch).flatMap(combine));
      await named.follow();
      for (const sha256 of gone) await check(sha256);
      await yieldToEventLoop();
    }
    // Overwritten content stays in the write-ahead log until the log is truncated.
    if (list.length > 0) for (const one of [db, ...publishers.all().map((home) => home.db)]) one.exec(emptyLog);
  }

  async function check(sha256: string): Promise<void> {
    await named.follow();
    if (named.find(sha256)) return;
    for (const path of [blobs.path(sha256), blobs.partial(sha256)])
      if (await files.stat(path)) await files.remove(path);
  }

  /** The hashes of all pictures that are stored here or being received. */
  async function pictures(): Promise<string[]> {
    const folders = ((await files.list(blobs.folder)) ?? []).filter(({ kind }) => kind === 'folder');
    const lists = await Promise.all(folders.map(({ path }) => files.list(path)));
    return lists.flatMap((list) =>
      (list ?? []).flatMap(({ name }) => /^([0-9a-f]{64})(?:\.part)?$/.exec(name)?.[1] ?? []),
    );
  }

  const followOne = ({ id, projection }: Publisher): Promise<boolean> =>
    openChangeFollower({
      library: projection,
      checkpoint: sequenceCheckpoint(projection, library.local, `public.seq.${id}`),
      batch,
      take: (changes) => combineAll(changes.flatMap(({ id }) => opaqueOf(id) ?? [])),
    }).catchUp();

  const inTurn = openPool(1);
  return {
    check,
    follow: () =>
      inTurn(async () => {
        for (const home of publishers.all()) await followOne(home);
      }),
    settle: (before) =>
      inTurn(async () => {
        await before?.();
        const opaques = new Set([...library.scan('photo:')].flatMap(({ id }) => sha256Of(id) ?? []));
        for (const { projection } of publishers.all())
          for (const { id } of projection.scan('public:')) opaques.add(opaqueOf(id) ?? '');
        opaques.delete('');
        await combineAll(opaques);
        for (const sha256 of await pictures()) await check(sha256);
      }),
  };
}

const emptyLog = 'PRAGMA wal_checkpoint(TRUNCATE)';

/** The document of a withdrawn photo. */
const withdrawn: Body = { format, kind: 'withdrawn' };

/** The document of a published photo. */
function photoFrom({ value, at }: ToldInPublic): Body {
  return {
    format,
    kind: 'photo',
    facts: { ...value!.facts, bytes: 0 },
    renditions: value!.renditions,
    ...(value!.clips && { clips: value!.clips }),
    sidecars: {},
    sightings: {},
    edits: { audience: [{ value: 'public', at, by: 'publisher' }] },
  };
}

const hashesIn = (body: Body | undefined): string[] =>
  hashesOf({ renditions: { recipe: 1, ...renditionsShown(own(body, 'renditions')) }, clips: clipsShown(body) });
