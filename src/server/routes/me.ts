/** One's own password and passkeys. */
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { Type, type Static } from 'typebox';
import type { Passkey as Kept } from '../../access/passkeys.js';
import { viewer } from '../access.js';
import type { Routes } from '../parts.js';
import { answers, Problem } from '../schemas.js';
import {
  GivenName,
  GivenPassword,
  MakeAnswer,
  OneParams,
  Passkey,
  Session,
  strict,
  WebAuthnOptions,
} from '../shapes.js';
import { actorBehind, answerOutcome, personBehind, refusals, siteFor, utcOf, visitOf } from '../visit.js';

export const me: Routes = (app, { access }) => {
  const { passkeys, accounts, signing } = access;
  const config = { rule: 'own-session' } as const;
  app.post(
    '/api/me/password',
    {
      config,
      schema: {
        summary: 'Changes the password; all other sessions end',
        body: strict({
          old: Type.Optional(Type.String({ maxLength: 4_000, description: 'may be left out where there is none yet' })),
          new: GivenPassword,
        }),
        response: answers(Session),
      },
    },
    async (request, reply) => {
      const { old, new: fresh } = request.body;
      const outcome = await signing.changePassword(personBehind(request), old, fresh, visitOf(request));
      return answerOutcome(request, reply, outcome, refusals.old);
    },
  );

  app.get(
    '/api/me/passkeys',
    {
      config,
      schema: { summary: 'Your passkeys', response: answers(Type.Object({ passkeys: Type.Array(Passkey) })) },
    },
    (request, reply) => {
      const { person } = viewer(request);
      void reply.send({ passkeys: person === undefined ? [] : passkeys.list(person).map(viewPasskey) });
    },
  );

  app.post(
    '/api/me/passkeys/options',
    { config, schema: { summary: 'What a browser needs to make a passkey', response: answers(WebAuthnOptions) } },
    async (request) => {
      const person = { id: personBehind(request), name: viewer(request).name ?? '' };
      return { ...(await passkeys.offer(person, siteFor(request))) };
    },
  );

  app.post(
    '/api/me/passkeys',
    {
      config,
      schema: {
        summary: 'Keeps a passkey that the browser made',
        body: strict({ response: MakeAnswer, name: GivenName }),
        response: { 201: Passkey, '4xx': Problem, '5xx': Problem },
      },
    },
    async (request, reply) => {
      const person = personBehind(request);
      // The schema looked at all that is read of it.
      const response = request.body.response as unknown as RegistrationResponseJSON;
      const made = await passkeys.verifyNew(person, response, siteFor(request));
      const kept = accounts.addPasskey(person, request.body.name, made, actorBehind(request));
      return reply.code(201).send(viewPasskey(kept));
    },
  );

  const Removed = Type.Object({ removed: Type.Literal(true) });
  app.delete(
    '/api/me/passkeys/:id',
    { config, schema: { summary: 'Takes a passkey away', params: OneParams, response: answers(Removed) } },
    (request, reply) => {
      accounts.removePasskey(personBehind(request), request.params.id, actorBehind(request));
      void reply.send({ removed: true });
    },
  );
};

const viewPasskey = ({ id, name, rp, created, used }: Kept): Static<typeof Passkey> => ({
  id,
  name,
  site: rp,
  created: utcOf(created),
  ...(used !== undefined && { lastUsed: utcOf(used) }),
});
