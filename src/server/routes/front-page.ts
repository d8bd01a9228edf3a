/** The content of the front page of a public album. */
import { viewer } from '../http/request-viewer.js';
import { featuredOf, featuredTag } from '../../album/featured-photo.js';
import type { Routes } from '../context.js';
import { findPhoto } from '../../album/find-photos.js';
import { FrontPage } from '../../api/album-schemas.js';
import { answers } from '../../api/photo-schemas.js';
import { showTo, sightOf } from '../../album/visibility.js';
import { publicPage } from '../pages/public-page.js';

/** The maximum numbers of tags and albums. */
const most = { tags: 60, albums: 24 };

export const front: Routes = (app, { library, catalog, clock, config, ask }) => {
  app.get(
    '/api/front',
    { config: { rule: 'see' }, schema: { summary: 'The content of the front page', response: answers(FrontPage) } },
    async (request) => {
      const who = viewer(request);
      const [everything, sight] = [await ask('', 'values', who), sightOf(who)];
      const tile = featuredOf(catalog, sight, clock.now());
      const photo = tile && findPhoto(library, who, tile.id);
      const shown = photo && showTo(who, photo);
      const tags = catalog.facet('tag', everything, sight).filter(({ value }) => value !== featuredTag);
      return {
        ...publicPage({ library, config }),
        photos: catalog.count(everything, sight),
        ...(tile &&
          shown && {
            featured: {
              tile,
              title: shown.title,
              description: shown.description,
              ...(shown.place && { place: shown.place }),
            },
          }),
        tags: tags.slice(0, most.tags),
        albums: catalog.facet('album', everything, sight, most.albums).slice(0, most.albums),
      };
    },
  );
};
