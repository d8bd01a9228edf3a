/** Sessions: the viewer's own, and for the owner everyone's. */
import { notFound } from '../../base/errors.js';
import { Type } from 'typebox';
import { may } from '../../access/permissions.js';
import { viewer } from '../http/request-viewer.js';
import { nameBrowser } from '../http/user-agent.js';
import type { Routes } from '../context.js';
import { answers } from '../../api/photo-schemas.js';
import { OneParams, OneSession } from '../../api/access-schemas.js';
import { actorBehind, personBehind, utcOf } from '../http/sign-in-response.js';

export const sessions: Routes = (app, { access }) => {
  const config = { rule: 'own-session' } as const;
  app.get(
    '/api/me/sessions',
    {
      config,
      schema: {
        summary: 'Lists sessions',
        querystring: Type.Object({
          person: Type.Optional(
            Type.String({ maxLength: 100, description: 'the id of another person, for the owner' }),
          ),
        }),
        response: answers(Type.Object({ sessions: Type.Array(OneSession) })),
      },
    },
    (request, reply) => {
      const asking = viewer(request);
      const { person = asking.person } = request.query;
      const exists = person === asking.person || (may(asking, 'people') && access.people.find(person ?? ''));
      if (!exists) throw notFound('This person doesn’t exist.');
      const found = person === undefined ? [] : access.sessions.list(person);
      void reply.send({
        sessions: found.map(({ id, created, used, address, browser }) => ({
          id,
          current: id === asking.session,
          created: utcOf(created),
          lastUsed: utcOf(used),
          address,
          browser: nameBrowser(browser),
        })),
      });
    },
  );

  const Ended = Type.Object({ ended: Type.Integer() });
  app.delete(
    '/api/me/sessions',
    { config, schema: { summary: 'Ends all other sessions', response: answers(Ended) } },
    (request, reply) => {
      const { session } = viewer(request);
      const ended = access.accounts.endOthers(personBehind(request), session, actorBehind(request));
      void reply.send({ ended });
    },
  );

  app.delete(
    '/api/sessions/:id',
    { config, schema: { summary: 'Ends a session', params: OneParams, response: answers(Ended) } },
    (request, reply) => {
      const asking = viewer(request);
      const whose = may(asking, 'people') ? undefined : personBehind(request);
      const ended = access.accounts.endSession(request.params.id, actorBehind(request), whose);
      if (!ended) throw notFound('This session doesn’t exist.');
      void reply.send({ ended: 1 });
    },
  );
};
