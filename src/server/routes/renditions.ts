/** Renditions: pictures and videos. */
import { Type } from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toPhotospoolError, notFound } from '../../base/errors.js';
import type { PhotoView } from '../../document/photo-view.js';
import { viewer } from '../http/request-viewer.js';
import { mayHaveOriginal, mayHaveUnedited } from '../../access/permissions.js';
import { playingOf, sourceOf, withMotion } from '../../album/playable-videos.js';
import { mayKeep, sendDownload, type Download } from '../files/send-file.js';
import { refuse } from '../http/error-responses.js';
import type { Context, Routes } from '../context.js';
import { photoPlaces, type PhotoPlace } from '../http/photo-places.js';
import { getPhoto, type FoundPhoto } from '../../album/find-photos.js';
import { versionLength } from '../../catalog/catalog-row.js';
import { hasPeers } from '../peer-status.js';
import { bytes, Sha256 } from '../../api/photo-schemas.js';

/** The renditions of a photo or video that a client can request. */
export type RenditionName = 'thumb' | 'preview' | 'unedited' | 'hover' | 'video';

/**
 * Opens the sending of renditions of a photo (its public id) to its viewers. @throws PhotospoolError `not-found` if it
 * does not exist for the viewer, or has no such picture.
 */
export function openRenditions(context: Context) {
  const { library, blobs } = context;

  /** The file to send for a video; undefined if it is not made yet. */
  function filmOf(request: FastifyRequest, photo: PhotoView, which: 'hover' | 'video'): Download | undefined {
    const who = viewer(request);
    if (!photo.type.startsWith('video/') && withMotion(context, who, photo).motion !== true)
      throw notFound('This photo is not a video.');
    const playing = playingOf(context, who, photo, which);
    if (!playing) return undefined;
    const missing = 'This video is not on this server.';
    const { rotate } = playing;
    // When rotated, it is a different file at the same address.
    const keeps = mayKeep(request) && isVersion(request, photo);
    if (playing.kind === 'rendition') {
      const { sha256, type } = playing.rendition;
      return { path: blobs.rendition(sha256), sha256, type, forever: keeps, missing, rotate };
    }
    const { id, type, part, settled } = playing;
    const path = blobs.original(library.local.originals.find(id)?.path ?? '');
    return { path, sha256: id, type, forever: keeps && settled, missing, rotate, ...(part && { part }) };
  }

  /**
   * Whether a missing video will become available. For viewers without the right to the original, this requests its
   * transcoding.
   */
  function isComing(request: FastifyRequest, photo: PhotoView): boolean {
    const who = viewer(request);
    const source = sourceOf(context, who, photo);
    if (!source || mayHaveOriginal(who, source.item.holder) || !context.makePlayable) return true;
    const { sha256 } = source.item;
    const isHere = library.local.originals.find(sha256)?.state === 'here';
    return isHere ? context.makePlayable(sha256) : hasPeers(context);
  }

  const withheld = (reply: FastifyReply): FastifyReply =>
    refuse(reply, 403, 'forbidden', 'This video can be played only from its original, which is not shared with you.');

  const later = (reply: FastifyReply, message: string): FastifyReply => refuse(reply, 404, 'on-its-way', message);

  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    { id, rendition }: { id: string; rendition: RenditionName },
  ): Promise<FastifyReply> => {
    const photo = getPhoto(library, viewer(request), id);
    const what =
      rendition === 'hover' || rendition === 'video'
        ? filmOf(request, photo, rendition)
        : pictureOf(blobs, request, photo, rendition);
    if (!what && rendition === 'video' && !isComing(request, photo)) return withheld(reply);
    if (!what) return later(reply, 'This picture or video is still being prepared.');
    return sendDownload(request, reply, what).catch((error: unknown) => {
      if (toPhotospoolError(error).code !== 'not-found' || !hasPeers(context)) throw error;
      return later(reply, 'This picture has not arrived from another server yet.');
    });
  };
}

/** The routes of renditions. */
export const media: Routes = (app, context) => {
  const send = openRenditions(context);
  const add = ({ files, config, summary }: PhotoPlace): void => {
    app.route({
      method: ['GET', 'HEAD'],
      url: `${files}/media/:id/:rendition`,
      config: { rule: 'see', ...config },
      schema: {
        summary: summary('A scaled picture, or a video'),
        params: Type.Object({ id: Sha256, rendition: Type.Enum(['thumb', 'preview', 'unedited', 'hover', 'video']) }),
        // It makes the URL change with the picture: browsers may cache it indefinitely only under the current version.
        querystring: Type.Object({ v: Type.Optional(Type.String({ maxLength: 64 })) }),
        response: bytes('the picture or film', 'image/webp', 'image/jpeg', 'video/mp4', 'video/webm'),
      },
      handler: (request, reply) => send(request, reply, request.params),
    });
  };
  for (const place of photoPlaces) add(place);
};

/** Whether a request contains the current version: an earlier picture may be shown again after an undo. */
function isVersion(request: FastifyRequest, photo: PhotoView): boolean {
  const { v } = request.query as { v?: string };
  return v !== undefined && v === photo.renditions.thumb?.sha256.slice(0, versionLength);
}

/**
 * The picture to send; undefined while an edited one is being made, for viewers without the right to the original.
 * Others get the picture of the original meanwhile; `unedited` is that picture at any time.
 */
function pictureOf(
  blobs: Context['blobs'],
  request: FastifyRequest,
  photo: FoundPhoto,
  which: 'thumb' | 'preview' | 'unedited',
): Download | undefined {
  const before = mayHaveUnedited(viewer(request), photo.item.holder) ? photo.unedited : undefined;
  if (which === 'unedited' && !before) throw notFound('This photo has not been edited.');
  const shown = which === 'unedited' ? before?.preview : photo.renditions[which];
  const found = shown ?? (photo.developing && which !== 'unedited' ? before?.[which] : undefined);
  if (!found && photo.developing) return undefined;
  if (!found) throw notFound(`This photo has no ${which}.`);
  const { sha256, type } = found;
  const isPresent = which !== 'unedited' && found === photo.renditions[which];
  const forever = mayKeep(request) && isPresent && isVersion(request, photo);
  return { path: blobs.rendition(sha256), sha256, type, forever, missing: 'This picture is not on this server.' };
}
