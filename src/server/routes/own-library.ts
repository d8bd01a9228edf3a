/**
 * The viewer's library: the storage that it uses, and whether uploads go there. Rejected while people have no libraries
 * here, except for the use of space, which owners see for the house.
 */
import { roughly } from '../../base/disk-space.js';
import { Type } from 'typebox';
import { authorOf, may, type Viewer } from '../../access/permissions.js';
import { setUploadAudience, setUploadTarget, uploadAudience, uploadTarget } from '../../access/upload-target.js';
import { LargestFiles, LibraryStorage, OwnStorage, StorageUse } from '../../api/album-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { answers } from '../../api/photo-schemas.js';
import { house, type Holder } from '../../document/item-id.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import type { Routes } from '../context.js';
import type { FastifyRequest } from 'fastify';
import { viewer } from '../http/request-viewer.js';
import { actorBehind, personBehind } from '../http/sign-in-response.js';
import { findPhotos } from '../../album/find-photos.js';
import { versionLength } from '../../catalog/catalog-row.js';
import { storageOfEach, storageOfOne, sumOf } from '../../album/storage-totals.js';

const config = { rule: 'own-library' } as const;
/** The number of largest files that are listed. */
const mostFiles = 50;

export const ownLibrary: Routes = (app, context) => {
  for (const add of [storage, use, uploads]) void add(app, context);
};

/** The storage used by the viewer, and for owners by everyone. */
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

/** The holders whose storage a viewer sees: themselves, and the house with the right to everyone’s storage. */
function holdersFor(viewer: Viewer): Holder[] {
  return [...(may(viewer, 'people') ? [house] : []), ...(viewer.person === undefined ? [] : [viewer.person])];
}

/** What uses the space of the viewer, and for owners of the house. Works also without libraries of people. */
const use: Routes = (app, { library, catalog, room }) => {
  app.get(
    '/api/storage/use',
    {
      config,
      schema: { summary: 'The storage that your photos use, by kind and year', response: answers(StorageUse) },
    },
    async (request) => {
      const holders = holdersFor(viewer(request));
      const disk = may(viewer(request), 'people') ? await room?.().catch(() => undefined) : undefined;
      return {
        ...sumOf(catalog.storageUse(holders)),
        house: holders.includes(house),
        ...(disk && { disk: { free: library.items.hasOwn() ? roughly(disk) : disk.left, size: disk.size } }),
      };
    },
  );

  app.get(
    '/api/storage/largest',
    { config, schema: { summary: 'Your largest files', response: answers(LargestFiles) } },
    (request, reply) => {
      const largest = catalog.largest(holdersFor(viewer(request)), mostFiles);
      const names = new Map(
        findPhotos(
          library,
          viewer(request),
          largest.map(({ id }) => id),
        ).map(({ id, name, renditions: { thumb } }) => [id, { name, v: thumb?.sha256.slice(0, versionLength) }]),
      );
      const files = largest.flatMap(({ id, bytes }) => {
        const known = names.get(id);
        return known ? [{ id, name: known.name, bytes, ...(known.v !== undefined && { v: known.v }) }] : [];
      });
      void reply.send({ files });
    },
  );
};

/** The default holder and audience of the viewer’s uploads. */
const uploads: Routes = (app, { library, gate, access }) => {
  const Audience = strict({ audience: Type.Enum(['private', 'family'], { description: 'who sees new uploads' }) });
  const Target = strict({ to: Type.Enum(['house', 'me'], { description: 'the house, or your own library' }) });

  const targetNow = (request: FastifyRequest, id: string) =>
    uploadTarget(library, { id, role: viewer(request).role }, true);

  app.get(
    '/api/me/upload-to',
    { config, schema: { summary: 'Where your uploads go', response: answers(Target) } },
    (request, reply) => {
      const person = personBehind(request);
      demandPeopleLibraries(gate);
      void reply.send({ to: targetNow(request, person) });
    },
  );

  app.put(
    '/api/me/upload-to',
    { config, schema: { summary: 'Sets where your uploads go', body: Target, response: answers(Target) } },
    (request, reply) => {
      const person = personBehind(request);
      demandPeopleLibraries(gate);
      setUploadTarget(library, person, request.body.to, authorOf(viewer(request)));
      void reply.send({ to: targetNow(request, person) });
    },
  );

  app.get(
    '/api/me/upload-audience',
    { config, schema: { summary: 'Who sees your new uploads', response: answers(Audience) } },
    (request, reply) => {
      void reply.send({ audience: uploadAudience(library, personBehind(request)) });
    },
  );

  app.put(
    '/api/me/upload-audience',
    { config, schema: { summary: 'Sets who sees your new uploads', body: Audience, response: answers(Audience) } },
    (request, reply) => {
      const person = personBehind(request);
      const name = access.people.find(person)?.name ?? '';
      setUploadAudience(library, access.audit, { id: person, name }, request.body.audience, actorBehind(request));
      void reply.send({ audience: uploadAudience(library, person) });
    },
  );
};
