/** Emptying the trash. A search for `is:trashed` lists its content. */
import { Type } from 'typebox';
import { viewer } from '../http/request-viewer.js';
import type { Routes } from '../context.js';
import { photoPlaces } from '../http/photo-places.js';
import { answers, Sha256 } from '../../api/photo-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { emptyTrash } from '../../album/empty-trash.js';

export const trash: Routes = (app, { library, blobs }) => {
  const Emptied = Type.Object({
    purged: Type.Integer({ description: 'the number of purged photos' }),
    left: Type.Integer({ description: 'the number of photos that were not in the trash' }),
  });
  for (const { api, config, summary } of photoPlaces) {
    app.post(
      `${api}/trash/empty`,
      {
        config: { rule: { item: 'trash' }, ...config },
        schema: {
          summary: summary('Purges photos in the trash: permanently, on every server'),
          body: strict({ ids: Type.Array(Sha256, { minItems: 1, maxItems: 5_000 }) }),
          response: answers(Emptied),
        },
      },
      (request) => emptyTrash(library, blobs, viewer(request), request.body.ids),
    );
  }
};
