/** Edits of one photo and of many. */
import { Type } from 'typebox';
import { PhotospoolError, notFound } from '../../base/errors.js';
import { viewer } from '../http/request-viewer.js';
import { editShots } from '../../album/edit-shots.js';
import { withMotion } from '../../album/playable-videos.js';
import type { Routes } from '../context.js';
import { photoPlaces } from '../http/photo-places.js';
import { getPhoto } from '../../album/find-photos.js';
import {
  answers,
  BulkEdits,
  Changed,
  EachEdits,
  IdParams,
  Photo,
  PhotoEdits,
  PhotosSaved,
  Sha256,
  wantsUndo,
} from '../../api/photo-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import { savePhotos } from '../../album/save-photos.js';
import { showTo } from '../../album/visibility.js';
import { withSharedAlbums } from '../../album/member-albums.js';
import { withStack } from '../../album/stack-members.js';
import { parseEdit } from '../../album/parse-edit.js';

const mostAtOnce = 5_000;

export const edits: Routes = (app, context) => {
  const { library, catalog } = context;
  const parts = { library, catalog };

  for (const { api, config, summary } of photoPlaces) {
    app.patch(
      `${api}/photos/:id`,
      {
        config: { rule: 'change', ...config },
        schema: { summary: summary('Edits a photo'), params: IdParams, body: PhotoEdits, response: answers(Photo) },
      },
      async (request) => {
        const { id } = request.params;
        const who = viewer(request);
        const change = parseEdit(request.body);
        const { missing } = await editShots(parts, who, [{ ids: [id], ...change }], false);
        if (missing.length > 0) throw notFound('This photo doesn’t exist.');
        const photo = withStack(parts, who, withMotion(parts, who, getPhoto(library, who, id)));
        return showTo(who, withSharedAlbums(library, who, photo));
      },
    );

    app.patch(
      `${api}/photos`,
      {
        config: { rule: 'change', ...config },
        schema: { summary: summary('Edits many photos'), body: BulkEdits, response: answers(Changed) },
      },
      async (request) => {
        const { ids, undo, ...body } = request.body;
        return editShots(parts, viewer(request), [{ ids, ...parseEdit(body) }], undo === true);
      },
    );

    app.patch(
      `${api}/photos/each`,
      {
        config: { rule: 'change', ...config },
        schema: { summary: summary('Edits photos, each differently'), body: EachEdits, response: answers(Changed) },
      },
      async (request) => {
        const { each, undo, key } = request.body;
        const who = viewer(request);
        if (each.reduce((sum, { ids }) => sum + ids.length, 0) > mostAtOnce)
          throw new PhotospoolError('too-large', `At most ${mostAtOnce} photos can be changed at once.`);
        const changes = each.map(({ ids, ...body }) => ({ ids, ...parseEdit(body) }));
        const { editKeys } = library.local;
        // A device sends the edit again if it did not receive the response; it must not overrule edits made in between.
        const once = who.session === undefined || who.person === undefined ? undefined : key;
        if (once !== undefined && editKeys.knows(who.person!, once)) return { changed: 0, missing: [] };
        const made = await editShots(parts, who, changes, undo === true);
        if (once !== undefined) editKeys.add(who.person!, once);
        return made;
      },
    );
  }

  void saving(app, context);
};

/** Saving photos shared by others to the viewer's library. */
const saving: Routes = (app, { library, catalog, clock, gate }) => {
  app.post(
    '/api/photos/save',
    {
      config: { rule: 'save' },
      schema: {
        summary: 'Saves shared photos to your own library',
        body: strict({ ids: Type.Array(Sha256, { minItems: 1, maxItems: mostAtOnce }), undo: wantsUndo }),
        response: answers(PhotosSaved),
      },
    },
    async (request) => {
      demandPeopleLibraries(gate);
      const { ids, undo } = request.body;
      return savePhotos({ library, catalog, clock }, viewer(request), ids, { undo: undo === true });
    },
  );
};
