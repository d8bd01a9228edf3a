/**
 * The instructions of senders for their uploads: the album of a photo, and its audience. An import writes no edits, so
 * that two servers with the same file make the same document; the instructions wait in a local row of the sender
 * (library/awaited-photos.ts) and become an ordinary edit by the sender when the photo is recorded
 * (awaited-changes.ts). A row is written right before a file appears in `incoming`: a crash in between leaves a row
 * that is written again when the upload is finished, or that has no effect after 30 days.
 *
 * The stored rows depend only on the sender's requests and settings, never on photos: whether the holder has the photo
 * is decided when the change is made (awaited-changes.ts).
 */
import type { Senders } from '../access/sender-permissions.js';
import { authorOf, may, mayChange, type Viewer } from '../access/permissions.js';
import { uploadAudience, type UploadAudience } from '../access/upload-target.js';
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import { elementOf } from '../document/field-validation.js';
import { albumNamed, house, publicIdOf, type Holder } from '../document/item-id.js';
import { mostAwaitedAlbums, type AwaitedChange } from '../library/awaited-photos.js';
import type { Library } from '../library/library.js';
import { openMemberAlbums, type MemberAlbumParts } from './member-albums.js';

/** The metadata of an upload, by key: hostile text. */
export type UploadMetadata = Readonly<Record<string, string>>;

/** The instructions of a sender for an upload. */
interface UploadInstructions {
  /** An album with members, `<holder>:<ulid>`. */
  album?: string;
  /** The name of an album of the house; a new name creates a new album. */
  named?: string;
  audience?: UploadAudience;
}

const isAudience = (text: string | undefined): text is UploadAudience => text === 'private' || text === 'family';

/** The instructions in metadata, without invalid values. */
function instructionsIn(metadata: UploadMetadata): UploadInstructions {
  const { album, audience } = metadata;
  const named = elementOf(metadata['album-name'] ?? '');
  return {
    ...(album !== undefined && albumNamed(album) && { album }),
    ...(named !== undefined && { named }),
    ...(isAudience(audience) && { audience }),
  };
}

/** An upload before its bytes are sent. */
interface OfferedUpload {
  /** Its holder. */
  holder: Holder;
  /** The hash of its bytes, if the sender sent it. */
  sha256: string | undefined;
  metadata: UploadMetadata;
}

/**
 * Checks the instructions for an upload, before its bytes are sent; the rights that count are those of the sender when
 * the photo is recorded. @throws PhotospoolError `invalid`, also if the sender put these bytes into too many albums;
 * `not-found` for an album that is hidden from the viewer; `forbidden` if they may not put such photos into it, or may
 * not show them; `conflict` while people have no libraries.
 */
export function checkInstructions(
  parts: MemberAlbumParts,
  viewer: Viewer,
  { holder, sha256, metadata }: OfferedUpload,
): void {
  const { album, named, audience } = instructionsIn(metadata);
  if (metadata['album'] !== undefined && album === undefined)
    throw new PhotospoolError('invalid', 'The album of an upload must be the id of an album.');
  if (metadata['album-name'] !== undefined && named === undefined)
    throw new PhotospoolError('invalid', 'The name of an album must have 1 to 200 characters.');
  if (metadata['audience'] !== undefined && audience === undefined)
    throw new PhotospoolError('invalid', 'The audience of an upload must be “private” or “family”.');
  if (album !== undefined) openMemberAlbums(parts).checkAdding(viewer, album, holder);
  // Family members with the right to edit can't see this photo, so they can't edit it either.
  if (named !== undefined && (holder !== house || !may(viewer, 'share')))
    throw new PhotospoolError('forbidden', 'You can’t add these photos to this album.');
  if (audience === 'family' && !mayChange(viewer, 'audience', holder))
    throw new PhotospoolError('forbidden', 'You can’t choose who sees these photos.');
  const photo = sha256 === undefined ? undefined : { sender: authorOf(viewer), id: publicIdOf({ holder, sha256 }) };
  if (photo && !parts.library.local.awaited.takesAlbums(photo, albumsIn(metadata)))
    throw new PhotospoolError('invalid', `A photo can be uploaded into at most ${mostAwaitedAlbums} albums.`, {
      hint: 'Open the photo in your library, and add it to the album there.',
    });
}

/** An upload with all its bytes, in the form of the spool. */
interface AcceptedUpload {
  /** Its sender (`authorOf`). */
  by: string;
  /** A person (a ULID); absent for the house. */
  holder?: Holder | undefined;
  sha256: string;
  metadata: UploadMetadata;
}

/** The dependencies of storing instructions. */
interface InstructionParts {
  library: Library;
  clock: Pick<Clock, 'now'>;
  senders: Senders;
}

/**
 * Stores the instructions for an upload, right before it appears in `incoming`; durable. Without an audience, the
 * person's default for new uploads applies. Nothing is stored for unknown senders.
 */
export function noteInstructions(
  { library, clock, senders }: InstructionParts,
  { by, holder = house, sha256, metadata }: AcceptedUpload,
): void {
  const viewer = senders(by);
  if (!viewer) return;
  const id = publicIdOf({ holder, sha256 });
  const said = instructionsIn(metadata).audience;
  const isDefault =
    said === undefined && viewer.person !== undefined && uploadAudience(library, viewer.person) === 'family';
  const audience = isDefault ? 'default' : said;
  const albums = albumsIn(metadata);
  const change: AwaitedChange = {
    ...(library.local.awaited.takesAlbums({ sender: by, id }, albums) && albums),
    ...(audience !== undefined && { audience, since: clock.now() }),
  };
  if (Object.keys(change).length > 0) library.local.awaited.add({ sender: by, id, change });
}

/** Stores the requested album for a photo that is already visible to its sender: its audience stays. Durable. */
export function noteAlbum(
  { library }: Pick<InstructionParts, 'library'>,
  by: string,
  id: string,
  metadata: UploadMetadata,
): void {
  const change = albumsIn(metadata);
  if (Object.keys(change).length > 0) library.local.awaited.add({ sender: by, id, change });
}

function albumsIn(metadata: UploadMetadata): AwaitedChange {
  const { album, named } = instructionsIn(metadata);
  return { ...(album !== undefined && { albums: [album] }), ...(named !== undefined && { named: [named] }) };
}
