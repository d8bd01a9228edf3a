/** The spool: its status, a pass, retries. */
import { notFound } from '../../base/errors.js';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { seesArrivals } from '../../access/permissions.js';
import type { Sees } from '../../spool/spool-interface.js';
import { statusFor } from '../../spool/spool-view.js';
import { viewer } from '../http/request-viewer.js';
import { disposition } from '../http/content-disposition.js';
import { makeDone } from '../archive-count.js';
import { sendDownload } from '../files/send-file.js';
import type { Routes } from '../context.js';
import { zip } from '../files/zip-download.js';
import { answers, bytes, Problem } from '../../api/photo-schemas.js';
import { openNoticed } from '../unseen-stuck-files.js';
import { Chosen, Names, PassSummary, Retried, SpoolStatus } from '../../api/spool-schemas.js';

const problems = { '4xx': Problem, '5xx': Problem };

const stuck = { rule: 'stuck' } as const;

/** The filter for holders whose files are visible to the viewer. */
const seesOf = (request: FastifyRequest): Sees => {
  const who = viewer(request);
  return (holder) => seesArrivals(who, holder);
};
const nothing = Type.Null({ description: 'done' });

export const spool: Routes = (app, context) => {
  for (const add of [passes, choices, downloads]) void add(app, context);
};

/** The state of the spool, and passes over it. */
const passes: Routes = (app, context) => {
  const done = makeDone(context.library, context.clock);
  const noticed = openNoticed(context.library, context.clock);

  app.get(
    '/api/spool',
    { config: { rule: 'spool' }, schema: { summary: 'The status of the spool', response: answers(SpoolStatus) } },
    async (request) => {
      const status = await context.spool.status();
      const sees = seesOf(request);
      const processed = context.spool.processed(sees);
      return { ...statusFor(status, sees), processed, done: done(status), news: noticed.news(statusFor(status)) };
    },
  );

  app.post(
    '/api/spool/process',
    {
      config: { rule: 'process' },
      schema: { summary: 'Runs a pass, and responds when it is done', response: answers(PassSummary) },
    },
    async () => context.spool.pass(),
  );

  const Again = Type.Object({
    names: Names,
    wait: Type.Optional(Type.Boolean({ description: 'whether to respond only after the retry' })),
    asIs: Type.Optional(Type.Boolean({ description: 'whether to archive damaged files as they are' })),
  });

  app.post(
    '/api/spool/retry',
    {
      config: { rule: 'process' },
      schema: { summary: 'Retries stuck files', body: Again, response: answers(Retried) },
    },
    async (request) => {
      const { names, ...how } = request.body;
      return context.spool.retry(names, { ...how, sees: seesOf(request) });
    },
  );

  app.post(
    '/api/spool/seen',
    {
      config: stuck,
      schema: { summary: 'Marks stuck files as seen by an owner', response: { 204: nothing, ...problems } },
    },
    async (_request, reply) => {
      noticed.see(statusFor(await context.spool.status()));
      return reply.code(204).send(null);
    },
  );
};

/** Actions on stuck files. */
const choices: Routes = (app, context) => {
  const Picked = Type.Object({ names: Names });

  app.post(
    '/api/spool/ignore',
    { config: stuck, schema: { summary: 'Ignores stuck files', body: Picked, response: answers(Chosen) } },
    async (request) => context.spool.choices.ignore(request.body.names, seesOf(request)),
  );

  app.post(
    '/api/spool/trash',
    {
      config: stuck,
      schema: { summary: 'Moves stuck files to the trash of the spool', body: Picked, response: answers(Chosen) },
    },
    async (request) => context.spool.choices.discard(request.body.names, seesOf(request)),
  );

  app.post(
    '/api/spool/restore',
    {
      config: stuck,
      schema: { summary: 'Restores all files from the trash of the spool', response: { 204: nothing, ...problems } },
    },
    async (_request, reply) => {
      await context.spool.choices.restore();
      return reply.code(204).send(null);
    },
  );
};

/** Downloads of stuck files. */
const downloads: Routes = (app, context) => {
  app.get(
    '/api/spool/stuck/:claim',
    {
      config: stuck,
      schema: {
        summary: 'A stuck file, unchanged; for an error code, all files stuck with it as a ZIP archive',
        params: Type.Object({ claim: Type.String({ maxLength: 40 }) }),
        response: bytes('the file', 'application/octet-stream'),
      },
    },
    async (request, reply) => {
      const { claim } = request.params;
      const [file] = await context.spool.choices.filesOf([claim]);
      if (file)
        return sendDownload(request, reply, {
          ...{ path: file.path, sha256: claim, type: 'application/octet-stream', forever: false },
          ...{ disposition: disposition('attachment', file.name), missing },
        });
      const group = (await context.spool.status()).stuck.filter(({ code, ignored }) => code === claim && !ignored);
      const files = await context.spool.choices.filesOf(group.map((one) => one.claim));
      if (files.length === 0) throw notFound(missing);
      const taken = new Date(context.clock.now()).toISOString().slice(0, 19);
      const archive = await zip(files.map((one) => ({ ...one, taken })));
      reply.raw.once('close', () => archive.stream.destroy());
      return reply
        .type('application/zip')
        .header('content-length', archive.bytes)
        .header('content-disposition', disposition('attachment', `stuck-${claim}.zip`))
        .header('cache-control', 'no-store')
        .send(archive.stream);
    },
  );
};

const missing = 'This file is no longer stuck.';
