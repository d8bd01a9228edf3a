/** Edits of one photo and of many. */
import { Type, type Static } from 'typebox';
import type { PhotoChange } from '../../document/edits.js';
import { viewer } from '../access.js';
import { changeWithClips, withMotion } from '../clips.js';
import { changePhotos } from '../edits.js';
import { notFound } from '../failures.js';
import type { Routes } from '../parts.js';
import { getPhoto } from '../photos.js';
import { answers, BulkEdits, IdParams, Photo, PhotoEdits, Sha256 } from '../schemas.js';
import { showTo } from '../sight.js';
import { readTaken } from '../taken.js';

export const edits: Routes = (app, { library, catalog }) => {
  app.patch(
    '/api/photos/:id',
    {
      config: { rule: 'see' },
      schema: { summary: 'Edits a photo', params: IdParams, body: PhotoEdits, response: answers(Photo) },
    },
    async (request) => {
      const { id } = request.params;
      const who = viewer(request);
      const change = changeOf(request.body);
      const { missing } = await changeWithClips({ library, catalog }, who, [id], change, () =>
        changePhotos(library, who, [id], change),
      );
      if (missing.length > 0) throw notFound('There is no such photo.');
      return showTo(who, withMotion({ library, catalog }, who, getPhoto(library, who, id)));
    },
  );

  const Changed = Type.Object({ changed: Type.Integer(), missing: Type.Array(Sha256) });
  app.patch(
    '/api/photos',
    { config: { rule: 'see' }, schema: { summary: 'Edits many photos', body: BulkEdits, response: answers(Changed) } },
    async (request) => {
      const { ids, ...body } = request.body;
      const who = viewer(request);
      const change = changeOf(body);
      return changeWithClips({ library, catalog }, who, ids, change, () => changePhotos(library, who, ids, change));
    },
  );
};

function changeOf({ taken, ...rest }: Static<typeof PhotoEdits>): PhotoChange {
  if (taken === undefined) return rest;
  return { ...rest, taken: taken === null ? null : readTaken(taken) };
}
