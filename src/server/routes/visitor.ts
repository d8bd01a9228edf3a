/** Who visits a public server: nobody signs in there. */
import { viewerOf } from '../access.js';
import type { Routes } from '../parts.js';
import { answers } from '../schemas.js';
import { Session } from '../shapes.js';
import { describeSession } from '../visit.js';

export const visitor: Routes = (app) => {
  app.get(
    '/api/session',
    {
      config: { rule: 'everyone' },
      schema: { summary: 'Who is signed in, and what they may do', response: answers(Session) },
    },
    (request, reply) =>
      void reply.send({ ...describeSession(request, viewerOf(request)), passkeys: false, signIn: false }),
  );
};
