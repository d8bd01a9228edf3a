/** The trash: emptying it, and after how many days the server does. A search for `is:trashed` lists its content. */
import { Type } from 'typebox';
import { may, mayOn, type Viewer } from '../../access/permissions.js';
import { choiceInForce, chooseDeletion, daysLeft } from '../../album/automatic-deletion.js';
import { emptyTrash } from '../../album/empty-trash.js';
import { findPhotos } from '../../album/find-photos.js';
import { strict } from '../../api/access-schemas.js';
import { DeleteAfter, TrashLeft } from '../../api/album-schemas.js';
import { answers, Sha256 } from '../../api/photo-schemas.js';
import { PhotospoolError } from '../../base/errors.js';
import { house, type Holder } from '../../document/item-id.js';
import type { TrashPeriod } from '../../library/trash-days.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import type { Context, Routes } from '../context.js';
import { photoPlaces } from '../http/photo-places.js';
import { viewer } from '../http/request-viewer.js';
import { actorBehind, personBehind } from '../http/sign-in-response.js';

export const trash: Routes = (app, context) => {
  for (const add of [emptying, deletingAfter, left]) void add(app, context);
};

const Ids = strict({ ids: Type.Array(Sha256, { minItems: 1, maxItems: 5_000 }) });

const emptying: Routes = (app, { library, blobs }) => {
  const Emptied = Type.Object({
    purged: Type.Integer({ description: 'the number of purged photos' }),
    left: Type.Integer({ description: 'the number of photos that were not in the trash' }),
  });
  for (const { api, config, summary } of photoPlaces) {
    app.post(
      `${api}/trash/empty`,
      {
        config: { rule: { item: 'trash' }, ...config },
        schema: {
          summary: summary('Purges photos in the trash: permanently, on every server'),
          body: Ids,
          response: answers(Emptied),
        },
      },
      (request) => emptyTrash(library, blobs, viewer(request), request.body.ids),
    );
  }
};

/** The trash of the house and the viewer's own, if the viewer may empty them. */
function trashesOf({ gate }: Context, asker: Viewer): { name: 'house' | 'me'; holder: Holder }[] {
  const own = gate?.state().on === true && asker.person !== undefined;
  return [
    ...(mayOn(asker, 'trash', house) ? [{ name: 'house' as const, holder: house }] : []),
    ...(own ? [{ name: 'me' as const, holder: asker.person! }] : []),
  ];
}

const deletingAfter: Routes = (app, context) => {
  const { library, access, gate } = context;
  const { senders, audit } = access;
  const config = { rule: 'own-library' } as const;
  const read = (asker: Viewer): { house?: TrashPeriod | null; me?: TrashPeriod | null } =>
    Object.fromEntries(
      trashesOf(context, asker).map(({ name, holder }) => [
        name,
        choiceInForce({ library, senders }, holder)?.days ?? null,
      ]),
    );

  app.get(
    '/api/trash/delete-after',
    {
      config,
      schema: { summary: 'After how many days photos are deleted from the trash', response: answers(DeleteAfter) },
    },
    (request, reply) => void reply.send(read(viewer(request))),
  );

  app.patch(
    '/api/trash/delete-after',
    {
      config,
      schema: {
        summary: 'Sets after how many days this server deletes photos from the trash',
        body: DeleteAfter,
        response: answers(DeleteAfter),
      },
    },
    (request, reply) => {
      const change = request.body;
      if (change.me !== undefined) demandPeopleLibraries(gate);
      access.transaction(() => {
        for (const name of ['house', 'me'] as const) {
          const days = change[name];
          if (days === undefined) continue;
          const holder = name === 'house' ? house : personBehind(request);
          chooseDeletion(
            { library, audit },
            viewer(request),
            { holder, days: days ?? undefined },
            actorBehind(request),
          );
        }
      });
      void reply.send(read(viewer(request)));
    },
  );
};

const left: Routes = (app, { library, access: { senders }, clock }) => {
  app.post(
    '/api/trash/left',
    {
      config: { rule: { item: 'trash' } },
      schema: { summary: 'The days until photos in the trash are deleted', body: Ids, response: answers(TrashLeft) },
    },
    (request, reply) => {
      const asker = viewer(request);
      const theirs = findPhotos(library, asker, request.body.ids).filter(({ item }) =>
        mayOn(asker, 'trash', item.holder),
      );
      if (theirs.length === 0 && !may(asker, 'trash'))
        throw new PhotospoolError('forbidden', 'You can’t empty the trash.');
      const ids = theirs.map(({ id }) => id);
      void reply.send({ photos: daysLeft({ library, senders, now: clock.now() }, ids) });
    },
  );
};
