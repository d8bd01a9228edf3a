/**
 * A projection: a separate library beside the home's, with a document for each photo that is or was public, kept in
 * step with the home's change feed. Derived from the home's library and from the content of the public server; it can
 * be dropped and is then rebuilt. A crash leaves it behind the feed, never inconsistent: documents and position commit
 * together.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import { createHash } from 'node:crypto';
import type { Sqlite } from '../base/sqlite.js';
import { itemOf, publicIdOf } from '../document/item-id.js';
import { format } from '../document/photo-document.js';
import { hasSequence, openChangeFollower, sequenceCheckpoint } from '../library/follow.js';
import type { Incoming, Library } from '../library/library.js';
import type { ItemAccess } from '../access/item-access.js';
import { makeKey } from './library-key.js';
import { never, settle } from './prevent-republishing.js';
import { openPermissions } from './publishing-permission.js';
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
  /** The current decision who sees which item of the home. */
  access(): ItemAccess;
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
/** Set while a change of a control document was read, and the items that depend on those not yet projected again. */
const stale = 'projection.stale';
const made = 'projection.made';
/** The version of the list in public-fields.ts: a new one rebuilds all documents. */
const recipe = 4;

/** Opens the projector. Nothing is read before the first call. */
// Longer than a screen: the feed, and what it reads again.
export function openProjector({ library, db, projection, options, random, access }: ProjectorParts): Projector {
  db.exec(`CREATE TABLE IF NOT EXISTS rendition
    (sha256 TEXT NOT NULL, opaque TEXT NOT NULL, PRIMARY KEY (opaque, sha256)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS rendition_by_hash ON rendition (sha256)`);
  const permissions = openPermissions({ library, db, access });
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
    if (permissions.decides(id)) local.setSetting(stale, 'yes');
    const item = itemOf(id);
    const body = item && deciding(library.leaves(id));
    if (!item || !body) return;
    const opaque = opaqueId(publicIdOf(item), key);
    seen(opaque);
    const permission = permissions.of(id, item, body);
    const now = project(id, body, options, key, permission)?.photo;
    // Nothing is published about a photo that was never public, or about a person who never had the right to publish.
    const isNothing = now?.value === null && !(wasPublic(body) && permission.wasGiven);
    if (isNothing && !projection.get(publicId(opaque))) return;
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

  /** Rebuilds all documents; withdraws those without a photo in this home. */
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
    if (local.setting(stale) === 'yes') await refresh(key);
  }

  /** Projects the items again whose publication depends on control documents. */
  async function refresh(key: string): Promise<void> {
    const ids = permissions.conditional();
    for (let at = 0; at < ids.length; at += batch) {
      db.transaction(() => ids.slice(at, at + batch).forEach((id) => take(id, key, () => undefined)));
      await yieldToEventLoop();
    }
    // A control document that changed meanwhile is still to come in the feed.
    local.setSetting(stale, '');
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

/** Reads a revision from the public server: only published fields, whatever else it contains. */
function taken({ id, revisions, deleted, body }: Incoming): Incoming[] {
  if (opaqueOf(id) === undefined) return [];
  return [{ id, revisions, deleted, body: (!deleted && readPublic(body)) || {} } as Incoming];
}

/** Contains a hash of the key: this file is not secret, the key is. */
const madeWith = (key: string, { gps }: ProjectionOptions): string =>
  `${recipe} ${gps ? 'gps' : ''} ${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
