/** Signing in and out, by password and by passkey, and confirming one's identity. */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { viewerNow, viewerOf } from '../http/request-viewer.js';
import { sessionOf, takeCookie } from '../http/cookies.js';
import type { Routes } from '../context.js';
import { Type } from 'typebox';
import { answers } from '../../api/photo-schemas.js';
import {
  GivenName,
  GivenOtp,
  GivenPassword,
  Session,
  SignInAnswer,
  strict,
  WebAuthnOptions,
} from '../../api/access-schemas.js';
import {
  answerOutcome,
  checkOutcome,
  describeSession,
  refusals,
  sessionBehind,
  siteFor,
  visitOf,
} from '../http/sign-in-response.js';

const config = { rule: 'everyone' } as const;

export const session: Routes = (app, context) => {
  for (const add of [signIn, signedIn]) void add(app, context);
};

/** Signing in and out. */
const signIn: Routes = (app, { access }) => {
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
        body: strict({ name: GivenName, password: GivenPassword, otp: Type.Optional(GivenOtp) }),
        response: answers(Session),
      },
    },
    async (request, reply) => {
      const { name, password, otp } = request.body;
      const outcome = await access.signing.byPassword(name, password, visitOf(request), otp);
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
      // Clears cached pictures of the owner; cookies stay, since one of them marks a known browser.
      void reply.header('clear-site-data', '"cache"');
      void reply.send(describeSession(request, access.recognise({ direct: false })));
    },
  );

  app.post(
    '/api/session/passkey/options',
    {
      config,
      schema: { summary: 'The options for a browser to sign in by passkey', response: answers(WebAuthnOptions) },
    },
    async (request) => ({ ...(await access.passkeys.ask(siteFor(request))) }),
  );

  app.post(
    '/api/session/passkey',
    {
      config,
      schema: { summary: 'Signs in by passkey', body: strict({ response: SignInAnswer }), response: answers(Session) },
    },
    async (request, reply) => {
      // The schema has validated all fields that are read.
      const response = request.body.response as unknown as AuthenticationResponseJSON;
      const outcome = await access.signing.byPasskey(response, siteFor(request), visitOf(request));
      return answerOutcome(request, reply, outcome, refusals.passkey);
    },
  );
};

/** The session of the viewer. */
const signedIn: Routes = (app, { access }) => {
  app.post(
    '/api/session/confirm',
    {
      config: { rule: 'own-session' },
      schema: {
        summary: 'Confirms your identity by password or passkey for ten minutes',
        body: strict(
          {
            password: Type.Optional(GivenPassword),
            otp: Type.Optional(GivenOtp),
            response: Type.Optional(SignInAnswer),
          },
          { minProperties: 1 },
        ),
        response: answers(Session),
      },
    },
    async (request, reply) => {
      const { password = '', otp, response } = request.body;
      const [id, visit] = [sessionBehind(request), visitOf(request)];
      // The schema has validated all fields that are read.
      const outcome = response
        ? await access.signing.confirmByPasskey(
            id,
            response as unknown as AuthenticationResponseJSON,
            siteFor(request),
            visit,
          )
        : await access.signing.confirmByPassword(id, password, visit, otp);
      checkOutcome(reply, outcome, refusals.confirm);
      return describeSession(request, viewerNow(request));
    },
  );

  app.delete(
    '/api/session/passkeys-added',
    {
      config: { rule: 'own-session' },
      schema: {
        summary: 'Acknowledges the added passkeys, and what others changed about the account',
        response: answers(Session),
      },
    },
    (request, reply) => {
      access.sessions.notice(sessionBehind(request));
      void reply.send(describeSession(request, viewerNow(request)));
    },
  );
};
