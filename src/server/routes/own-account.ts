/** The viewer's own name, password, second factor and passkeys. */
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { Type, type Static } from 'typebox';
import type { Passkey as Kept } from '../../access/passkeys.js';
import { checkConfirmed } from '../../access/actor.js';
import { viewer, viewerNow } from '../http/request-viewer.js';
import type { Routes } from '../context.js';
import { answers, Problem } from '../../api/photo-schemas.js';
import {
  GivenName,
  GivenOtp,
  GivenPassword,
  MakeAnswer,
  OneParams,
  Passkey,
  SecondFactor,
  Session,
  strict,
  WebAuthnOptions,
} from '../../api/access-schemas.js';
import {
  actorBehind,
  answerOutcome,
  describeSession,
  personBehind,
  refusals,
  siteFor,
  utcOf,
  visitOf,
} from '../http/sign-in-response.js';

const config = { rule: 'own-session' } as const;

export const me: Routes = (app, context) => {
  for (const add of [ownName, ownPassword, ownPasskeys, ownSecondFactor]) void add(app, context);
};

/** The viewer's name, by which they also sign in. */
const ownName: Routes = (app, { access: { accounts } }) => {
  app.put(
    '/api/me/name',
    { config, schema: { summary: 'Changes your name', body: strict({ name: GivenName }), response: answers(Session) } },
    (request, reply) => {
      accounts.change(personBehind(request), { name: request.body.name }, actorBehind(request));
      void reply.send(describeSession(request, viewerNow(request)));
    },
  );
};

/** The viewer's password. */
const ownPassword: Routes = (app, { access: { signing } }) => {
  app.post(
    '/api/me/password',
    {
      config,
      schema: {
        summary: 'Changes your password; all other sessions end',
        body: strict({
          old: Type.Optional(Type.String({ maxLength: 4_000, description: 'may be omitted if there is none yet' })),
          new: GivenPassword,
          removePasskeys: Type.Optional(
            Type.Array(Type.String({ maxLength: 2_000 }), {
              maxItems: 50,
              description: 'ids of passkeys to remove with it',
            }),
          ),
        }),
        response: answers(Session),
      },
    },
    async (request, reply) => {
      const { old, new: fresh, removePasskeys = [] } = request.body;
      personBehind(request);
      const besides = { removePasskeys };
      const outcome = await signing.changePassword(actorBehind(request), old, fresh, visitOf(request), besides);
      return answerOutcome(request, reply, outcome, refusals.old);
    },
  );
};

/** The viewer's passkeys. */
const ownPasskeys: Routes = (app, { access: { passkeys, accounts } }) => {
  app.get(
    '/api/me/passkeys',
    {
      config,
      schema: { summary: 'Lists your passkeys', response: answers(Type.Object({ passkeys: Type.Array(Passkey) })) },
    },
    (request, reply) => {
      const { person } = viewer(request);
      void reply.send({ passkeys: person === undefined ? [] : passkeys.list(person).map(viewPasskey) });
    },
  );

  app.post(
    '/api/me/passkeys/options',
    {
      config,
      schema: { summary: 'The options for a browser to create a passkey', response: answers(WebAuthnOptions) },
    },
    async (request) => {
      const person = { id: personBehind(request), name: viewer(request).name ?? '' };
      checkConfirmed(actorBehind(request));
      return { ...(await passkeys.offer(person, siteFor(request))) };
    },
  );

  app.post(
    '/api/me/passkeys',
    {
      config,
      schema: {
        summary: 'Stores a passkey created by the browser',
        body: strict({ response: MakeAnswer, name: GivenName }),
        response: { 201: Passkey, '4xx': Problem, '5xx': Problem },
      },
    },
    async (request, reply) => {
      const person = personBehind(request);
      // The schema has validated all fields that are read.
      const response = request.body.response as unknown as RegistrationResponseJSON;
      const made = await passkeys.verifyNew(person, response, siteFor(request));
      const kept = accounts.addPasskey(person, request.body.name, made, actorBehind(request));
      return reply.code(201).send(viewPasskey(kept));
    },
  );

  const Removed = Type.Object({ removed: Type.Literal(true) });

  app.delete(
    '/api/me/passkeys/:id',
    { config, schema: { summary: 'Removes a passkey', params: OneParams, response: answers(Removed) } },
    (request, reply) => {
      accounts.removePasskey(personBehind(request), request.params.id, actorBehind(request));
      void reply.send({ removed: true });
    },
  );
};

/** The viewer's second factor. */
const ownSecondFactor: Routes = (app, { access: { accounts, factors } }) => {
  const Recovery = Type.Object({ recovery: Type.Array(Type.String(), { description: 'shown only in this response' }) });
  const otp = strict({ otp: GivenOtp });

  app.get(
    '/api/me/second-factor',
    { config, schema: { summary: 'Your second factor', response: answers(SecondFactor) } },
    (request, reply) => {
      const { person } = viewer(request);
      const { since, ...state } = factors.state(person ?? '');
      void reply.send({ ...state, ...(since !== undefined && { since: utcOf(since) }) });
    },
  );

  app.post(
    '/api/me/second-factor',
    {
      config,
      schema: {
        summary: 'Creates a secret for an authenticator app; it takes effect after a first code',
        response: { 201: Type.Object({ secret: Type.String(), uri: Type.String() }), '4xx': Problem, '5xx': Problem },
      },
    },
    (request, reply) =>
      void reply.code(201).send(accounts.beginSecondFactor(personBehind(request), actorBehind(request))),
  );

  app.post(
    '/api/me/second-factor/confirm',
    {
      config,
      schema: { summary: 'Turns on the second factor with a first code', body: otp, response: answers(Recovery) },
    },
    (request, reply) => {
      const recovery = accounts.confirmSecondFactor(personBehind(request), request.body.otp, actorBehind(request));
      void reply.send({ recovery });
    },
  );

  app.post(
    '/api/me/second-factor/recovery',
    {
      config,
      schema: { summary: 'Creates new recovery codes; the old ones become void', response: answers(Recovery) },
    },
    (request, reply) =>
      void reply.send({ recovery: accounts.renewRecovery(personBehind(request), actorBehind(request)) }),
  );

  app.delete(
    '/api/me/second-factor',
    {
      config,
      schema: { summary: 'Turns off the second factor', response: answers(Type.Object({ removed: Type.Boolean() })) },
    },
    (request, reply) =>
      void reply.send({ removed: accounts.removeSecondFactor(personBehind(request), actorBehind(request)) }),
  );
};

const viewPasskey = ({ id, name, rp, created, used }: Kept): Static<typeof Passkey> => ({
  id,
  name,
  site: rp,
  created: utcOf(created),
  ...(used !== undefined && { lastUsed: utcOf(used) }),
});
