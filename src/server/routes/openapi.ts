/** The description of all routes. */
import { Type } from 'typebox';
import type { Routes } from '../parts.js';
import { answers } from '../schemas.js';

export const openapi: Routes = (app) => {
  const Description = Type.Record(Type.String(), Type.Unknown());
  app.get(
    '/api/openapi.json',
    { config: { rule: 'everyone' }, schema: { summary: 'This description', response: answers(Description) } },
    (_request, reply) => void reply.send({ ...app.swagger() }),
  );
};
