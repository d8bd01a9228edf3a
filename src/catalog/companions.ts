/**
 * The companions of a photo (its clip, its RAW) that are visible to a viewer. A clip is as visible as its photo if no
 * edit set the video's own audience; otherwise it plays only for viewers who can see the video. A RAW is shown only to
 * viewers with access to it; never through a share link, which covers only photos with a separate tile.
 */
import type { Sqlite } from '../base/sqlite.js';
import { audiences, type Audience } from '../document/photo-document.js';
import type { CatalogViewer } from './catalog-answers.js';
import { accessColumns, seesAudience, type AccessRow, type RowSight } from './item-visibility.js';
import { audienceIn } from './live-photos.js';
import { bit } from './photo-flags.js';

/** The part of a photo's row about its companions. */
export interface Accompanied {
  /** Null for photos of the house. */
  bytes: Uint8Array | null;
  /** The audience of its clip (catalog-row.ts); below 0 if no clip is played. */
  motion: number;
  /** The id of its clip, if that is a separate item. */
  clip: Uint8Array | null;
  /** The widest audience of its RAWs; 0 without one. */
  stacked: number;
  shot: number | null;
  side: string | null;
}

/** Opens the check of companions, for a single answer. */
export function openCompanions(db: Sqlite, sight: RowSight) {
  const { access, viewer } = sight;
  const columns = accessColumns.join(', ');
  const byId = db.prepare<AccessRow>(`SELECT ${columns} FROM catalog_photo WHERE id = ?`);
  const raws = db.prepare<AccessRow>(
    `SELECT ${columns} FROM catalog_photo WHERE shot = ? AND side IS ? AND beside = 1 AND type GLOB 'image/x-*'`,
  );
  const seesHouse = (bytes: Uint8Array | null, widest: number): boolean =>
    bytes === null && seesAudience(access, viewer.onlooker, audienceIn(widest));
  /**
   * Whether only its audience can hide a clip: it is accepted, not locked, and all ends that its authors saw are known
   * here.
   */
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
    /** Whether its clip plays. */
    plays({ bytes, motion, clip }: Accompanied): boolean {
      if (motion <= 0 || viewer.onlooker === undefined) return false;
      // A clip inside the photo is as visible as the photo.
      if (clip === null || seesHouse(bytes, motion)) return true;
      const row = byId.get(clip);
      return row !== undefined && (sight.seesRow(row) || (motion === undecided && couldBeSeen(row)));
    },
    /** Whether it has a RAW. */
    hasRaw({ bytes, stacked, shot, side }: Accompanied): boolean {
      if (stacked === 0 || viewer.scope) return false;
      return seesHouse(bytes, stacked) || raws.all(shot, side).some((row) => sight.seesRow(row));
    },
  };
}

/** The `motion` of a clip without a separate audience, or for everyone. */
const undecided = audiences.length;

/** The clip of a photo. */
export interface PairedClip {
  /** The public id of the video. */
  id: string;
  /** The audience of the clip; a narrower audience of the photo takes precedence. */
  audience: Audience;
}

/** The pairs of photos and clips. */
export interface Paired {
  /** The video that plays with a photo (its public id), if any. */
  clipOf(id: string): PairedClip | undefined;
  /** As `clipOf`, the public id of the video; only if it plays for the viewer (companions.ts). */
  clipFor(id: string, viewer: CatalogViewer): string | undefined;
  /** The photos with which a video plays. */
  photosWith(id: string): string[];
}

/** Opens the pairs; the tables need not exist before the first call. */
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
          'SELECT bytes, clip, iif(motion < 0, motion, clip_motion) AS motion, stacked, shot, side FROM catalog_photo WHERE id = ? AND clip IS NOT NULL',
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
