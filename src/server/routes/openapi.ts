/** The OpenAPI description of all routes. */
import { Type } from 'typebox';
import type { Routes } from '../context.js';
import { answers } from '../../api/photo-schemas.js';

export const openapi: Routes = (app) => {
  const Description = Type.Record(Type.String(), Type.Unknown());
  app.get(
    '/api/openapi.json',
    { config: { rule: 'everyone' }, schema: { summary: 'This description', response: answers(Description) } },
    (_request, reply) => void reply.send({ ...app.swagger() }),
  );
};
