/** The people of the album, for its owner, and changes by other servers that are pending. */
import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Account } from '../../access/accounts.js';
import type { WaitingChange } from '../../access/people.js';
import type { Routes } from '../context.js';
import { answers, Problem } from '../../api/photo-schemas.js';
import {
  GivenName,
  Invitation,
  OneParams,
  Person,
  PersonRole,
  strict,
  WaitingPerson,
} from '../../api/access-schemas.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import { actorBehind, utcOf } from '../http/sign-in-response.js';

const config = { rule: 'people' } as const;

export const people: Routes = (app, context) => {
  for (const add of [roster, waysIn, publishing, waitingChanges]) void add(app, context);
};

/** The list of people. */
const roster: Routes = (app, { access }) => {
  const { accounts } = access;

  app.get(
    '/api/people',
    {
      config,
      schema: {
        summary: 'Lists the people of this album, and pending changes by other servers',
        response: answers(Type.Object({ people: Type.Array(Person), waiting: Type.Array(WaitingPerson) })),
      },
    },
    (_request, reply) =>
      void reply.send({ people: accounts.list().map(viewAccount), waiting: accounts.waiting().map(viewWaiting) }),
  );

  const Invited = Type.Object({ person: Person, invitation: Invitation });

  app.post(
    '/api/people',
    {
      config,
      schema: {
        summary: 'Adds a person, and creates an invitation link',
        body: strict({ name: GivenName, role: PersonRole }),
        response: { 201: Invited, '4xx': Problem, '5xx': Problem },
      },
    },
    (request, reply) => {
      const actor = actorBehind(request);
      const made = access.transaction(() => {
        const person = accounts.add(request.body, actor);
        return { person: viewAccount(person), invitation: viewLink(accounts.invite(person.id, actor)) };
      });
      void reply.code(201).send(made);
    },
  );

  app.patch(
    '/api/people/:id',
    {
      config,
      schema: {
        summary: 'Changes a person',
        params: OneParams,
        body: strict(
          {
            name: Type.Optional(GivenName),
            role: Type.Optional(PersonRole),
            canEdit: Type.Optional(Type.Boolean()),
          },
          { minProperties: 1 },
        ),
        response: answers(Person),
      },
    },
    (request, reply) => {
      const account = accounts.change(request.params.id, request.body, actorBehind(request));
      void reply.send(viewAccount(account));
    },
  );

  const Removed = Type.Object({ removed: Type.Literal(true) });

  app.delete(
    '/api/people/:id',
    { config, schema: { summary: 'Removes a person', params: OneParams, response: answers(Removed) } },
    (request, reply) => {
      accounts.remove(request.params.id, actorBehind(request));
      void reply.send({ removed: true });
    },
  );
};

/** Changes by other servers that are pending. */
const waitingChanges: Routes = (app, { access: { accounts } }) => {
  const Shown = strict({ edition: Type.String({ maxLength: 100, description: '`edition` of the shown change' }) });

  app.post(
    '/api/people/:id/approve',
    {
      config,
      schema: {
        summary: 'Approves a pending change by another server',
        params: OneParams,
        body: Shown,
        response: answers(Type.Object({ approved: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      accounts.approve(request.params.id, request.body.edition, actorBehind(request));
      void reply.send({ approved: true });
    },
  );

  app.post(
    '/api/people/:id/reject',
    {
      config,
      schema: {
        summary: 'Rejects a pending change, also for the other servers',
        params: OneParams,
        body: Shown,
        response: answers(Type.Object({ rejected: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      accounts.reject(request.params.id, request.body.edition, actorBehind(request));
      void reply.send({ rejected: true });
    },
  );
};

/** Invitations and resets for people who lost their access. */
const waysIn: Routes = (app, { access: { accounts } }) => {
  app.delete(
    '/api/people/:id/second-factor',
    {
      config,
      schema: {
        summary: 'Turns off the second factor of a person who lost their phone and recovery codes',
        params: OneParams,
        response: answers(Type.Object({ removed: Type.Boolean({ description: 'false if it was off' }) })),
      },
    },
    (request, reply) =>
      void reply.send({ removed: accounts.removeSecondFactor(request.params.id, actorBehind(request)) }),
  );

  app.delete(
    '/api/people/:id/sign-in',
    {
      config,
      schema: {
        summary: 'Closes the account of a person on this server; their photos and shares are kept',
        params: OneParams,
        response: answers(Type.Object({ closed: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      accounts.close(request.params.id, actorBehind(request));
      void reply.send({ closed: true });
    },
  );

  app.post(
    '/api/people/:id/invitation',
    {
      config,
      schema: {
        summary: 'Creates a new invitation link, also for a forgotten password',
        params: OneParams,
        response: answers(Invitation),
      },
    },
    (request, reply) => void reply.send(viewLink(accounts.invite(request.params.id, actorBehind(request)))),
  );
};

/** The right to publish. */
const publishing: Routes = (app, { access: { accounts }, gate }) => {
  const response = answers(Type.Object({ changed: Type.Boolean() }));
  const change = (isAllowed: boolean) => (request: FastifyRequest<{ Params: { id: string } }>) => {
    demandPeopleLibraries(gate);
    return { changed: accounts.allowPublishing(request.params.id, isAllowed, actorBehind(request)) };
  };

  app.put(
    '/api/people/:id/publishing',
    {
      config,
      schema: { summary: 'Allows a person to publish their public photos', params: OneParams, response },
    },
    (request, reply) => void reply.send(change(true)(request)),
  );

  app.delete(
    '/api/people/:id/publishing',
    {
      config,
      schema: {
        summary: 'Revokes the permission to publish; the photos are removed from public servers',
        params: OneParams,
        response,
      },
    },
    (request, reply) => void reply.send(change(false)(request)),
  );
};

function viewAccount({ lastSeen, ...account }: Account): Static<typeof Person> {
  return { ...account, ...(lastSeen !== undefined && { lastSeen: utcOf(lastSeen) }) };
}

function viewWaiting({ since, ...waiting }: WaitingChange): Static<typeof WaitingPerson> {
  return { ...waiting, ...(since !== undefined && { since: utcOf(since) }) };
}

const viewLink = ({ code, expires }: { code: string; expires: number }): Static<typeof Invitation> => ({
  path: `/invite#${code}`,
  expires: utcOf(expires),
});
