/** The person's own files in the spool, for everyone who may upload: without their paths, which are only for owners. */
import { seesArrivals } from '../../access/permissions.js';
import { answers } from '../../api/photo-schemas.js';
import { OwnArrivals } from '../../api/spool-schemas.js';
import { house } from '../../document/item-id.js';
import { statusFor } from '../../spool/spool-view.js';
import { titleOf } from '../../spool/stuck-groups.js';
import { viewer } from '../http/request-viewer.js';
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
      const own = statusFor(await spool.status(), (holder) => holder !== house && seesArrivals(who, holder));
      return {
        waiting: own.waiting,
        work: own.work,
        stuck: own.stuck.map(({ name, claim, code, attempts, next, failed }) => ({
          ...{ name, claim, code, reason: `${titleOf(code)}.`, attempts },
          ...{ ...(next !== undefined && { next }), ...(failed !== undefined && { failed }) },
        })),
        recent: own.recent,
      };
    },
  );
};
