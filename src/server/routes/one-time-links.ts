/** One-time links: the setup of the first owner, and invitations. The code is in the body, never in a URL. */
import { Type } from 'typebox';
import type { Routes } from '../context.js';
import { answers } from '../../api/photo-schemas.js';
import { Code, GivenName, GivenOtp, GivenPassword, Session, strict } from '../../api/access-schemas.js';
import { answerOutcome, refusals, visitOf } from '../http/sign-in-response.js';

export const setup: Routes = (app, { access }) => {
  const config = { rule: 'everyone' } as const;
  app.post(
    '/api/setup',
    {
      config,
      schema: {
        summary: 'Creates the first owner, and signs in',
        body: strict({ code: Code, name: GivenName, password: GivenPassword }),
        response: answers(Session),
      },
    },
    async (request, reply) => {
      const { code, name, password } = request.body;
      const outcome = await access.signing.bySetUp(code, name, password, visitOf(request));
      return answerOutcome(request, reply, outcome, refusals.link);
    },
  );

  app.post(
    '/api/setup/look',
    {
      config,
      schema: {
        summary: 'Whether a set-up link is valid',
        body: strict({ code: Code }),
        response: answers(Type.Object({ ok: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      if (!access.signing.setsUp(request.body.code)) throw refusals.link();
      void reply.send({ ok: true });
    },
  );

  app.post(
    '/api/invitation/look',
    {
      config,
      schema: {
        summary: 'The person of an invitation',
        body: strict({ code: Code }),
        response: answers(Type.Object({ name: Type.String() })),
      },
    },
    (request, reply) => {
      const name = access.signing.invited(request.body.code);
      if (name === undefined) throw refusals.link();
      void reply.send({ name });
    },
  );

  app.post(
    '/api/invitation',
    {
      config,
      schema: {
        summary: 'Accepts an invitation: sets the password, and signs in',
        body: strict({ code: Code, password: GivenPassword, otp: Type.Optional(GivenOtp) }),
        response: answers(Session),
      },
    },
    async (request, reply) => {
      const { code, password, otp } = request.body;
      const outcome = await access.signing.byInvitation(code, password, visitOf(request), otp);
      return answerOutcome(request, reply, outcome, refusals.link);
    },
  );
};
