/**
 * The person's own files in the spool: without their paths, which are only for owners. A token that may only upload
 * doesn't list them, because they include what other programs sent; no token decides about them.
 */
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { seesArrivals } from '../../access/permissions.js';
import { answers } from '../../api/photo-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { Chosen, Names, OwnArrivals, Retried } from '../../api/spool-schemas.js';
import { house } from '../../document/item-id.js';
import type { Sees } from '../../spool/spool-interface.js';
import { statusFor } from '../../spool/spool-view.js';
import { titleOf } from '../../spool/stuck-groups.js';
import { checkMay, viewer } from '../http/request-viewer.js';
import { personBehind } from '../http/sign-in-response.js';
import type { Routes } from '../context.js';

export const ownArrivals: Routes = (app, { spool }) => {
  app.get(
    '/api/me/arrivals',
    {
      config: { rule: 'upload' },
      schema: {
        summary: 'Your own files in the spool: waiting, in progress, stuck and done',
        response: answers(OwnArrivals),
      },
    },
    async (request) => {
      personBehind(request);
      const who = viewer(request);
      checkMay(who, 'see');
      const sees: Sees = (holder) => holder !== house && seesArrivals(who, holder);
      const own = statusFor(await spool.status(), sees);
      return {
        waiting: own.waiting,
        work: own.work,
        stuck: own.stuck.map(({ name, claim, code, attempts, next, failed }) => ({
          ...{ name, claim, code, reason: `${titleOf(code)}.`, attempts },
          ...{ ...(next !== undefined && { next }), ...(failed !== undefined && { failed }) },
        })),
        recent: own.recent,
        processed: spool.processed(sees),
      };
    },
  );

  /** The filter for the viewer's own files: never those of the house, even for owners. */
  function ownOf(request: FastifyRequest): Sees {
    personBehind(request);
    const who = viewer(request);
    return (holder) => holder !== house && seesArrivals(who, holder);
  }

  app.post(
    '/api/me/arrivals/retry',
    {
      config: { rule: 'own-library' },
      schema: {
        summary: 'Tries your own stuck files again',
        body: strict({
          names: Names,
          asIs: Type.Optional(Type.Boolean({ description: 'archive damaged ones as they are' })),
        }),
        response: answers(Retried),
      },
    },
    async (request) => {
      const { names, asIs = false } = request.body;
      return spool.retry(names, { asIs, sees: ownOf(request) });
    },
  );

  app.post(
    '/api/me/arrivals/trash',
    {
      config: { rule: 'own-library' },
      schema: {
        summary: 'Moves your own stuck files to the trash of the spool',
        body: strict({ names: Names }),
        response: answers(Chosen),
      },
    },
    async (request) => spool.choices.discard(request.body.names, ownOf(request)),
  );
};
