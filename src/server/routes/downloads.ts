/** Many originals as a ZIP archive: a request with their ids, then a download. */
import { yieldToEventLoop } from '../../base/async/yield.js';
import { notFound } from '../../base/errors.js';
import { Type } from 'typebox';
import { countedAs, mayHaveOriginal, mayHaveUnedited, type Viewer } from '../../access/permissions.js';
import { viewer } from '../http/request-viewer.js';
import { disposition } from '../http/content-disposition.js';
import type { Routes } from '../context.js';
import { findPhotos } from '../../album/find-photos.js';
import { bytes, Problem, Sha256 } from '../../api/photo-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { openTickets } from '../files/download-tickets.js';
import { zip, type Zipped } from '../files/zip-download.js';

const most = 100_000;
const batch = 200;

export const downloads: Routes = (app, { library, blobs, clock }) => {
  const tickets = openTickets<readonly string[]>(clock);

  /** The photos whose originals the viewer may have and that are on this server, in the requested order. */
  async function filesOf(who: Viewer, ids: readonly string[]): Promise<Zipped[]> {
    const files: Zipped[] = [];
    for (let at = 0; at < ids.length; at += batch) {
      await yieldToEventLoop();
      for (const photo of findPhotos(library, who, ids.slice(at, at + batch))) {
        const { original, name, bytes: size, taken, item } = photo;
        const isGiven = photo.unedited ? mayHaveUnedited(who, item.holder) : mayHaveOriginal(who, item.holder);
        if (original.path !== undefined && isGiven)
          files.push({ path: blobs.original(original.path), name, bytes: size, taken });
      }
    }
    return files;
  }

  const Ready = Type.Object({
    path: Type.String({ description: 'the path of the archive, valid for ten minutes' }),
    photos: Type.Integer({ description: 'the number of originals in it' }),
    bytes: Type.Integer({ description: 'ids of the photos' }),
    missing: Type.Integer({ description: 'the number of originals that are not on this server' }),
  });
  app.post(
    '/api/downloads',
    {
      config: { rule: 'original' },
      bodyLimit: 8 * 1024 * 1024,
      schema: {
        summary: 'Prepares a ZIP archive of the originals of photos',
        body: strict({ ids: Type.Array(Sha256, { minItems: 1, maxItems: most }) }),
        response: { 201: Ready, '4xx': Problem, '5xx': Problem },
      },
    },
    async (request, reply) => {
      const who = viewer(request);
      const ids = [...new Set(request.body.ids)];
      const files = await filesOf(who, ids);
      if (files.length === 0) throw notFound('None of these originals is on this server.');
      const path = `/api/downloads/${tickets.draw(countedAs(who), ids)}`;
      const sum = files.reduce((all, file) => all + file.bytes, 0);
      return reply.code(201).send({ path, photos: files.length, bytes: sum, missing: ids.length - files.length });
    },
  );

  app.get(
    '/api/downloads/:ticket',
    {
      config: { rule: 'original' },
      schema: {
        summary: 'Downloads a prepared ZIP archive',
        params: Type.Object({ ticket: Type.String({ maxLength: 64 }) }),
        response: bytes('the archive', 'application/zip'),
      },
    },
    async (request, reply) => {
      const who = viewer(request);
      const ids = tickets.look(request.params.ticket, countedAs(who));
      if (!ids) throw notFound('This download has expired.', 'Start the download again.');
      const archive = await zip(await filesOf(who, ids));
      reply.raw.once('close', () => archive.stream.destroy());
      return reply
        .type('application/zip')
        .header('content-length', archive.bytes)
        .header(
          'content-disposition',
          disposition('attachment', `photos-${new Date(clock.now()).toISOString().slice(0, 10)}.zip`),
        )
        .header('cache-control', 'no-store')
        .send(archive.stream);
    },
  );
};
