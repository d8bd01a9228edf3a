/** Tiles: the minimal data of photos for a timeline. */
import { Type } from 'typebox';
import { viewer } from '../http/request-viewer.js';
import { limit, within } from '../http/page-size.js';
import type { App, Context, Routes } from '../context.js';
import { photoPlaces, type PhotoPlace } from '../http/photo-places.js';
import { stackBursts } from '../../catalog/query.js';
import { readPosition } from '../../catalog/arranged-photos.js';
import { arrangedAs } from '../../album/arrange-photos.js';
import { openAlbums } from '../../album/saved-searches.js';
import { answers, bursts, cursor, next, order, q, Tile } from '../../api/photo-schemas.js';
import { sightOf } from '../../album/visibility.js';

const bounds = { most: 5_000, usual: 500 };

export const tiles: Routes = (app, context) => {
  for (const place of photoPlaces) addTiles(app, context, place);
};

function addTiles(app: App, { catalog, library, clock, ask }: Context, { api, config, summary }: PhotoPlace): void {
  const albums = openAlbums(library, clock);
  const List = Type.Object({ tiles: Type.Array(Tile), next });
  app.get(
    `${api}/tiles`,
    {
      config: { rule: 'see', ...config },
      schema: {
        summary: summary('Tiles, newest first'),
        querystring: Type.Object({ q, cursor, limit: limit(bounds), order, bursts }),
        response: answers(List),
      },
    },
    async (request) => {
      const { q: text, limit: asked, order: sort, bursts: how, ...page } = request.query;
      const who = viewer(request);
      const parsed = await ask(text, sort === undefined ? 'page' : 'count', who);
      const query = how === 'stacked' ? stackBursts(parsed) : parsed;
      const arranged = arrangedAs(sort, { library, catalog, albums }, who, query);
      if (arranged) {
        const [from, size] = [readPosition(page.cursor), within(bounds, asked)];
        const tiles = arranged.tiles(from, size);
        return { tiles, next: from + tiles.length < arranged.count ? String(from + tiles.length) : null };
      }
      const found = catalog.tiles(query, { ...page, limit: within(bounds, asked), viewer: sightOf(who) });
      return { tiles: found.tiles, next: found.next ?? null };
    },
  );
}
