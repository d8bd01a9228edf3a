/**
 * The viewer's library as a ZIP archive, and for owners that of a removed person. An archive is made while it is sent:
 * its length is unknown before, and an interrupted download starts again; `photospool export` into a folder continues
 * instead.
 */
import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { checkConfirmed } from '../../access/actor.js';
import { countedAs, may, type Viewer } from '../../access/permissions.js';
import { checkRemoved } from '../../access/removed-people.js';
import { nameOfRemoved } from '../../album/storage-totals.js';
import { OneParams } from '../../api/access-schemas.js';
import { bytes } from '../../api/photo-schemas.js';
import { notFound, PhotospoolError } from '../../base/errors.js';
import type { Holder } from '../../document/item-id.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import type { App, Context, Routes } from '../context.js';
import { exportLibrary } from '../files/library-export.js';
import { zipExport } from '../files/zip-download.js';
import { disposition } from '../http/content-disposition.js';
import { viewer, viewerNow } from '../http/request-viewer.js';
import { actorBehind, personBehind } from '../http/sign-in-response.js';

export const exportDownloads: Routes = (app, context) => {
  const start = openExports(context);
  own(app, context, start);
  ofRemoved(app, context, start);
};

/** Sends an archive; the work ends with the connection. */
function send(reply: FastifyReply, { clock }: Pick<Context, 'clock'>, stream: Readable): FastifyReply {
  const name = `photospool-${new Date(clock.now()).toISOString().slice(0, 10)}.zip`;
  reply.raw.once('close', () => stream.destroy());
  return reply
    .type('application/zip')
    .header('content-disposition', disposition('attachment', name))
    .header('cache-control', 'no-store')
    .send(stream);
}

/** The viewer's library. */
function own(app: App, context: Context, start: Start): void {
  const { access, gate } = context;
  app.get(
    '/api/me/export',
    {
      config: { rule: 'own-library' },
      schema: {
        summary: 'Your own library as a ZIP archive; with locked photos only while they are open',
        response: bytes('the archive', 'application/zip'),
      },
    },
    (request, reply) => {
      const person = personBehind(request);
      const who = viewer(request);
      demandPeopleLibraries(gate);
      const isOpen = who.session !== undefined && access.lockedFolder.state(who.session).until !== undefined;
      const stream = start(who, person, isOpen, () => viewerNow(request)?.person === person);
      return send(reply, context, stream);
    },
  );
}

/** The library of a removed person. */
function ofRemoved(app: App, context: Context, start: Start): void {
  const { library, access, gate } = context;
  app.get(
    '/api/people/:id/export',
    {
      config: { rule: 'people' },
      schema: {
        summary: 'The library of a removed person as a ZIP archive, without locked photos',
        params: OneParams,
        response: bytes('the archive', 'application/zip'),
      },
    },
    (request, reply) => {
      const { id } = request.params;
      const [who, actor] = [viewer(request), actorBehind(request)];
      demandPeopleLibraries(gate);
      checkConfirmed(actor);
      checkRemoved(library, who, id);
      const { who: by, address } = actor;
      const isStill = (): boolean => may(viewerNow(request), 'people');
      const stream = start(who, id, false, isStill);
      access.audit.note('removed-exported', {
        who: by,
        ...(address !== undefined && { address }),
        detail: nameOfRemoved(library, id),
      });
      return send(reply, context, stream);
    },
  );
}

/**
 * Starts an export of a holder’s library, with locked photos or without. `isStill`: whether the viewer still has the
 * right; checked before each file, because an export may take hours.
 */
type Start = (who: Viewer, holder: Holder, locked: boolean, isStill: () => boolean) => Readable;

/** The maximum number of concurrent exports on this server. */
const most = 4;

/** Starts exports: one at a time for each viewer. @throws PhotospoolError `slow-down`; `not-found` on a public server. */
function openExports({ openExport, access }: Context): Start {
  const running = new Set<string>();
  return (who, holder, locked, isStill) => {
    if (!openExport) throw notFound('This server does not support exports.');
    const key = countedAs(who);
    if (running.has(key) || running.size >= most)
      throw new PhotospoolError('slow-down', 'Another export is already running.', {
        hint: 'Try again when it has finished.',
      });
    running.add(key);
    const { parts, close } = openExport(access.people);
    const ended = (): void => {
      running.delete(key);
      void close();
    };
    return zipExport(exportLibrary(parts, holder, locked), ended, () => {
      if (!isStill()) throw notFound('This export is no longer available.');
    });
  };
}
