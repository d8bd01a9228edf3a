/**
 * Actions of owners on the photos of a removed person, in addition to exporting them (export-downloads.ts): handing
 * them over, and purging them. Both need a confirmed identity, are audited, and do not show the photos.
 */
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { checkConfirmed } from '../../access/actor.js';
import type { Happening } from '../../access/audit-log.js';
import { checkRemoved } from '../../access/removed-people.js';
import { purgeAllOf } from '../../album/empty-trash.js';
import { handOver } from '../../album/hand-over.js';
import { nameOfRemoved } from '../../album/storage-totals.js';
import { OneParams } from '../../api/access-schemas.js';
import { answers } from '../../api/photo-schemas.js';
import { house } from '../../document/item-id.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import type { App, Context, Routes } from '../context.js';
import { viewer } from '../http/request-viewer.js';
import { actorBehind } from '../http/sign-in-response.js';

export const removedPeople: Routes = (app, context) => {
  const begin = openBegin(context);
  purging(app, context, begin);
  handingOver(app, context, begin);
};

/** Checks the sender. Returns the author of the changes, and the function that audits them. */
type Begin = (request: FastifyRequest, person: string) => { by: string; note(what: Happening, more?: string): void };

function openBegin({ library, access, gate }: Context): Begin {
  return (request, person) => {
    const actor = actorBehind(request);
    demandPeopleLibraries(gate);
    checkConfirmed(actor);
    checkRemoved(library, viewer(request), person);
    const { who, address } = actor;
    const name = nameOfRemoved(library, person);
    return {
      by: actor.by,
      note: (what, more = '') =>
        access.audit.note(what, { who, ...(address !== undefined && { address }), detail: `${name}${more}` }),
    };
  };
}

function purging(app: App, { library, blobs }: Context, begin: Begin): void {
  app.post(
    '/api/people/:id/purge',
    {
      config: { rule: 'people' },
      schema: {
        summary: 'Purges all photos of a removed person, for good and on every server',
        params: OneParams,
        response: answers(
          Type.Object({ purged: Type.Integer(), left: Type.Integer({ description: 'being imported: ask again' }) }),
        ),
      },
    },
    async (request) => {
      const { id } = request.params;
      const { by, note } = begin(request, id);
      note('removed-purged');
      return purgeAllOf(library, blobs, id, by);
    },
  );
}

function handingOver(app: App, { library, access, clock, gate }: Context, begin: Begin): void {
  app.post(
    '/api/people/:id/hand-over',
    {
      config: { rule: 'people' },
      schema: {
        summary: 'Saves the photos of a removed person for the house or another person',
        params: OneParams,
        body: Type.Object(
          { to: Type.String({ maxLength: 100, description: '`house`, or the id of a person' }) },
          { additionalProperties: false },
        ),
        response: answers(
          Type.Object({ saved: Type.Integer(), known: Type.Integer({ description: 'were already in that library' }) }),
        ),
      },
    },
    async (request) => {
      const { id } = request.params;
      const { to } = request.body;
      const { note } = begin(request, id);
      const made = await handOver({ library, clock, gate }, viewer(request), id, to);
      const recipient = to === house ? 'the family library' : (access.people.find(to)?.name ?? to);
      note('photos-handed-over', `, to ${recipient}: ${made.saved}`);
      return made;
    },
  );
}
