/** Albums beyond those named in photos: saved searches, suggestions from folders, covers. */
import { notFound } from '../../base/errors.js';
import { Type } from 'typebox';
import type { Viewer } from '../../access/permissions.js';
import { parseQuery } from '../../catalog/search-parser.js';
import { viewer } from '../http/request-viewer.js';
import { openAlbums, seesSaved } from '../../album/saved-searches.js';
import type { Routes } from '../context.js';
import { answers, Problem, Sha256 } from '../../api/photo-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { AlbumCover, CountedSearch, SavedSearch, SuggestedAlbum } from '../../api/album-schemas.js';
import { sightOf } from '../../album/visibility.js';

/** The minimum number of photos from one folder for a suggestion; the maximum number of suggestions. */
const [least, most] = [2, 24];

const Name = Type.String({ minLength: 1, maxLength: 200 });
const Search = Type.String({ minLength: 1, maxLength: 2_000 });
const params = Type.Object({ album: Type.String({ pattern: '^[0-9A-HJKMNP-TV-Z]{26}$' }) });

export const albums: Routes = (app, context) => {
  for (const add of [savedSearches, covers, suggestions]) void add(app, context);
};

/** Saved searches. */
const savedSearches: Routes = (app, { catalog, clock, library, ask }) => {
  const own = openAlbums(library, clock);

  app.get(
    '/api/albums/saved',
    {
      config: { rule: 'see' },
      schema: {
        summary: 'Lists saved searches by name, each with its number of photos and the newest one',
        response: answers(Type.Object({ albums: Type.Array(CountedSearch) })),
      },
    },
    async (request) => {
      const who = viewer(request);
      if (!seesSaved(who)) return { albums: [] };
      const isFamily = (who.behalf?.role ?? who.role) === 'family';
      const found = [];
      for (const saved of own.list()) {
        // A search by a newer version may use keys that this one does not know.
        const query = await ask(saved.q, 'count', who).catch(() => undefined);
        const count = query ? catalog.count(query, sightOf(who)) : 0;
        // The text of a search contains its folders, which only viewers who act for the house can see.
        const namesFolder = query?.terms.some((term) => term.kind === 'value' && term.column === 'folder');
        if (isFamily && (count === 0 || namesFolder)) continue;
        const tile = query && catalog.tiles(query, { limit: 1, viewer: sightOf(who) }).tiles[0];
        const videos = query ? catalog.videos(query, sightOf(who)) : 0;
        found.push({ ...saved, count, videos, ...(tile && { tile }) });
      }
      return { albums: found };
    },
  );

  app.post(
    '/api/albums/saved',
    {
      config: { rule: 'edit' },
      schema: {
        summary: 'Saves a search as an album',
        body: strict({ name: Name, q: Search }),
        response: { 201: SavedSearch, '4xx': Problem, '5xx': Problem },
      },
    },
    (request, reply) => {
      const { name, q: text } = request.body;
      void reply.code(201).send(own.add(viewer(request), name, text));
    },
  );

  app.patch(
    '/api/albums/saved/:album',
    {
      config: { rule: 'edit' },
      schema: {
        summary: 'Renames or changes a saved search; removes and restores it',
        params,
        body: strict(
          { name: Type.Optional(Name), q: Type.Optional(Search), removed: Type.Optional(Type.Boolean()) },
          { minProperties: 1 },
        ),
        response: answers(Type.Object({ changed: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      const { name, q: query, removed } = request.body;
      own.change(viewer(request), request.params.album, {
        ...(name !== undefined && { name }),
        ...(query !== undefined && { query }),
        ...(removed !== undefined && { removed }),
      });
      void reply.send({ changed: true });
    },
  );
};

/** The covers of albums. */
const covers: Routes = (app, { catalog, clock, library, ask }) => {
  const own = openAlbums(library, clock);
  const inAlbum = (album: string) => parseQuery(`album:"${album.replaceAll(/["\\“”„]/gu, '\\$&')}"`);

  /** The tile of a photo, if it is in an album and visible to the viewer. */
  const tileIn = (album: string, photo: string, who: Viewer) => catalog.tile(photo, inAlbum(album), sightOf(who));

  app.get(
    '/api/albums/covers',
    {
      config: { rule: 'see' },
      schema: {
        summary: 'Lists the chosen covers of albums',
        response: answers(Type.Object({ covers: Type.Array(AlbumCover) })),
      },
    },
    async (request) => {
      const who = viewer(request);
      if (!seesSaved(who)) return { covers: [] };
      await ask('', 'values');
      const covers = [...own.covers()].flatMap(([album, photo]) => {
        const tile = tileIn(album, photo, who);
        return tile ? [{ album, tile }] : [];
      });
      return { covers };
    },
  );

  app.post(
    '/api/albums/covers',
    {
      config: { rule: 'edit' },
      schema: {
        summary: 'Chooses the cover of an album; without one, the newest photo is used',
        body: strict({ album: Name, photo: Type.Union([Sha256, Type.Null()]) }),
        response: answers(Type.Object({ before: Type.Union([Sha256, Type.Null()]) })),
      },
    },
    async (request) => {
      const { album, photo } = request.body;
      const who = viewer(request);
      await ask('', 'values');
      if (catalog.count(inAlbum(album), sightOf(who)) === 0) throw notFound('This album doesn’t exist.');
      if (photo !== null && !tileIn(album, photo, who)) throw notFound('This photo is not in the album.');
      const before = own.covers().get(album.normalize('NFC').trim());
      own.cover(who, album, photo ?? undefined);
      // The previous cover is returned only if it is visible to the viewer.
      return { before: before !== undefined && tileIn(album, before, who) ? before : null };
    },
  );
};

/** Albums suggested by folders. */
const suggestions: Routes = (app, { catalog, clock, library, ask }) => {
  const own = openAlbums(library, clock);

  app.get(
    '/api/albums/suggested',
    {
      config: { rule: 'trash' },
      schema: {
        summary: 'Lists albums suggested by the folders of photos',
        response: answers(Type.Object({ albums: Type.Array(SuggestedAlbum) })),
      },
    },
    async () => {
      await ask('', 'count');
      const declined = own.declined();
      const all = catalog.suggestions(least, most + declined.size);
      return { albums: all.filter(({ name }) => !declined.has(name)).slice(0, most) };
    },
  );

  app.get(
    '/api/albums/suggested/photos',
    {
      config: { rule: 'trash' },
      schema: {
        summary: 'Lists the photos of a suggested album',
        querystring: Type.Object({ name: Name }),
        response: answers(Type.Object({ ids: Type.Array(Type.String()) })),
      },
    },
    (request, reply) => void reply.send({ ids: catalog.suggestedPhotos(request.query.name) }),
  );

  app.post(
    '/api/albums/suggested',
    {
      config: { rule: 'trash' },
      schema: {
        summary: 'Dismisses a suggested album, or undoes that',
        body: strict({ name: Name, declined: Type.Boolean() }),
        response: answers(Type.Object({ declined: Type.Boolean() })),
      },
    },
    (request, reply) => {
      const { name, declined } = request.body;
      own.decline(viewer(request), name, declined);
      void reply.send({ declined });
    },
  );
};
