/**
 * Makes the changes that clients asked for while their photos were in the spool (library/awaited-photos.ts), once each
 * photo is recorded and with the rights that its sender has then. A crash in between repeats a change, which is the same.
 */
import { authorOf, may, type Viewer } from '../../access/permissions.js';
import { editShots } from '../../album/edit-shots.js';
import { openMemberAlbums } from '../../album/member-albums.js';
import { shareNext } from '../../base/async/single-flight.js';
import { yieldToEventLoop } from '../../base/async/yield.js';
import { toPhotospoolError } from '../../base/errors.js';
import { itemOf, publicIdOf } from '../../document/item-id.js';
import type { AwaitedChange, AwaitedPhoto } from '../../library/awaited-photos.js';
import { changeBatches } from '../../library/follow.js';
import type { App, Context } from '../context.js';
import { assetUuid, digitsOf } from './uuids.js';

/** The photos that clients sent, and what they ask for. */
export interface Awaited {
  /** A photo, if the viewer sent it in the last 30 days. */
  find(who: Viewer, uuid: string): AwaitedPhoto | undefined;
  /**
   * Changes a photo when it is recorded. One that is recorded already is changed after the response, which is the same:
   * its time does not show whether the photo is there. Joins the caller's transaction.
   */
  change(photo: AwaitedPhoto, change: AwaitedChange): void;
}

/** What the calls that change photos need. */
export type WithAwaited = Context & { awaited: Awaited };

/** Follows the library until the server closes. */
export function followAwaited(app: App, context: Context): Awaited {
  const { library, changes, log } = context;
  const { awaited } = library.local;
  let seen = library.lastChange();

  /** Makes the changes of a photo; a failure is of it alone. */
  async function settle(photo: AwaitedPhoto): Promise<void> {
    try {
      await apply(context, photo);
    } catch (error) {
      // Its message may name the photo, and so the bytes of a person.
      const { code } = toPhotospoolError(error);
      log.warn({ code }, 'The changes to a photo that was sent could not be made.');
    }
  }

  async function settleRecorded(id?: string): Promise<void> {
    for (const photo of awaited.pending(id)) if (library.items.find(photo.id) !== undefined) await settle(photo);
  }

  let late = Promise.resolve();
  /** One after the other: changes made at the same time could overwrite later ones. */
  const inOrder = (work: () => Promise<void>): Promise<void> => (late = late.then(work).catch(() => undefined));

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
  const end = changes.on(() => void run(undefined).catch(() => undefined));
  // First those that were recorded before a crash; the start does not wait for them.
  void inOrder(() => settleRecorded());
  app.addHook('preClose', async () => {
    end();
    await late;
    await run(undefined).catch(() => undefined);
  });

  return {
    find(who, uuid) {
      const digits = digitsOf(uuid);
      if (digits === undefined) return undefined;
      return awaited.beginning(authorOf(who), digits).find(({ id }) => assetUuid(id) === uuid);
    },
    change(photo, change) {
      awaited.add({ ...photo, change });
      void inOrder(async () => {
        await yieldToEventLoop();
        await settleRecorded(photo.id);
      });
    },
  };
}

/** Makes the changes of a photo. What its sender may not do (any more) is left out. */
async function apply(context: Context, photo: AwaitedPhoto): Promise<void> {
  const { library, catalog, access, clock, gate, log } = context;
  const { sender, id, change } = photo;
  const { named = [], albums = [], ...edits } = change;
  const parts = { library, catalog };
  const who = access.senders(sender);
  const attempt = async (work: () => unknown): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const { code } = toPhotospoolError(error);
      if (code !== 'forbidden' && code !== 'not-found' && code !== 'conflict') throw error;
      log.info({ code }, 'A change to an uploaded photo was not applied.');
    }
  };
  if (who) {
    if (named.length > 0 && may(who, 'edit'))
      await attempt(() => editShots(parts, who, [{ ids: [id], albums: { add: [...named] } }], false));
    const all = openMemberAlbums({ library, clock, gate });
    for (const album of albums) await attempt(() => all.add(who, album, [id]));
    // Last: no album takes a photo that is in the trash.
    if (Object.keys(edits).length > 0) await attempt(() => editShots(parts, who, [{ ids: [id], ...edits }], false));
  }
  // Changes requested meanwhile are applied together with the earlier ones, which can safely be repeated.
  const more = library.local.awaited.settle(photo) ? undefined : library.local.awaited.find(sender, id);
  if (more && Object.keys(more.change).length > 0) await apply(context, more);
}
