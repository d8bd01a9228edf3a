/**
 * What senders say about their uploads: the album that a photo goes into, and who sees it. An import writes no edits, so
 * that two servers with the same file make the same document; what was said waits in a local row of its sender
 * (library/awaited-photos.ts) and becomes an ordinary edit of theirs once the photo is recorded (awaited-changes.ts). A
 * row is written right before a file appears in `incoming`: a crash in between leaves a row that the upload writes once
 * more when it is finished, or that counts no longer after 30 days.
 *
 * An audience is for photos that are new to their holder: uploading a file again shows no older photo to anyone.
 */
import type { Senders } from '../access/sender-permissions.js';
import { may, mayChange, type Viewer } from '../access/permissions.js';
import { uploadAudience, type UploadAudience } from '../access/upload-target.js';
import { PhotospoolError } from '../base/errors.js';
import { elementOf } from '../document/field-validation.js';
import { albumNamed, house, itemId, publicIdOf, type Holder } from '../document/item-id.js';
import type { AwaitedChange } from '../library/awaited-photos.js';
import type { Library } from '../library/library.js';
import { openMemberAlbums, type MemberAlbumParts } from './member-albums.js';

/** The metadata of an upload, by key: hostile text. */
export type UploadMetadata = Readonly<Record<string, string>>;

/** What a sender says about an upload. */
interface UploadInstructions {
  /** An album with members, `<holder>:<ulid>`. */
  album?: string;
  /** An album of the house that exists by name. */
  named?: string;
  audience?: UploadAudience;
}

const isAudience = (text: string | undefined): text is UploadAudience => text === 'private' || text === 'family';

/** The instructions in metadata; values that are none are left out. */
function instructionsIn(metadata: UploadMetadata): UploadInstructions {
  const { album, audience } = metadata;
  const named = elementOf(metadata['album-name'] ?? '');
  return {
    ...(album !== undefined && albumNamed(album) && { album }),
    ...(named !== undefined && { named }),
    ...(isAudience(audience) && { audience }),
  };
}

/**
 * Checks what is said about an upload for a holder, before its bytes are sent; what counts are the rights of the sender
 * when the photo is recorded. @throws PhotospoolError `invalid`; `not-found` for an album that the viewer does not see;
 * `forbidden` if they may not put such photos into it, or not show them; `conflict` while people have no libraries.
 */
export function checkInstructions(
  parts: MemberAlbumParts,
  viewer: Viewer,
  holder: Holder,
  metadata: UploadMetadata,
): void {
  const { album, named, audience } = instructionsIn(metadata);
  if (metadata['album'] !== undefined && album === undefined)
    throw new PhotospoolError('invalid', 'The album of an upload must be the id of an album.');
  if (metadata['album-name'] !== undefined && named === undefined)
    throw new PhotospoolError('invalid', 'The name of an album must have 1 to 200 characters.');
  if (metadata['audience'] !== undefined && audience === undefined)
    throw new PhotospoolError('invalid', 'The audience of an upload must be “private” or “family”.');
  if (album !== undefined) openMemberAlbums(parts).checkAdding(viewer, album, holder);
  // Others of the family, who may edit photos that they see, do not see this one.
  if (named !== undefined && (holder !== house || !may(viewer, 'share')))
    throw new PhotospoolError('forbidden', 'You can’t add these photos to this album.');
  if (audience === 'family' && !mayChange(viewer, 'audience', holder))
    throw new PhotospoolError('forbidden', 'You can’t choose who sees these photos.');
}

/** An upload with all its bytes. */
export interface AcceptedUpload {
  /** Its sender (`authorOf`). */
  by: string;
  /** A person (a ULID); absent for the house. */
  holder?: Holder | undefined;
  sha256: string;
  metadata: UploadMetadata;
}

/**
 * Stores what is said about an upload, by its sender or by the person whose default it is; durable. A default is the
 * person's own edit, also of what their tokens send. Nothing is stored for senders without an account here.
 */
export function noteInstructions(
  { library, senders }: { library: Library; senders: Senders },
  { by, holder = house, sha256, metadata }: AcceptedUpload,
): void {
  const viewer = senders(by);
  if (!viewer) return;
  const item = { holder, sha256 };
  const id = publicIdOf(item);
  const { album, named, audience } = instructionsIn(metadata);
  const { awaited } = library.local;
  const isNew = library.get(itemId(item)) === undefined;
  const change: AwaitedChange = {
    ...(awaited.takesAlbums({ sender: by, id }) && {
      ...(album !== undefined && { albums: [album] }),
      ...(named !== undefined && { named: [named] }),
    }),
    ...(isNew && audience === 'family' && { audience }),
  };
  if (Object.keys(change).length > 0) awaited.add({ sender: by, id, change });
  const { person } = viewer;
  if (!isNew || audience !== undefined || person === undefined) return;
  if (uploadAudience(library, person) === 'family')
    awaited.add({ sender: `person:${person}`, id, change: { audience: 'family' } });
}
