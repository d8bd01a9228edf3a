/** The spool: its status, a pass, another try. */
import { Type } from 'typebox';
import { makeDone } from '../done.js';
import type { Routes } from '../parts.js';
import { answers } from '../schemas.js';
import { PassSummary, Retried, SpoolStatus } from '../spoolshapes.js';

export const spool: Routes = (app, context) => {
  const done = makeDone(context.library, context.clock);
  app.get(
    '/api/spool',
    { config: { rule: 'spool' }, schema: { summary: 'What the spool holds', response: answers(SpoolStatus) } },
    async () => {
      const status = await context.spool.status();
      return { ...status, done: done(status) };
    },
  );

  app.post(
    '/api/spool/process',
    {
      config: { rule: 'process' },
      schema: { summary: 'Makes a pass, and answers when it is done', response: answers(PassSummary) },
    },
    async () => context.spool.pass(),
  );

  const Names = Type.Object({
    names: Type.Union([
      Type.Array(Type.String({ minLength: 1, maxLength: 1000 }), { minItems: 1, maxItems: 10_000 }),
      Type.Literal('all'),
    ]),
    wait: Type.Optional(Type.Boolean({ description: 'answer when they were tried' })),
    asIs: Type.Optional(Type.Boolean({ description: 'archive damaged ones as they are' })),
  });
  app.post(
    '/api/spool/retry',
    {
      config: { rule: 'process' },
      schema: { summary: 'Tries stuck items again', body: Names, response: answers(Retried) },
    },
    async ({ body: { names, ...how } }) => context.spool.retry(names, how),
  );
};
