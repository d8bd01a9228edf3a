/**
 * Makes the changes that senders requested before their photos were recorded (library/awaited-photos.ts), when each
 * photo is recorded, with the rights that its sender has at that time. A change without the required right is dropped,
 * and so are all changes to a photo that is hidden from the sender.
 *
 * A photo is shown to the family only if this upload alone brought it here: all its sightings are of this server, by
 * this sender, and no older than the upload; it has no edit of its audience, and no sender requested that it be
 * private. A default must still be the person's choice.
 *
 * Albums and audience change in the transaction that removes them from the rows, so a crash leaves both or neither: no
 * photo returns to an album that it was taken out of. A photo that is in the trash, or that its sender deleted while it
 * was in the spool, is neither shown nor put into albums. Other edits, which only clients request, are made afterwards,
 * before the row is settled: after a crash in between they are repeated, with the same result. An album of the house
 * that exists by name is only that name in its photos, so a photo that is added after it was renamed gets the former
 * name.
 */
import type { Senders } from '../access/sender-permissions.js';
import type { Viewer } from '../access/permissions.js';
import { uploadAudience } from '../access/upload-target.js';
import { shareNext } from '../base/async/single-flight.js';
import type { Subscribe } from '../base/async/listeners.js';
import { yieldToEventLoop } from '../base/async/yield.js';
import { toPhotospoolError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { shownEdit } from '../document/edits.js';
import { itemOf, publicIdOf } from '../document/item-id.js';
import type { PhotoDocument } from '../document/photo-document.js';
import { isBroughtBy } from '../document/photo-senders.js';
import type { AwaitedChange, AwaitedPhoto } from '../library/awaited-photos.js';
import type { Changes } from '../library/change-signal.js';
import { changeBatches } from '../library/follow.js';
import type { Library } from '../library/library.js';
import { changeNow } from './edit-photos.js';
import { editShots, type ShotParts } from './edit-shots.js';
import { openMemberAlbums, type MemberAlbumParts } from './member-albums.js';

/** The dependencies of these changes. */
export interface AwaitedChangesParts extends ShotParts, MemberAlbumParts {
  senders: Senders;
  changes: Changes;
  /** Files that were imported, by the SHA-256 of their bytes: a known one may change no document. */
  imported: Subscribe<[sha256: string]>;
  log: Log;
}

/** The pending changes of photos that were sent. */
export interface AwaitedChanges {
  /**
   * Changes a photo when it is recorded. One that is already recorded is changed after the response, which is the same:
   * so the response time does not reveal whether the photo is in the library. Joins the caller's transaction.
   */
  change(photo: Pick<AwaitedPhoto, 'sender' | 'id'>, change: AwaitedChange): void;
  /** Makes the waiting changes of a photo (its public id) after the response, if it is recorded. */
  settle(id: string): void;
  /**
   * Starts with photos that were recorded before a crash, and follows the library until the returned function is
   * called.
   */
  follow(): () => Promise<void>;
}

/** Opens them; nothing happens before `follow`, `change` or `settle`. */
export function openAwaitedChanges(parts: AwaitedChangesParts): AwaitedChanges {
  const { library, changes, imported, log } = parts;
  const { awaited } = library.local;
  let seen = library.lastChange();

  /** Makes the changes of a photo; a failure affects that photo alone. */
  async function settleOne(id: string): Promise<void> {
    try {
      await apply(parts, id);
    } catch (error) {
      // Its message may name the photo, and so the bytes of a person.
      const { code } = toPhotospoolError(error);
      log.warn({ code }, 'The changes to a photo that was sent could not be made.');
    }
  }

  async function settleRecorded(id?: string): Promise<void> {
    const ids = new Set(awaited.pending(id).map((photo) => photo.id));
    for (const one of ids) if (library.items.find(one) !== undefined) await settleOne(one);
  }

  let late = Promise.resolve();
  /** One after the other: changes made at the same time could overwrite later ones. */
  const inOrder = (work: () => Promise<void>): Promise<void> => (late = late.then(work).catch(() => undefined));

  function settle(id: string): void {
    void inOrder(async () => {
      await yieldToEventLoop();
      await settleRecorded(id);
    });
  }

  const run = shareNext(
    () => '',
    async () => {
      for await (const batch of changeBatches(library, seen)) {
        for (const { id, n } of batch) {
          const item = itemOf(id);
          if (item) await inOrder(() => settleRecorded(publicIdOf(item)));
          seen = n;
        }
      }
    },
  );

  return {
    settle,
    change(photo, change) {
      awaited.add({ ...photo, change });
      settle(photo.id);
    },
    follow() {
      const ends = [
        changes.on(() => void run(undefined).catch(() => undefined)),
        imported((sha256) => {
          for (const document of library.items.withBytes(sha256)) settle(publicIdOf(itemOf(document)!));
        }),
      ];
      // First those that were recorded before a crash; opening does not wait for them.
      void inOrder(() => settleRecorded());
      return async () => {
        for (const end of ends) end();
        await late;
        await run(undefined).catch(() => undefined);
      };
    },
  };
}

/** Makes the changes of a recorded photo, by its public id, and settles its rows. */
async function apply(parts: AwaitedChangesParts, id: string): Promise<void> {
  const { library, senders, log } = parts;
  const { awaited } = library.local;
  const refused = (error: unknown): void => {
    const { code } = toPhotospoolError(error);
    if (code !== 'forbidden' && code !== 'not-found' && code !== 'conflict') throw error;
    log.info({ code }, 'A change to an uploaded photo was not applied.');
  };
  const withEdits = library.transaction(() => {
    const photos = awaited.pending(id);
    const isTrashed = photos.some(({ change }) => change.trashed === true);
    const isPrivate = photos.some(({ change }) => change.audience === 'private');
    return photos.flatMap((photo) => {
      const { named: _named, albums: _albums, audience: _audience, since: _since, ...left } = photo.change;
      if (!isTrashed) putIntoAlbums(parts, photo, refused);
      if (!isTrashed && !isPrivate) setAudience(parts, photo, refused);
      awaited.settle(photo, left);
      return Object.keys(left).length > 0 ? [{ ...photo, change: left }] : [];
    });
  });
  let hasMore = false;
  for (const photo of withEdits) {
    const who = senders(photo.sender);
    if (who) await editShots(parts, who, [{ ids: [id], ...photo.change }], false).catch(refused);
    if (!awaited.settle(photo)) hasMore = true;
  }
  // Changes requested meanwhile are made together with the earlier ones, which can safely be repeated.
  if (hasMore) await apply(parts, id);
}

function attempt(work: () => unknown, refused: (error: unknown) => void): void {
  try {
    work();
  } catch (error) {
    refused(error);
  }
}

/** Whether a photo is outside the trash, or is restored by these changes. */
const isKept = ({ edits }: PhotoDocument, { trashed }: AwaitedChange): boolean =>
  trashed === false || shownEdit(edits, 'trashed')?.value !== true;

/** Adds a photo to its albums. Joins the caller's transaction; `refused` gets errors. */
function putIntoAlbums(
  parts: AwaitedChangesParts,
  { sender, id, change }: AwaitedPhoto,
  refused: (error: unknown) => void,
): void {
  const { library, senders } = parts;
  const { named = [], albums = [] } = change;
  const who = senders(sender);
  if (!who) return;
  const isTaken = (photo: PhotoDocument): boolean => isKept(photo, change);
  if (named.length > 0) attempt(() => changeNow(library, who, id, { albums: { add: [...named] } }, isTaken), refused);
  const all = openMemberAlbums(parts);
  for (const album of albums) attempt(() => all.add(who, album, [id]), refused);
}

/** Gives a photo its audience, if this upload alone brought it here. Joins the caller's transaction; `refused` gets errors. */
function setAudience(
  { library, senders }: AwaitedChangesParts,
  { sender, id, change }: AwaitedPhoto,
  refused: (error: unknown) => void,
): void {
  const { audience, since } = change;
  if (audience === undefined || since === undefined) return;
  const who = audience === 'default' ? byDefault(library, senders, sender) : senders(sender);
  if (!who) return;
  const isNew = (photo: PhotoDocument): boolean =>
    isKept(photo, change) &&
    shownEdit(photo.edits, 'audience') === undefined &&
    isBroughtBy(photo, { server: library.server, sender, since });
  attempt(() => changeNow(library, who, id, { audience: 'family' }, isNew), refused);
}

/** The person of a sender, if both still exist and the person still shows new uploads to the family. */
function byDefault(library: Library, senders: Senders, sender: string): Viewer | undefined {
  const person = senders(sender)?.person;
  if (person === undefined || uploadAudience(library, person) !== 'family') return undefined;
  return senders(`person:${person}`);
}
