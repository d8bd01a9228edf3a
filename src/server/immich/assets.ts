/**
 * Photos by id: their details, pictures and originals, changes, the trash. The calls resolve ids and translate fields;
 * the permissions are those of our own routes, whose functions do the work.
 */
import { Type, type Static } from 'typebox';
import type { Viewer } from '../../access/permissions.js';
import { editShots } from '../../album/edit-shots.js';
import { readTaken } from '../../album/parse-time-taken.js';
import { sightOf } from '../../album/visibility.js';
import { notFound, PhotospoolError } from '../../base/errors.js';
import type { AwaitedEdit } from '../../library/awaited-photos.js';
import type { App, Context } from '../context.js';
import { openOriginals } from '../routes/originals.js';
import { openRenditions } from '../routes/renditions.js';
import { findAwaited } from './awaited.js';
import { assetJson } from './asset-json.js';
import { addCall, client, type Calls } from './calls.js';
import { assetWith, findAssets } from './find-assets.js';

const Values = {
  isFavorite: Type.Optional(Type.Boolean()),
  visibility: Type.Optional(Type.Enum(['timeline', 'archive', 'hidden', 'locked'])),
  description: Type.Optional(Type.String({ maxLength: 8_000 })),
  rating: Type.Optional(Type.Union([Type.Integer({ minimum: -1, maximum: 5 }), Type.Null()])),
  dateTimeOriginal: Type.Optional(Type.String({ maxLength: 40 })),
  latitude: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
  longitude: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
};
const One = Type.Object(Values);
const Ids = Type.Array(Type.String({ maxLength: 100 }), { maxItems: 10_000 });
const Many = Type.Object({ ...Values, ids: Ids });
const Listed = Type.Object({ ids: Ids });
const Removed = Type.Object({ ids: Ids, force: Type.Optional(Type.Boolean()) });

/** A change in our own format. @throws PhotospoolError `invalid` for changes that clients can't make. */
function editIn({
  isFavorite,
  visibility,
  description,
  rating,
  dateTimeOriginal,
  ...at
}: Static<typeof One>): AwaitedEdit {
  if (visibility === 'locked' || visibility === 'hidden')
    throw new PhotospoolError('invalid', 'Photos can’t be locked by an app.', { hint: 'Lock them in the web app.' });
  const { latitude: lat, longitude: lon } = at;
  return {
    ...(isFavorite !== undefined && { favourite: isFavorite }),
    ...(visibility !== undefined && { archived: visibility === 'archive' }),
    ...(description !== undefined && { description }),
    ...(rating !== undefined && { rating: rating === null || rating < 0 ? null : rating }),
    ...(dateTimeOriginal !== undefined && { taken: readTaken(dateTimeOriginal) }),
    ...(lat !== undefined && lon !== undefined && { gps: { lat, lon } }),
  };
}

/**
 * Changes photos: all or, if one does not exist for the viewer, none. For a photo that is hidden from its sender, the
 * response is the same before and after it is recorded.
 */
async function change(parts: Context, who: Viewer, uuids: readonly string[], edit: AwaitedEdit): Promise<void> {
  const { library, awaited } = parts;
  const found = await findAssets(parts, who, uuids);
  const known = new Set(found.map(({ uuid }) => uuid));
  const coming = uuids.flatMap((uuid) => (known.has(uuid) ? [] : [findAwaited(library, who, uuid)]));
  if (coming.includes(undefined)) throw notFound('One of these photos doesn’t exist.');
  if (Object.keys(edit).length === 0) return;
  library.transaction(() => {
    for (const photo of coming) if (photo) awaited.change(photo, edit);
  });
  const ids = found.map(({ id }) => id);
  const { refused } = ids.length > 0 ? await editShots(parts, who, [{ ids, ...edit }], false) : {};
  if (refused) throw new PhotospoolError('forbidden', 'You can’t make this change to some of these photos.');
}

/** `assets/…` except uploads, and `trash/…`. */
export const assets: Calls = (app, context) => {
  addCall(app, { method: 'GET', path: '/assets/statistics', needs: 'see' }, async (request) => {
    const who = client(request);
    const { isFavorite, isTrashed, visibility } = request.query;
    const more = [
      '-is:guest',
      ...(isFavorite === 'true' ? ['is:favourite'] : []),
      ...(isTrashed === 'true' ? ['is:trashed'] : []),
      ...(visibility === 'archive' ? ['is:archived'] : []),
      ...(visibility === 'timeline' ? ['-is:archived'] : []),
    ].join(' ');
    const count = async (type: string): Promise<number> =>
      context.catalog.count(await context.ask(`type:${type} ${more}`, 'count', who), sightOf(who));
    const [images, videos] = [await count('photo'), await count('video')];
    return { images, videos, total: images + videos };
  });
  addCall(app, { method: 'GET', path: '/assets/:id', needs: 'see' }, (request) => {
    const who = client(request);
    return assetJson(context, who, assetWith(context, who, request.params['id']!));
  });
  addCall(app, { method: 'PUT', path: '/assets/:id', needs: 'client', body: One }, async (request) => {
    const who = client(request);
    const id = request.params['id']!;
    // The response contains the photo, so one in the spool does not exist for this call.
    assetWith(context, who, id);
    await change(context, who, [id], editIn(request.body));
    return assetJson(context, who, assetWith(context, who, id));
  });
  addCall(app, { method: 'PUT', path: '/assets', needs: 'client', body: Many }, async (request) => {
    const { ids, ...values } = request.body;
    await change(context, client(request), ids, editIn(values));
  });
  addFiles(app, context);
  addTrash(app, context);
};

function addFiles(app: App, context: Context): void {
  const [sendRendition, originals] = [openRenditions(context), openOriginals(context)];
  const file = { method: ['GET', 'HEAD'], needs: 'see' } as { method: ('GET' | 'HEAD')[]; needs: 'see' };

  addCall(app, { ...file, path: '/assets/:id/thumbnail' }, (request, reply) => {
    const { id } = assetWith(context, client(request), request.params['id']!);
    const rendition = ['preview', 'fullsize'].includes(request.query['size'] ?? '') ? 'preview' : 'thumb';
    return sendRendition(request, reply, { id, rendition });
  });
  addCall(app, { ...file, path: '/assets/:id/video/playback' }, (request, reply) => {
    const { id } = assetWith(context, client(request), request.params['id']!);
    return sendRendition(request, reply, { id, rendition: 'video' });
  });
  addCall(app, { ...file, path: '/assets/:id/original' }, (request, reply) => {
    const { id } = assetWith(context, client(request), request.params['id']!);
    return originals.send(request, reply, { id, inline: false });
  });
}

function addTrash(app: App, context: Context): void {
  addCall(app, { method: 'DELETE', path: '/assets', needs: 'client', body: Removed }, async (request) => {
    const { ids, force } = request.body;
    if (force === true)
      throw new PhotospoolError('forbidden', 'Photos can’t be deleted permanently by an app.', {
        hint: 'Delete them from the trash in the web app.',
      });
    await change(context, client(request), ids, { trashed: true });
  });
  addCall(app, { method: 'POST', path: '/trash/restore/assets', needs: 'client', body: Listed }, async (request) => {
    const { ids } = request.body;
    await change(context, client(request), ids, { trashed: false });
    return { count: ids.length };
  });
}
