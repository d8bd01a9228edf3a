/** Originals. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '../../base/errors.js';
import { Type } from 'typebox';
import { may, mayDownloadUnedited, mayHaveOriginal, mayHaveUnedited, type Viewer } from '../../access/permissions.js';
import { viewer } from '../http/request-viewer.js';
import { disposition } from '../http/content-disposition.js';
import { mayKeep, sendDownload, sendWhole } from '../files/send-file.js';
import type { App, Context, Routes } from '../context.js';
import { photoPlaces, type PhotoPlace } from '../http/photo-places.js';
import { getPhoto, type FoundPhoto } from '../../album/find-photos.js';
import { hasPeers } from '../peer-status.js';
import { openStripping } from '../files/send-stripped-original.js';
import { turnsOf } from '../files/rotated-bytes.js';
import { goneOf } from '../http/client-disconnect.js';
import { OriginalProgress } from '../../api/album-schemas.js';
import { answers, bytes, IdParams } from '../../api/photo-schemas.js';

/** The types that a browser may display inline: raster images, which can't contain scripts. */
const raster = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/avif',
  'image/gif',
  'image/tiff',
  'image/heic',
  'image/heif',
  'image/jxl',
]);

const missing = 'The original is on another server.';

/** The time limit for fetching an original from another server, ms. */
const patience = 20_000;

/** The routes of originals. */
export const originals: Routes = (app, context) => {
  for (const place of photoPlaces) addOriginals(app, context, place);
};

/** Opens the search for originals, here and on other servers, and their sending. */
export function openOriginals(context: Context) {
  const { library, blobs, exchange } = context;
  const stripping = openStripping(context);

  /** A photo whose original is here, or was sent by another server within the time limit; otherwise undefined. */
  async function fetched(who: Viewer, id: string, signal: AbortSignal): Promise<FoundPhoto | undefined> {
    const photo = getPhoto(library, who, id);
    if (photo.original.path !== undefined) return photo;
    if (!hasPeers(context) || !(await exchange.ask(photo.item.sha256, patience, signal))) return undefined;
    return getPhoto(library, who, id);
  }

  /** The same, with its path in the archive. @throws PhotospoolError `not-found`. */
  async function find(who: Viewer, id: string, signal: AbortSignal): Promise<FoundPhoto & { path: string }> {
    getPhoto(library, who, id);
    if (!may(who, 'stripped')) throw notFound(missing);
    const photo = await fetched(who, id, signal);
    if (photo?.original.path === undefined)
      throw notFound(missing, hasPeers(context) ? 'Another server may have it. Try again later.' : undefined);
    return { ...photo, path: photo.original.path };
  }

  /**
   * Sends the original, or the form of it that the viewer may have. `inline`: raster pictures may be shown in the
   * browser; then a link that offers unedited originals shows the edited picture, as everywhere. Rotating a video cuts
   * nothing away: viewers who would get its edited picture get its original, rotated; with `edited`, all others do,
   * too.
   * @throws PhotospoolError `not-found`.
   */
  async function send(
    request: FastifyRequest,
    reply: FastifyReply,
    { id, inline, edited = false }: { id: string; inline: boolean; edited?: boolean },
  ): Promise<FastifyReply> {
    const who = viewer(request);
    const photo = await find(who, id, goneOf(reply));
    const { holder } = photo.item;
    const mayHave = inline ? mayHaveUnedited : mayDownloadUnedited;
    const isKept = photo.unedited !== undefined && !mayHave(who, holder);
    if (isKept && !photo.develop) throw notFound('The original of this photo is not shared with you.');
    const rotate = isKept || edited ? turnsOf(photo) : undefined;
    if (isKept && rotate === undefined) return stripping.send(request, reply, photo);
    const { develop: _develop, ...asTaken } = photo;
    if (!mayHaveOriginal(who, holder)) return stripping.send(request, reply, rotate ? photo : asTaken);
    return sendDownload(request, reply, {
      path: blobs.original(photo.path),
      sha256: photo.item.sha256,
      type: photo.type,
      forever: mayKeep(request) && !rotate,
      rotate,
      disposition: disposition(inline && raster.has(photo.type) ? 'inline' : 'attachment', photo.name),
      missing,
    });
  }
  return { find, send };
}

function addOriginals(app: App, context: Context, { api, files, config, summary }: PhotoPlace): void {
  const { library, exchange, toJpeg } = context;
  const { find, send } = openOriginals(context);

  app.post(
    `${api}/photos/:id/original`,
    {
      config: { rule: 'see', ...config },
      schema: {
        summary: summary('Requests an original from other servers, and returns its progress'),
        params: IdParams,
        response: answers(OriginalProgress),
      },
    },
    async (request) => {
      const who = viewer(request);
      const { item, bytes, original } = getPhoto(library, who, request.params.id);
      if (!may(who, 'stripped')) throw notFound(missing);
      const here = original.here || (await exchange.ask(item.sha256, 0));
      const have = here ? bytes : Math.min(bytes, await exchange.store.begun(item.sha256));
      return { here, bytes, have, reachable: hasPeers(context) };
    },
  );

  app.get(
    `${files}/originals/:id/jpeg`,
    {
      config: { rule: 'original', ...config },
      schema: {
        summary: summary('The picture as a full-size JPEG, whatever the format of the file'),
        params: IdParams,
        response: bytes('the picture', 'image/jpeg'),
      },
    },
    async (request, reply) => {
      const who = viewer(request);
      const photo = await find(who, request.params.id, goneOf(reply));
      const unclear = photo.unedited !== undefined && !photo.develop;
      if (unclear && !mayHaveUnedited(who, photo.item.holder)) throw notFound('This file can’t be shown as a picture.');
      const jpeg = await toJpeg?.(photo.path, photo.develop);
      if (!jpeg) throw notFound('This file can’t be shown as a picture.');
      // Windows can't remove a file that is still open: then the next start removes it.
      reply.raw.once('close', () => void jpeg.remove().catch(() => undefined));
      const name = `${photo.name.replace(/\.[^.]{1,5}$/, '')}.jpg`;
      return sendWhole(reply, jpeg.path, 'image/jpeg', disposition('attachment', name));
    },
  );

  app.route({
    method: ['GET', 'HEAD'],
    url: `${files}/originals/:id`,
    config: { rule: 'see', ...config },
    schema: {
      summary: summary('The original file, unchanged'),
      params: IdParams,
      querystring: Type.Object({
        download: Type.Optional(Type.String({ description: 'as a download instead of inline' })),
        edited: Type.Optional(Type.String({ description: 'a rotated video as it is played' })),
      }),
      response: bytes('the file', 'application/octet-stream'),
    },
    handler: (request, reply) =>
      send(request, reply, {
        id: request.params.id,
        inline: request.query.download === undefined,
        edited: request.query.edited !== undefined,
      }),
  });
}
