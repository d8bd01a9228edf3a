/** Whether the server is alive and can read its library. */
import { Type } from 'typebox';
import type { Routes } from '../context.js';
import { answers } from '../../api/photo-schemas.js';

export const health: Routes = (app, { library }) => {
  app.get(
    '/healthz',
    {
      config: { rule: 'everyone' },
      schema: { summary: 'Liveness', response: answers(Type.Object({ status: Type.Literal('ok') })) },
    },
    (_request, reply) => {
      library.lastChange();
      void reply.send({ status: 'ok' });
    },
  );
};
