/** Sample pictures, for an empty album. */
import { Type } from 'typebox';
import type { Routes } from '../context.js';
import { Problem } from '../../api/photo-schemas.js';

export const samples: Routes = (app, context) => {
  // Painting takes a while: concurrent requests get the same pictures.
  let painting: Promise<number> | undefined;
  const paint = (): Promise<number> => (painting ??= context.samples().finally(() => (painting = undefined)));
  const Placed = Type.Object({ placed: Type.Integer() });
  app.post(
    '/api/samples',
    {
      config: { rule: 'process' },
      schema: {
        summary: 'Adds sample pictures to incoming',
        response: { 202: Placed, '4xx': Problem, '5xx': Problem },
      },
    },
    async (_request, reply) => reply.code(202).send({ placed: await paint() }),
  );
};
