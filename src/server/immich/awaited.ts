/**
 * Makes the changes that clients asked for while their photos were in the spool (library/awaited-photos.ts), once each
 * photo is recorded and with the rights that its sender has then. A crash in between repeats a change, which is the same.
 */
import { may } from '../../access/permissions.js';
import { editShots } from '../../album/edit-shots.js';
import { openMemberAlbums } from '../../album/member-albums.js';
import { shareNext } from '../../base/async/single-flight.js';
import { toPhotospoolError } from '../../base/errors.js';
import { itemOf, publicIdOf } from '../../document/item-id.js';
import type { AwaitedPhoto } from '../../library/awaited-photos.js';
import { changeBatches } from '../../library/follow.js';
import type { App, Context } from '../context.js';

/** Follows the library until the server closes. */
export function followAwaited(app: App, context: Context): void {
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

  const run = shareNext(
    () => '',
    async () => {
      for await (const batch of changeBatches(library, seen)) {
        for (const { id, n } of batch) {
          const item = itemOf(id);
          for (const photo of item ? awaited.of(publicIdOf(item)) : []) await settle(photo);
          seen = n;
        }
      }
    },
  );
  const end = changes.on(() => void run(undefined).catch(() => undefined));
  // Those that were recorded before a crash; the start does not wait for them.
  const before = (async () => {
    for (const photo of awaited.all()) if (library.items.find(photo.id) !== undefined) await settle(photo);
  })().catch(() => undefined);
  app.addHook('preClose', async () => {
    end();
    await before;
    await run(undefined).catch(() => undefined);
  });
}

/** Makes the changes of a photo. What its sender may not do (any more) is left out. */
async function apply(
  { library, catalog, access, clock, gate, log }: Context,
  { sender, id, change }: AwaitedPhoto,
): Promise<void> {
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
  library.local.awaited.drop({ sender, id });
}
