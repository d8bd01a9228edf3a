/** Tokens for programs and peers, for the owner. A token's secret is in the answer that makes it, and in no other. */
import { notFound } from '../../base/errors.js';
import { Type } from 'typebox';
import type { Routes } from '../context.js';
import { answers, Problem } from '../../api/photo-schemas.js';
import { GivenName, May, strict, Token } from '../../api/access-schemas.js';
import { actorBehind, utcOf } from '../http/sign-in-response.js';

export const tokens: Routes = (app, { access }) => {
  const config = { rule: 'tokens' } as const;

  function nameOf(author: string): string | undefined {
    return author.startsWith('person:') ? access.people.find(author.slice('person:'.length))?.name : undefined;
  }

  app.get(
    '/api/tokens',
    {
      config,
      schema: { summary: 'Tokens, by name', response: answers(Type.Object({ tokens: Type.Array(Token) })) },
    },
    (_request, reply) => {
      const tokens = access.tokens.list().map(({ name, may, author, created, used }) => {
        const by = nameOf(author);
        return {
          name,
          may,
          created: utcOf(created),
          ...(used !== undefined && { lastUsed: utcOf(used) }),
          ...(by !== undefined && { by }),
        };
      });
      void reply.send({ tokens });
    },
  );

  const Made = Type.Object({ name: Type.String(), may: Type.Array(May), token: Type.String() });
  app.post(
    '/api/tokens',
    {
      config,
      schema: {
        summary: 'Makes a token; it is shown this once',
        body: strict({ name: GivenName, may: Type.Array(May, { minItems: 1, maxItems: 5 }) }),
        response: { 201: Made, '4xx': Problem, '5xx': Problem },
      },
    },
    (request, reply) => {
      const { token, secret } = access.tokens.make(request.body.name, request.body.may, actorBehind(request));
      void reply.code(201).send({ name: token.name, may: token.may, token: secret });
    },
  );

  const Revoked = Type.Object({ revoked: Type.Literal(true) });
  app.delete(
    '/api/tokens/:name',
    {
      config,
      schema: {
        summary: 'Revokes a token, at once',
        params: Type.Object({ name: Type.String() }),
        response: answers(Revoked),
      },
    },
    (request, reply) => {
      const revoked = access.tokens.revoke(request.params.name, actorBehind(request));
      if (!revoked) throw notFound('There is no token of that name.');
      void reply.send({ revoked: true });
    },
  );
};
