/**
 * A projection: a separate library beside the home's, with a document for each photo that is or was public, kept in
 * step with the home's change feed. Derived from the home's library and from what the public server has; it can be
 * dropped and is then rebuilt. A crash leaves it behind the feed, never inconsistent: documents and position commit
 * together.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import { createHash } from 'node:crypto';
import type { Sqlite } from '../base/sqlite.js';
import { format, sha256Of } from '../document/photo-document.js';
import { hasSequence, openChangeFollower, sequenceCheckpoint } from '../library/follow.js';
import type { Incoming, Library } from '../library/library.js';
import { makeKey } from './library-key.js';
import { never, settle } from './prevent-republishing.js';
import { deciding, opaqueId, project, wasPublic, type ProjectionOptions } from './projection.js';
import { hashesOf, opaqueOf, publicId, readPublic, type ToldInPublic } from './public-fields.js';

/** The dependencies of a projection. */
export interface ProjectorParts {
  /** The home's library. */
  library: Library;
  /** The file of the projection, with its library. */
  db: Sqlite;
  projection: Library;
  options: ProjectionOptions;
  random(length: number): Uint8Array;
}

/** A projection that can be updated. */
export interface Projector {
  /** Processes changes of the home since the last call. Yields to other work. */
  follow(): Promise<void>;
  /** Adds revisions of this projection that only the public server has, and rebuilds all documents. */
  learn(incoming: readonly Incoming[]): Promise<void>;
  /** Whether a document of the projection names a rendition: a picture or a video. */
  names(sha256: string): boolean;
}

const batch = 200;
/** The settings of the projection: its position in the home's feed, and the inputs its documents were made with. */
const mark = 'projection.seq';
const made = 'projection.made';
/** The version of the list in public-fields.ts: a new one rebuilds all documents. */
const recipe = 2;

/** Opens the projector. Nothing is read before the first call. */
export function openProjector({ library, db, projection, options, random }: ProjectorParts): Projector {
  db.exec(`CREATE TABLE IF NOT EXISTS rendition
    (sha256 TEXT NOT NULL, opaque TEXT NOT NULL, PRIMARY KEY (opaque, sha256)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS rendition_by_hash ON rendition (sha256)`);
  const forget = db.prepare('DELETE FROM rendition WHERE opaque = ?');
  const name = db.prepare('INSERT OR IGNORE INTO rendition (sha256, opaque) VALUES (?, ?)');
  const named = db.prepare('SELECT 1 FROM rendition WHERE sha256 = ? LIMIT 1');
  const { local } = projection;

  /** Writes the published state of one photo. */
  function write(opaque: string, now: ToldInPublic | undefined): void {
    let told: ToldInPublic = { value: null, at: never };
    projection.update(publicId(opaque), (body) => {
      told = settle(readPublic(body)?.photo, now) ?? told;
      return { format, kind: 'public', photo: told };
    });
    forget.run(opaque);
    for (const one of hashesOf(told.value)) name.run(one, opaque);
  }

  /** Processes one change of the home; calls `seen` with the photo. */
  function take(id: string, key: string, seen: (opaque: string) => void): void {
    const sha256 = id.startsWith('photo:') ? sha256Of(id) : undefined;
    const body = sha256 === undefined ? undefined : deciding(library.leaves(id));
    if (sha256 === undefined || !body) return;
    const opaque = opaqueId(sha256, key);
    seen(opaque);
    const now = project(id, body, options, key)?.photo;
    // Nothing is published of a photo that never was public.
    if (now?.value === null && !wasPublic(body) && !projection.get(publicId(opaque))) return;
    write(opaque, now);
  }

  const advance = (key: string, seen: (opaque: string) => void = () => undefined): Promise<boolean> =>
    openChangeFollower({
      library,
      checkpoint: sequenceCheckpoint(library, local, mark),
      batch,
      transaction: (work) => db.transaction(work),
      take: (changes) => changes.forEach(({ id }) => take(id, key, seen)),
    }).catchUp();

  /** Rebuilds all documents; withdraws those that no photo of this home accounts for. */
  async function rebuild(key: string): Promise<void> {
    const unexplained = new Set([...projection.scan('public:')].map(({ id }) => opaqueOf(id)));
    local.setSetting(mark, '0');
    await advance(key, (opaque) => unexplained.delete(opaque));
    const rest = [...unexplained].filter((opaque) => opaque !== undefined);
    for (let at = 0; at < rest.length; at += batch) {
      db.transaction(() => {
        for (const opaque of rest.slice(at, at + batch)) write(opaque, undefined);
      });
      await yieldToEventLoop();
    }
    local.setSetting(made, madeWith(key, options));
  }

  async function follow(): Promise<void> {
    const key = makeKey(library, random);
    const isSame = local.setting(made) === madeWith(key, options) && hasSequence(library, local.setting(mark));
    if (isSame) await advance(key);
    else await rebuild(key);
  }

  return {
    follow,
    async learn(incoming) {
      if (incoming.length === 0) return;
      db.transaction(() => {
        // Until the rebuild is complete, the projection is not up to date.
        local.setSetting(made, '');
        projection.insert(incoming.flatMap(taken));
      });
      await follow();
    },
    names: (sha256) => named.get(sha256) !== undefined,
  };
}

/** Reads a revision from the public server: only published fields, whatever it sends. */
function taken({ id, revisions, deleted, body }: Incoming): Incoming[] {
  if (opaqueOf(id) === undefined) return [];
  return [{ id, revisions, deleted, body: (!deleted && readPublic(body)) || {} } as Incoming];
}

/** Contains a hash of the key: this file is not secret, the key is. */
const madeWith = (key: string, { gps }: ProjectionOptions): string =>
  `${recipe} ${gps ? 'gps' : ''} ${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
