/** Photos as JSON of the Immich-compatible API: only the fields visible to the viewer. */
import { createHash } from 'node:crypto';
import { mayHaveOriginal, mayHaveUnedited, type Viewer } from '../../access/permissions.js';
import { showTo, type PhotoSeen } from '../../album/visibility.js';
import type { Context } from '../context.js';
import type { Asset } from './find-assets.js';
import { ownerOf } from './people.js';
import { assetUuid, userUuid } from './uuids.js';

/** The fields of a photo that are common to several calls. */
export interface AssetFields {
  id: string;
  ownerId: string;
  type: 'IMAGE' | 'VIDEO';
  checksum: string;
  originalFileName: string;
  /** When it was taken: in UTC, and the wall time there as if it were UTC. */
  fileCreatedAt: string;
  localDateTime: string;
  /** When it was imported, UTC. */
  createdAt: string;
  width: number | null;
  height: number | null;
  thumbhash: string | null;
  /** In ms. */
  duration: number | null;
  isFavorite: boolean;
  isEdited: boolean;
  isTrashed: boolean;
  visibility: 'archive' | 'timeline';
  /** The other fields visible to the viewer, in our own format. */
  seen: PhotoSeen;
}

/**
 * The SHA-1 of the original in base64, for viewers with the right to it. Without the right, and until the SHA-1 is
 * known, a value that matches no file in practice, so that a client does not mistake the photo for one of its own.
 */
function checksumOf({ library }: Pick<Context, 'library'>, who: Viewer, { id, item, unedited }: Asset): string {
  const mayHave = mayHaveOriginal(who, item.holder) && (!unedited || mayHaveUnedited(who, item.holder));
  const known = mayHave ? library.local.sha1s.find(item.sha256) : undefined;
  if (known !== undefined) return Buffer.from(known, 'hex').toString('base64');
  return createHash('sha256').update(`no sha1 of ${id}`).digest().subarray(0, 20).toString('base64');
}

/** The offset from UTC in minutes; 0 if unknown. */
export function minutesOf(offset: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(offset ?? '') ?? [];
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** The fields of a photo for a viewer. */
export function fieldsOf(context: Pick<Context, 'library'>, who: Viewer, photo: Asset): AssetFields {
  const { uuid, ...found } = photo;
  const seen = showTo(who, found);
  const local = `${seen.taken}Z`;
  const instant = Date.parse(local) - minutesOf(seen.offset) * 60_000;
  const taken = Number.isFinite(instant) ? new Date(instant).toISOString() : local;
  return {
    ...{ id: uuid, ownerId: userUuid(ownerOf(who, photo.item.holder)) },
    type: seen.type.startsWith('video/') ? 'VIDEO' : 'IMAGE',
    checksum: checksumOf(context, who, photo),
    originalFileName: seen.name ?? '',
    ...{ fileCreatedAt: taken, localDateTime: local, createdAt: seen.added ?? taken },
    ...{ width: seen.width || null, height: seen.height || null, thumbhash: seen.thumbhash ?? null },
    duration: seen.seconds === undefined ? null : Math.round(seen.seconds * 1000),
    ...{ isFavorite: seen.favourite, isEdited: seen.develop !== undefined, isTrashed: seen.trashed },
    visibility: seen.archived === true ? 'archive' : 'timeline',
    seen,
  };
}

/** A photo as JSON, with its metadata. */
export function assetJson(context: Pick<Context, 'library'>, who: Viewer, photo: Asset) {
  const { seen, ...fields } = fieldsOf(context, who, photo);
  const { fileCreatedAt, createdAt } = fields;
  return {
    ...fields,
    ...{ fileModifiedAt: fileCreatedAt, updatedAt: createdAt },
    ...{ isArchived: fields.visibility === 'archive', isOffline: !photo.original.here, hasMetadata: true },
    ...{ originalPath: '', originalMimeType: seen.type, libraryId: null, duplicateId: null, livePhotoVideoId: null },
    ...{ people: [], tags: tagsOf(seen), stack: null, exifInfo: exifOf(seen, fileCreatedAt) },
  };
}

const tagsOf = ({ tags }: PhotoSeen) =>
  tags.map((value) => ({
    ...{ id: assetUuid(createHash('sha256').update(`tag ${value}`).digest('hex')), name: value, value },
    ...{ createdAt: '1970-01-01T00:00:00.000Z', updatedAt: '1970-01-01T00:00:00.000Z' },
  }));

/** The metadata of a photo; unknown values are null. */
export function exifOf(seen: PhotoSeen, fileCreatedAt: string) {
  const { camera, lens, exposure, gps, place, offset, description, rating, bytes, width, height } = seen;
  return {
    ...{ make: camera?.make ?? null, model: camera?.model ?? null, lensModel: lens ?? null },
    ...{ exifImageWidth: width || null, exifImageHeight: height || null, orientation: null },
    ...{ fileSizeInByte: bytes, dateTimeOriginal: fileCreatedAt, modifyDate: fileCreatedAt },
    timeZone: offset === undefined ? null : `UTC${offset}`,
    ...{ fNumber: exposure?.aperture ?? null, focalLength: exposure?.focalLength ?? null, iso: exposure?.iso ?? null },
    exposureTime: exposureText(exposure?.seconds),
    ...{ latitude: gps?.lat ?? null, longitude: gps?.lon ?? null },
    ...{ city: place?.city ?? null, state: place?.region ?? null, country: place?.country ?? null },
    ...{ description, rating: rating === 0 ? null : rating, projectionType: null },
  };
}

/** An exposure time in seconds, in the notation of photographers. */
function exposureText(seconds: number | undefined): string | null {
  if (seconds === undefined || !(seconds > 0)) return null;
  return seconds < 0.3 ? `1/${Math.round(1 / seconds)}` : String(seconds);
}
