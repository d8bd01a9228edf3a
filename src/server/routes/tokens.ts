/**
 * Tokens for programs and peers: owners manage those of the house, everyone manages those that act for themselves
 * (`for=me`). Only the response that creates a token contains its secret.
 */
import { notFound, PhotospoolError } from '../../base/errors.js';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { may } from '../../access/permissions.js';
import type { Routes } from '../context.js';
import { answers, Problem } from '../../api/photo-schemas.js';
import { ForMe, GivenName, May, strict, Token } from '../../api/access-schemas.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import { viewer } from '../http/request-viewer.js';
import { actorBehind, personBehind, utcOf } from '../http/sign-in-response.js';

const config = { rule: 'own-tokens' } as const;
const Asked = Type.Object({ for: ForMe });

/**
 * The owner of the requested tokens: the person (a ULID), or undefined for the house. @throws PhotospoolError
 * `forbidden`, `conflict`.
 */
function ownerOf(request: FastifyRequest, whose: 'me' | undefined): string | undefined {
  if (whose === 'me') return personBehind(request);
  if (may(viewer(request), 'tokens')) return undefined;
  throw new PhotospoolError('forbidden', 'Only owners can create tokens for the family library.', {
    hint: 'Create a token for your own library.',
  });
}

export const tokens: Routes = (app, context) => {
  for (const add of [listed, made, revoked]) void add(app, context);
};

const listed: Routes = (app, { access }) => {
  function nameOf(author: string): string | undefined {
    return author.startsWith('person:') ? access.people.find(author.slice('person:'.length))?.name : undefined;
  }

  app.get(
    '/api/tokens',
    {
      config,
      schema: {
        summary: 'Lists tokens by name',
        querystring: Asked,
        response: answers(Type.Object({ tokens: Type.Array(Token) })),
      },
    },
    (request, reply) => {
      const owner = ownerOf(request, request.query.for);
      const own = access.tokens.list().filter(({ person }) => person === owner);
      const tokens = own.map(({ name, may, person, author, created, used, photo }) => {
        const by = nameOf(author);
        return {
          name,
          may,
          created: utcOf(created),
          ...(person !== undefined && { for: 'me' as const }),
          ...(used !== undefined && { lastUsed: utcOf(used) }),
          ...(photo !== undefined && { lastPhoto: utcOf(photo) }),
          ...(by !== undefined && { by }),
        };
      });
      void reply.send({ tokens });
    },
  );
};

const made: Routes = (app, { access, gate }) => {
  const Made = Type.Object({ name: Type.String(), may: Type.Array(May), for: ForMe, token: Type.String() });
  app.post(
    '/api/tokens',
    {
      config,
      schema: {
        summary: 'Creates a token; only this response contains it',
        body: strict({ name: GivenName, may: Type.Array(May, { minItems: 1, maxItems: 5 }), for: ForMe }),
        response: { 201: Made, '4xx': Problem, '5xx': Problem },
      },
    },
    (request, reply) => {
      const { name: given, may: wanted, for: whose } = request.body;
      const owner = ownerOf(request, whose);
      if (owner !== undefined) demandPeopleLibraries(gate);
      const { token, secret } = access.tokens.make(given, wanted, actorBehind(request), owner);
      const { name, may } = token;
      void reply.code(201).send({ name, may, ...(whose && { for: whose }), token: secret });
    },
  );
};

const revoked: Routes = (app, { access }) => {
  app.delete(
    '/api/tokens/:name',
    {
      config,
      schema: {
        summary: 'Revokes a token at once',
        params: Type.Object({ name: Type.String() }),
        querystring: Asked,
        response: answers(Type.Object({ revoked: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      const owner = ownerOf(request, request.query.for);
      if (!access.tokens.revoke(request.params.name, actorBehind(request), owner))
        throw notFound('There is no token with this name.');
      void reply.send({ revoked: true });
    },
  );
};
