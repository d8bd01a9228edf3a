/** The public photos as an Atom feed. */
import { isPrivateTag } from '../../document/tag-names.js';
import { viewer } from '../http/request-viewer.js';
import { atomOf, atomPath, atomType } from '../pages/atom-xml.js';
import { publicPage } from '../pages/public-page.js';
import { featuredTag } from '../../album/featured-photo.js';
import type { Routes } from '../context.js';
import { findPhotos } from '../../album/find-photos.js';
import { bytes } from '../../api/photo-schemas.js';
import { showTo, sightOf } from '../../album/visibility.js';

/** The maximum number of photos, the newest ones. */
const most = 50;

export const atom: Routes = (app, { library, catalog, config, ask }) => {
  app.get(
    atomPath,
    {
      config: { rule: 'see' },
      schema: { summary: 'The newest public photos as an Atom feed', response: bytes('Atom (RFC 4287)', atomType) },
    },
    async (request, reply) => {
      const who = viewer(request);
      // The content of a share link can't be searched; the feed of a link, too, contains only public photos.
      const query = await ask(who.scope ? '' : 'audience:public', 'page', who);
      const { ids } = catalog.page(query, { limit: most, viewer: sightOf(who) });
      const photos = findPhotos(library, who, ids)
        .filter(({ audience, trashed }) => audience === 'public' && !trashed)
        .map((photo) => showTo(who, photo))
        .map((photo) => ({ ...photo, tags: photo.tags.filter((tag) => tag !== featuredTag && !isPrivateTag(tag)) }));
      const origin = `${request.protocol}://${request.host}`;
      return reply
        .type(`${atomType}; charset=utf-8`)
        .header('cache-control', 'no-cache')
        .send(atomOf(photos, { title: publicPage({ library, config }).title, origin }));
    },
  );
};
