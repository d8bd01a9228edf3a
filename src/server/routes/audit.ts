/** The audit log, for the owner. */
import { Type } from 'typebox';
import { PhotospoolError } from '../../base/errors.js';
import { limit, within } from '../http/page-size.js';
import type { Routes } from '../context.js';
import { answers, next } from '../../api/photo-schemas.js';
import { AuditEntry } from '../../api/access-schemas.js';

const bounds = { most: 1_000, usual: 100 };

export const audit: Routes = (app, { access }) => {
  app.get(
    '/api/audit',
    {
      config: { rule: 'audit' },
      schema: {
        summary: 'The audit log: sign-ins and changes to access, newest first',
        querystring: Type.Object({
          limit: limit(bounds),
          before: Type.Optional(Type.String({ maxLength: 20, description: '`next` of the previous page' })),
        }),
        response: answers(Type.Object({ entries: Type.Array(AuditEntry), next })),
      },
    },
    (request, reply) => {
      const { before, limit: asked } = request.query;
      if (before !== undefined && !/^\d{1,15}$/.test(before)) {
        throw new PhotospoolError('invalid', 'The parameter before is not a valid cursor.', {
          hint: 'Use `next` from a previous response.',
        });
      }
      const found = access.audit.list(within(bounds, asked), before === undefined ? undefined : Number(before));
      void reply.send({ entries: found.entries, next: found.next === undefined ? null : String(found.next) });
    },
  );
};
