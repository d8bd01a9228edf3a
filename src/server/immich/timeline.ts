/** The timeline by month, of all photos or those of an album, and the partners whose photos are in it. */
import { itemAccess } from '../../access/library-access.js';
import { may, type Viewer } from '../../access/permissions.js';
import { sightOf } from '../../album/visibility.js';
import { yieldToEventLoop } from '../../base/async/yield.js';
import { notFound, PhotospoolError } from '../../base/errors.js';
import type { Query } from '../../catalog/query.js';
import { house } from '../../document/item-id.js';
import type { Context } from '../context.js';
import { albumWith, searchOf } from './albums.js';
import { fieldsOf, minutesOf, type AssetFields } from './asset-json.js';
import { addCall, client, type Calls, type ImmichRequest } from './calls.js';
import { assetsOf } from './find-assets.js';
import { isOwn, userOf, usersFor } from './people.js';
import { userUuid } from './uuids.js';

/** The search of a timeline. @throws PhotospoolError `not-found` for an album or a user that does not exist for the viewer. */
async function queryOf(context: Context, who: Viewer, { query }: ImmichRequest, month?: string): Promise<Query> {
  const { albumId, isFavorite, isTrashed, visibility, userId, withPartners } = query;
  const users = usersFor(context, who);
  const only = userId === undefined ? undefined : users.find((holder) => userUuid(holder) === userId);
  if (userId !== undefined && only === undefined) throw notFound('This person doesn’t exist.');
  const hidden =
    albumId !== undefined || (userId === undefined && withPartners === 'true')
      ? []
      : users.filter((holder) => (only === undefined || isOwn(who, only) ? !isOwn(who, holder) : holder !== only));
  const terms = [
    ...(albumId === undefined ? [] : [searchOf(await albumWith(context, who, albumId)).text]),
    ...(isTrashed === 'true' ? ['is:trashed'] : []),
    ...(isFavorite === undefined ? [] : [`${isFavorite === 'true' ? '' : '-'}is:favourite`]),
    ...(visibility === 'archive' ? ['is:archived'] : []),
    ...(albumId === undefined && visibility !== 'archive' && isTrashed !== 'true' ? ['-is:archived'] : []),
    // Photos that wait for approval do not belong to the person yet.
    '-is:guest',
    ...hidden.map((holder) => `-holder:${holder}`),
    ...(month === undefined ? [] : [`taken:${month}`]),
  ];
  return context.ask(terms.join(' '), 'count', who);
}

/** `timeline/…` and `partners` */
export const timeline: Calls = (app, context) => {
  const { catalog } = context;
  addCall(app, { method: 'GET', path: '/timeline/buckets', needs: 'see' }, async (request) => {
    const who = client(request);
    const months = catalog.months(await queryOf(context, who, request), sightOf(who));
    if (request.query['order'] === 'asc') months.reverse();
    return months.map(({ month, count }) => ({ timeBucket: `${month}-01`, count }));
  });

  addCall(app, { method: 'GET', path: '/timeline/bucket', needs: 'see' }, async (request) => {
    const who = client(request);
    const [, month] = /^(\d{4}-\d\d)-\d\d(?:T.*)?$/.exec(request.query['timeBucket'] ?? '') ?? [];
    if (month === undefined) throw new PhotospoolError('invalid', 'timeBucket must be a date: 2024-07-01.');
    const query = await queryOf(context, who, request, month);
    const found: AssetFields[] = [];
    for (let cursor: string | undefined; ;) {
      const page = catalog.page(query, { limit: 500, viewer: sightOf(who), ...(cursor !== undefined && { cursor }) });
      found.push(...assetsOf(context, who, page.ids).map((photo) => fieldsOf(context, who, photo)));
      cursor = page.next;
      if (cursor === undefined) break;
      await yieldToEventLoop();
    }
    if (request.query['order'] === 'asc') found.reverse();
    return inColumns(found);
  });

  addCall(app, { method: 'GET', path: '/partners', needs: 'see' }, (request) => {
    const who = client(request);
    return partnersOf(context, who, request.query['direction'] === 'shared-by' ? 'given' : 'received').map(
      (holder) => ({
        ...userOf(context, holder),
        inTimeline: true,
      }),
    );
  });
};

/**
 * The partners of a viewer: the holders who share all of their photos with the viewer, or get all photos of the viewer.
 * Empty for viewers without access to that on the page; the house counts for the family.
 */
export function partnersOf({ library, access, gate }: Context, who: Viewer, which: 'given' | 'received'): string[] {
  const shown = which === 'received' && !isOwn(who, house) ? [house] : [];
  const { person } = who;
  if (person === undefined || gate?.state().on !== true || (which === 'given' && !may(who, 'albums'))) return shown;
  const { isMember, isPartner } = itemAccess(library);
  const people = access.people.all().filter(({ id }) => id !== person && isMember(id));
  const isOne = (id: string): boolean => (which === 'given' ? isPartner(person, id) : isPartner(id, person));
  return [...shown, ...people.map(({ id }) => id).filter(isOne)];
}

/** Photos as columns. */
function inColumns(photos: readonly AssetFields[]) {
  const column = <T>(value: (photo: AssetFields) => T): T[] => photos.map(value);
  const nothing = column(() => null);
  return {
    ...{ id: column(({ id }) => id), ownerId: column(({ ownerId }) => ownerId) },
    ratio: column(({ width, height }) => (width && height ? width / height : 1)),
    ...{ isFavorite: column((photo) => photo.isFavorite), isTrashed: column((photo) => photo.isTrashed) },
    ...{ isImage: column(({ type }) => type === 'IMAGE'), visibility: column((photo) => photo.visibility) },
    ...{ thumbhash: column(({ thumbhash }) => thumbhash), duration: column(({ duration }) => duration) },
    ...{ createdAt: column((photo) => photo.createdAt), fileCreatedAt: column((photo) => photo.fileCreatedAt) },
    localOffsetHours: column(({ seen }) => minutesOf(seen.offset) / 60),
    city: column(({ seen }) => seen.place?.city ?? null),
    country: column(({ seen }) => seen.place?.country ?? null),
    ...{ livePhotoVideoId: nothing, projectionType: nothing },
  };
}
