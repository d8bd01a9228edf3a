/**
 * A projection: a library of its own beside the home's, with a document for each photo that is or was public, kept in step
 * with the home's change feed. It follows from the home's library and from what the public server holds; it can be dropped
 * and is made again. A crash leaves it behind the feed, never beside it: documents and cursor commit together.
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

/** What a projection is made from. */
export interface ProjectorParts {
  /** The home's library. */
  library: Library;
  /** The projection's own file, and the library in it. */
  db: Sqlite;
  projection: Library;
  options: ProjectionOptions;
  random(length: number): Uint8Array;
}

/** A projection that can be brought up to date. */
export interface Projector {
  /** Takes in what changed at home since the last call. Yields to other work. */
  follow(): Promise<void>;
  /** Takes in revisions of this projection that only the public server has, and makes all documents again. */
  learn(incoming: readonly Incoming[]): Promise<void>;
  /** Whether a document of the projection names a rendition: a picture or a film. */
  names(sha256: string): boolean;
}

const batch = 200;
/** The settings of the projection: how far the home's feed was followed, and what the documents were made with. */
const mark = 'projection.seq';
const made = 'projection.made';
/** The number of the list in public-fields.ts: another one makes all documents again. */
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

  /** Says what there is to say now of one photo. */
  function write(opaque: string, now: ToldInPublic | undefined): void {
    let told: ToldInPublic = { value: null, at: never };
    projection.update(publicId(opaque), (body) => {
      told = settle(readPublic(body)?.photo, now) ?? told;
      return { format, kind: 'public', photo: told };
    });
    forget.run(opaque);
    for (const one of hashesOf(told.value)) name.run(one, opaque);
  }

  /** Takes in one change of the home's; `seen` hears which photo it was. */
  function take(id: string, key: string, seen: (opaque: string) => void): void {
    const sha256 = id.startsWith('photo:') ? sha256Of(id) : undefined;
    const body = sha256 === undefined ? undefined : deciding(library.leaves(id));
    if (sha256 === undefined || !body) return;
    const opaque = opaqueId(sha256, key);
    seen(opaque);
    const now = project(id, body, options, key)?.photo;
    // Of a photo that never was public, nothing at all is told.
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

  /** Makes all documents again; what no photo of this home explains is not said any more. */
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
        // Until all is made again, nothing else may pass for up to date.
        local.setSetting(made, '');
        projection.insert(incoming.flatMap(taken));
      });
      await follow();
    },
    names: (sha256) => named.get(sha256) !== undefined,
  };
}

/** A revision from the public server: what is on the list, whatever it sends. */
function taken({ id, revisions, deleted, body }: Incoming): Incoming[] {
  if (opaqueOf(id) === undefined) return [];
  return [{ id, revisions, deleted, body: (!deleted && readPublic(body)) || {} } as Incoming];
}

/** The key goes into it as a hash: this file may be looked at, the key may not. */
const madeWith = (key: string, { gps }: ProjectionOptions): string =>
  `${recipe} ${gps ? 'gps' : ''} ${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
