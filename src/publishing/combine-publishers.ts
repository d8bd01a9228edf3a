/**
 * The album of a public server: what the homes that publish here say of each photo becomes one document, which the catalog,
 * the pages and the live events show like any other photo. Of several homes the latest decision about who may see it counts;
 * at the same decision the narrower one, then the later edit. What is taken back leaves a document that says nothing, and its
 * pictures are removed at once. It follows from the projections alone; a crash leaves it behind them, and the next start
 * goes through all again.
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
import { hashesOf, opaqueOf, publicId, readPublic, type ToldInPublic } from './public-fields.js';
import type { Publisher } from './publisher-database.js';
import type { Publishers } from './publisher-registry.js';

/** What is combined. */
export interface CombinerParts {
  /** The server's own database file, and the library in it. */
  db: Sqlite;
  library: Library;
  publishers: Publishers;
  named: BlobIndex;
  blobs: Blobs;
  files: Files;
}

/** What keeps the album in step with the projections. */
export interface Combiner {
  /** Takes in what changed since the last call. Yields to other work. */
  follow(): Promise<void>;
  /** Goes through everything, when `before` is done, and removes pictures that nothing names. */
  settle(before?: () => Promise<unknown>): Promise<void>;
  /** Removes a picture that came, where nothing names it any more. */
  check(sha256: string): Promise<void>;
}

const batch = 200;

/** The later decision; at the same one the narrower; then the later edit; then whichever is the same everywhere. */
export function later(a: ToldInPublic, b: ToldInPublic): ToldInPublic {
  const order =
    compareText(a.at, b.at) ||
    Number(a.value === null) - Number(b.value === null) ||
    compareText(a.edited ?? '', b.edited ?? '') ||
    compareText(canonical(a), canonical(b));
  return order >= 0 ? a : b;
}

/** Opens the combiner. Nothing is read before the first call. */
export function openCombiner({ db, library, publishers, named, blobs, files }: CombinerParts): Combiner {
  /** What the homes say of a photo, as one; undefined where none says anything. */
  function toldOf(opaque: string): ToldInPublic | undefined {
    const all = publishers
      .all()
      .flatMap(({ projection }) => readPublic(projection.get(publicId(opaque))?.body)?.photo ?? []);
    return all.length === 0 ? undefined : all.reduce(later);
  }

  /** Makes the document of a photo anew. Gives the hashes of pictures that it does not name any more. */
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

  /** Combines some; resolves when the pictures that went with it are gone, too, and nothing of it is left in the files. */
  async function combineAll(opaques: Iterable<string>): Promise<void> {
    const list = [...opaques];
    for (let at = 0; at < list.length; at += batch) {
      const gone = db.transaction(() => list.slice(at, at + batch).flatMap(combine));
      await named.follow();
      for (const sha256 of gone) await check(sha256);
      await yieldToEventLoop();
    }
    // What was overwritten is still in the write-ahead log until that is emptied.
    if (list.length > 0) for (const one of [db, ...publishers.all().map((home) => home.db)]) one.exec(emptyLog);
  }

  async function check(sha256: string): Promise<void> {
    await named.follow();
    if (named.find(sha256)) return;
    for (const path of [blobs.path(sha256), blobs.partial(sha256)])
      if (await files.stat(path)) await files.remove(path);
  }

  /** The hashes of all pictures that are here or on their way. */
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

/** What is left of a photo that was taken back. */
const withdrawn: Body = { format, kind: 'withdrawn' };

/** The document that shows what is told. */
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
