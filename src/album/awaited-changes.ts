/**
 * Makes the changes that senders asked for before their photos were recorded (library/awaited-photos.ts), once each photo
 * is recorded, with the rights that its sender has then: what they may not do (any more) is left out, and so is all of it
 * for a photo that they do not see.
 *
 * Albums and the audience change in the transaction that settles the row, so a crash leaves both or neither: no photo
 * returns to an album that it was taken out of. An audience that somebody has chosen meanwhile stays, and a photo in the
 * trash is neither shown nor put into albums. Other edits, which only clients ask for, are made before the row is
 * settled: a crash in between repeats them, which is the same.
 */
import type { Senders } from '../access/sender-permissions.js';
import type { Viewer } from '../access/permissions.js';
import { shareNext } from '../base/async/single-flight.js';
import type { Subscribe } from '../base/async/listeners.js';
import { yieldToEventLoop } from '../base/async/yield.js';
import { toPhotospoolError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { shownEdit } from '../document/edits.js';
import { itemOf, publicIdOf } from '../document/item-id.js';
import type { PhotoDocument } from '../document/photo-document.js';
import type { AwaitedChange, AwaitedPhoto } from '../library/awaited-photos.js';
import type { Changes } from '../library/change-signal.js';
import { changeBatches } from '../library/follow.js';
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

/** The changes of photos that were sent. */
export interface AwaitedChanges {
  /**
   * Changes a photo when it is recorded. One that is recorded already is changed after the response, which is the same:
   * its time does not show whether the photo is there. Joins the caller's transaction.
   */
  change(photo: Pick<AwaitedPhoto, 'sender' | 'id'>, change: AwaitedChange): void;
  /** Makes the waiting changes of a photo (its public id) after the response, if it is recorded. */
  settle(id: string): void;
  /** Begins with photos that were recorded before a crash, and follows the library until the returned function is called. */
  follow(): () => Promise<void>;
}

/** Opens them; nothing happens before `follow`, `change` or `settle`. */
export function openAwaitedChanges(parts: AwaitedChangesParts): AwaitedChanges {
  const { library, changes, imported, log } = parts;
  const { awaited } = library.local;
  let seen = library.lastChange();

  /** Makes the changes of a photo; a failure is of it alone. */
  async function settleOne(photo: AwaitedPhoto): Promise<void> {
    try {
      await apply(parts, photo);
    } catch (error) {
      // Its message may name the photo, and so the bytes of a person.
      const { code } = toPhotospoolError(error);
      log.warn({ code }, 'The changes to a photo that was sent could not be made.');
    }
  }

  async function settleRecorded(id?: string): Promise<void> {
    for (const photo of awaited.pending(id)) if (library.items.find(photo.id) !== undefined) await settleOne(photo);
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
      // First those that were recorded before a crash; the start does not wait for them.
      void inOrder(() => settleRecorded());
      return async () => {
        for (const end of ends) end();
        await late;
        await run(undefined).catch(() => undefined);
      };
    },
  };
}

/** Makes the changes of a photo, and settles its row. */
async function apply(parts: AwaitedChangesParts, photo: AwaitedPhoto): Promise<void> {
  const { library, senders, log } = parts;
  const { sender, id, change } = photo;
  const { named: _named, albums: _albums, audience: _audience, ...edits } = change;
  const who = senders(sender);
  const refused = (error: unknown): void => {
    const { code } = toPhotospoolError(error);
    if (code !== 'forbidden' && code !== 'not-found' && code !== 'conflict') throw error;
    log.info({ code }, 'A change to an uploaded photo was not applied.');
  };
  const hasEdits = Object.keys(edits).length > 0;
  let settled = library.transaction(() => {
    if (who) putAway(parts, who, photo, refused);
    return hasEdits || library.local.awaited.settle(photo);
  });
  if (hasEdits) {
    // Last: no album takes a photo that is in the trash.
    if (who) await editShots(parts, who, [{ ids: [id], ...edits }], false).catch(refused);
    settled = library.local.awaited.settle(photo);
  }
  // Changes requested meanwhile are applied together with the earlier ones, which can safely be repeated.
  const more = settled ? undefined : library.local.awaited.find(sender, id);
  if (more && Object.keys(more.change).length > 0) await apply(parts, more);
}

/** Puts a photo into its albums, and gives it its audience. Joins the caller's transaction; `refused` gets errors. */
function putAway(
  parts: AwaitedChangesParts,
  who: Viewer,
  { id, change }: AwaitedPhoto,
  refused: (error: unknown) => void,
): void {
  const { library } = parts;
  const { named = [], albums = [], audience, trashed } = change;
  const attempt = (work: () => unknown): void => {
    try {
      work();
    } catch (error) {
      refused(error);
    }
  };
  const isKept = ({ edits }: PhotoDocument): boolean =>
    trashed === false || shownEdit(edits, 'trashed')?.value !== true;
  const isUndecided = (photo: PhotoDocument): boolean =>
    isKept(photo) && shownEdit(photo.edits, 'audience') === undefined;
  if (named.length > 0) attempt(() => changeNow(library, who, id, { albums: { add: [...named] } }, isKept));
  const all = openMemberAlbums(parts);
  for (const album of albums) attempt(() => all.add(who, album, [id]));
  if (audience !== undefined) attempt(() => changeNow(library, who, id, { audience }, isUndecided));
}
