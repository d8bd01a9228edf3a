/** Signing in and out, by password and by passkey. */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { viewerOf } from '../access.js';
import { sessionOf, takeCookie } from '../cookies.js';
import type { Routes } from '../parts.js';
import { answers } from '../schemas.js';
import { GivenName, GivenPassword, Session, SignInAnswer, strict, WebAuthnOptions } from '../shapes.js';
import { answerOutcome, describeSession, refusals, siteFor, visitOf } from '../visit.js';

export const session: Routes = (app, { access }) => {
  const config = { rule: 'everyone' } as const;
  app.get(
    '/api/session',
    { config, schema: { summary: 'Who is signed in, and what they may do', response: answers(Session) } },
    (request, reply) => void reply.send(describeSession(request, viewerOf(request))),
  );

  app.post(
    '/api/session',
    {
      config,
      schema: {
        summary: 'Signs in by password',
        body: strict({ name: GivenName, password: GivenPassword }),
        response: answers(Session),
      },
    },
    async (request, reply) => {
      const { name, password } = request.body;
      const outcome = await access.signing.byPassword(name, password, visitOf(request));
      return answerOutcome(request, reply, outcome, refusals.password);
    },
  );

  app.delete(
    '/api/session',
    { config, schema: { summary: 'Signs out', response: answers(Session) } },
    (request, reply) => {
      const secret = sessionOf(request);
      if (secret !== undefined) access.signing.signOut(secret, request.ip);
      takeCookie(request, reply);
      // What the owner's browser keeps without asking again goes; cookies stay, for one of them marks a known browser.
      void reply.header('clear-site-data', '"cache"');
      void reply.send(describeSession(request, access.recognise({ direct: false })));
    },
  );

  app.post(
    '/api/session/passkey/options',
    { config, schema: { summary: 'What a browser needs to sign in by passkey', response: answers(WebAuthnOptions) } },
    async (request) => ({ ...(await access.passkeys.ask(siteFor(request))) }),
  );

  app.post(
    '/api/session/passkey',
    {
      config,
      schema: { summary: 'Signs in by passkey', body: strict({ response: SignInAnswer }), response: answers(Session) },
    },
    async (request, reply) => {
      // The schema looked at all that is read of it.
      const response = request.body.response as unknown as AuthenticationResponseJSON;
      const outcome = await access.signing.byPasskey(response, siteFor(request), visitOf(request));
      return answerOutcome(request, reply, outcome, refusals.passkey);
    },
  );
};
