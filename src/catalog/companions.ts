/**
 * What goes with a photo (its clip, its RAW) as far as a viewer may see it. A clip follows its photo where nobody decided about the audience of the
 * video itself; otherwise it plays for those who may see it, and a RAW is told to those.
 */
import type { Sqlite } from '../base/sqlite.js';
import { audiences, type Audience } from '../document/photo-document.js';
import type { CatalogViewer } from './catalog-answers.js';
import { accessColumns, seesAudience, type AccessRow, type RowSight } from './item-visibility.js';
import { audienceIn } from './live-photos.js';
import { bit } from './photo-flags.js';

/** What of a photo's row tells of its companions. */
export interface Accompanied {
  /** Null for photos of the house. */
  bytes: Uint8Array | null;
  /** The audience that may see its clip (catalog-row.ts). */
  motion: number;
  /** The clip, where it is an item of its own. */
  clip: Uint8Array | null;
  /** The widest audience that may see a RAW of it; 0 where there is none. */
  stacked: number;
  shot: number | null;
  side: string | null;
}

/** Asks about companions, for one answer. */
export function openCompanions(db: Sqlite, sight: RowSight) {
  const { access, viewer } = sight;
  const columns = accessColumns.join(', ');
  const byId = db.prepare<AccessRow>(`SELECT ${columns} FROM catalog_photo WHERE id = ?`);
  const raws = db.prepare<AccessRow>(
    `SELECT ${columns} FROM catalog_photo WHERE shot = ? AND side IS ? AND beside = 1 AND type GLOB 'image/x-*'`,
  );
  const seesHouse = (bytes: Uint8Array | null, widest: number): boolean =>
    bytes === null && seesAudience(access, viewer.onlooker, audienceIn(widest));
  /** Whether nothing but its audience could hide a clip: it was accepted, is not locked, and all that its authors saw is here. */
  function couldBeSeen(row: AccessRow): boolean {
    const claims = sight.classOf(row);
    const trashed = (row.state & bit.trashed) !== 0;
    return (
      claims !== undefined &&
      viewer.onlooker !== undefined &&
      access.seesClass(viewer.onlooker, { ...claims, audience: 'public' }, trashed) === true
    );
  }

  return {
    /** Whether it plays. */
    plays({ bytes, motion, clip }: Accompanied): boolean {
      if (motion === 0 || viewer.onlooker === undefined) return false;
      // A clip inside the photo is the photo's.
      if (clip === null || seesHouse(bytes, motion)) return true;
      const row = byId.get(clip);
      return row !== undefined && (sight.seesRow(row) || (motion === undecided && couldBeSeen(row)));
    },
    /** Whether there is a RAW of it. */
    hasRaw({ bytes, stacked, shot, side }: Accompanied): boolean {
      if (stacked === 0) return false;
      return seesHouse(bytes, stacked) || raws.all(shot, side).some((row) => sight.seesRow(row));
    },
  };
}

/** The `motion` of a clip that nobody decided about, or that is for everybody. */
const undecided = audiences.length;

/** The clip of a photo. */
export interface PairedClip {
  /** SHA-256 of the video. */
  id: string;
  /** The audience that may see it, where the photo's own is not narrower. */
  audience: Audience;
}

/** What plays with what. */
export interface Paired {
  /** The video that plays with a photo (SHA-256), where there is one. */
  clipOf(id: string): PairedClip | undefined;
  /** The same (its public id), where it plays for a viewer (companions.ts). */
  clipFor(id: string, viewer: CatalogViewer): string | undefined;
  /** The photos with which a video plays. */
  photosWith(id: string): string[];
}

/** Opens the answers; the tables need not be there before one is asked for. */
export function openPaired(db: Sqlite, sightOf: (viewer: CatalogViewer) => RowSight): Paired {
  type Row = { clip: Uint8Array; motion: number };
  return {
    clipOf(id) {
      const found = db
        .prepare<Row>('SELECT clip, clip_motion AS motion FROM catalog_photo WHERE id = ? AND clip IS NOT NULL')
        .get(Buffer.from(id, 'hex'));
      return found && { id: hex(found.clip), audience: audienceIn(found.motion) };
    },
    clipFor(id, viewer) {
      const row = db
        .prepare<Accompanied>(
          'SELECT bytes, clip, clip_motion AS motion, stacked, shot, side FROM catalog_photo WHERE id = ? AND clip IS NOT NULL',
        )
        .get(Buffer.from(id, 'hex'));
      return row?.clip && openCompanions(db, sightOf(viewer)).plays(row) ? hex(row.clip) : undefined;
    },
    photosWith(id) {
      const find = db.prepare<{ id: Uint8Array }>('SELECT id FROM catalog_photo WHERE clip = ? ORDER BY id');
      return find.all(Buffer.from(id, 'hex')).map((row) => hex(row.id));
    },
  };
}

const hex = (id: Uint8Array): string => Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex');
