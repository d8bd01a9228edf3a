/**
 * The history of a photo: who edited which field and when, the values of its sidecars, and where it arrived. For
 * viewers with the right to edit, limited to the fields that they may change.
 */
import { Type } from 'typebox';
import { PhotospoolError } from '../../base/errors.js';
import type { People } from '../../access/people.js';
import { may, mayOn, type Viewer } from '../../access/permissions.js';
import { historyOf, sidecarsIn, sightingsOf } from '../../document/edit-history.js';
import { itemId, type Holder } from '../../document/item-id.js';
import type { PhotoDocument } from '../../document/photo-document.js';
import { viewer } from '../http/request-viewer.js';
import { authorFor } from '../../album/author-names.js';
import { limit, within } from '../http/page-size.js';
import { mergeFor, momentOf } from '../peer-status.js';
import type { App, Context, Routes } from '../context.js';
import { photoPlaces, type PhotoPlace } from '../http/photo-places.js';
import { getPhoto } from '../../album/find-photos.js';
import { PhotoHistory } from '../../api/album-schemas.js';
import { answers, IdParams } from '../../api/photo-schemas.js';

const bounds = { most: 1_000, usual: 200 };

export const history: Routes = (app, context) => {
  for (const place of photoPlaces) addHistory(app, context, place);
};

function addHistory(app: App, context: Context, { api, config, summary }: PhotoPlace): void {
  const { access, library } = context;
  app.get(
    `${api}/photos/:id/history`,
    {
      config: { rule: { item: 'history' }, ...config },
      schema: {
        summary: summary('The history of a photo: edits, sidecars and sightings'),
        params: IdParams,
        querystring: Type.Object({ limit: limit(bounds) }),
        response: answers(PhotoHistory),
      },
    },
    (request, reply) => {
      const [who, now] = [viewer(request), context.clock.now()];
      const { item, added } = getPhoto(library, who, request.params.id);
      if (!mayOn(who, 'history', item.holder))
        throw new PhotospoolError('forbidden', 'Only its owner can see the history of this photo.');
      const document = library.get<PhotoDocument>(itemId(item))?.body;
      const isTold = (field: string): boolean => isToldOf(who, item.holder, field);
      const edits = (document ? historyOf(document) : []).filter(({ field }) => isTold(field));
      const told = edits.slice(0, within(bounds, request.query.limit));
      const merges = library.local.merges.of(itemId(item)).map((merge) => ({
        ...merge,
        fields: merge.fields.filter(isTold),
        contests: merge.contests.filter(({ field }) => isTold(field)),
      }));
      void reply.send({
        added,
        edits: told.map(({ by, at, made, ...edit }) => ({
          ...edit,
          ...momentOf({ at, made }, now),
          by: authorFor(who, access.people, by),
        })),
        sightings: document ? sightingsFor(who, access.people, library.server, document) : [],
        sidecars: document ? sidecarsFor(who, access.people, document, isTold) : [],
        more: edits.length - told.length,
        merges: merges.map((merge) => mergeFor(who, access.people, merge, now)),
      });
    },
  );
}

/** The maximum numbers in a response; a hostile peer may send many. */
const mostSightings = 100;
const mostSidecars = 100;

/** The arrivals of a photo. Folders are only for viewers with access to the spool. */
const sightingsFor = (who: Viewer, people: Pick<People, 'find'>, here: string, document: PhotoDocument) =>
  sightingsOf(document)
    .slice(0, mostSightings)
    .map(({ at, name, server, folder, by }) => ({
      ...{ at, name, here: server === here, by: authorFor(who, people, by) },
      ...(folder !== undefined && may(who, 'spool') && { folder }),
    }));

/** The sidecars of a photo with their senders, limited to the fields visible to the viewer. */
const sidecarsFor = (
  who: Viewer,
  people: Pick<People, 'find'>,
  document: PhotoDocument,
  isTold: (field: string) => boolean,
) =>
  sidecarsIn(document)
    .slice(0, mostSidecars)
    .map(({ by, values, ...told }) => ({
      ...told,
      by: authorFor(who, people, by),
      values: Object.fromEntries(Object.entries(values).filter(([field]) => isTold(field))),
    }));

/**
 * The fields visible to family members with the right to edit: those they may change. Their favourite is not the
 * owner's.
 */
const shared: readonly string[] = ['title', 'description', 'taken', 'place', 'gps', 'rating', 'tags', 'albums'];
const isToldOf = (who: Viewer, holder: Holder, field: string): boolean =>
  who.role !== 'family' || who.person === holder || shared.includes(field);
