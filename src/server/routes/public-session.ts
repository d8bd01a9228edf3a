/** The session of a visitor on a public server, where there is no sign-in. */
import type { Action } from '../../access/permissions.js';
import { viewerOf } from '../http/request-viewer.js';
import type { Routes } from '../context.js';
import { answers } from '../../api/photo-schemas.js';
import { Session } from '../../api/access-schemas.js';
import { describeSession } from '../http/sign-in-response.js';

/** The permission to replicate at a home corresponds to publishing here. */
const here = (action: Action): Action => (action === 'replicate' ? 'publish' : action);

export const visitor: Routes = (app) => {
  app.get(
    '/api/session',
    {
      config: { rule: 'everyone' },
      schema: { summary: 'Who is signed in, and what they may do', response: answers(Session) },
    },
    (request, reply) => {
      const { may, ...told } = describeSession(request, viewerOf(request));
      void reply.send({ ...told, may: may.map(here), passkeys: false, signIn: false });
    },
  );
};
