/** One’s own library: the storage that it uses, and whether uploads go there. Rejected while people have none here. */
import { Type } from 'typebox';
import { authorOf } from '../../access/permissions.js';
import { setUploadTarget, uploadTarget } from '../../access/upload-target.js';
import { LibraryStorage, OwnStorage } from '../../api/album-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { answers } from '../../api/photo-schemas.js';
import { house } from '../../document/item-id.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import type { Routes } from '../context.js';
import { viewer } from '../http/request-viewer.js';
import { personBehind } from '../http/sign-in-response.js';
import { storageOfEach, storageOfOne } from '../../album/storage-totals.js';

const config = { rule: 'own-library' } as const;

export const ownLibrary: Routes = (app, context) => {
  for (const add of [storage, uploads]) void add(app, context);
};

/** The storage used by the viewer, and for owners by everybody. */
const storage: Routes = (app, { library, catalog, access, gate }) => {
  app.get(
    '/api/me/storage',
    { config, schema: { summary: 'The storage that your own library uses', response: answers(OwnStorage) } },
    (request, reply) => {
      const person = personBehind(request);
      demandPeopleLibraries(gate);
      void reply.send(storageOfOne(catalog, person));
    },
  );

  app.get(
    '/api/storage',
    {
      config: { rule: 'people' },
      schema: { summary: 'The storage that the house and each person use', response: answers(LibraryStorage) },
    },
    (_request, reply) => {
      const people = gate?.state().on === true ? storageOfEach(catalog, library, access.people) : [];
      void reply.send({ house: storageOfOne(catalog, house), people });
    },
  );
};

/** Where the viewer’s uploads go that do not say it themselves. */
const uploads: Routes = (app, { library, gate }) => {
  const Target = strict({ to: Type.Enum(['house', 'me'], { description: 'the house, or your own library' }) });

  app.get(
    '/api/me/upload-to',
    { config, schema: { summary: 'Where your uploads go', response: answers(Target) } },
    (request, reply) => {
      const person = personBehind(request);
      demandPeopleLibraries(gate);
      void reply.send({ to: uploadTarget(library, person) });
    },
  );

  app.put(
    '/api/me/upload-to',
    { config, schema: { summary: 'Sets where your uploads go', body: Target, response: answers(Target) } },
    (request, reply) => {
      const person = personBehind(request);
      demandPeopleLibraries(gate);
      setUploadTarget(library, person, request.body.to, authorOf(viewer(request)));
      void reply.send({ to: uploadTarget(library, person) });
    },
  );
};
