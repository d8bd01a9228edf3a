/** The order of albums, of both kinds; and the description of those that exist by name. */
import { Type, type Static } from 'typebox';
import { openMemberAlbums } from '../../album/member-albums.js';
import { mayArrange, orderedBy, planOrder, searchOfNamed, type WantedOrder } from '../../album/arrange-photos.js';
import { openAlbums, seesSaved } from '../../album/saved-searches.js';
import { sightOf } from '../../album/visibility.js';
import type { Viewer } from '../../access/permissions.js';
import { AlbumOrder, NamedAlbum } from '../../api/album-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { answers, Sha256 } from '../../api/photo-schemas.js';
import { PhotospoolError, notFound } from '../../base/errors.js';
import { descriptionIn } from '../../document/album-document.js';
import { sortIn } from '../../document/album-order.js';
import { albumDocumentId } from '../../library/control-documents.js';
import type { Context, Routes } from '../context.js';
import { viewer } from '../http/request-viewer.js';

const Name = Type.String({ minLength: 1, maxLength: 200 });
const Sort = Type.Optional(Type.Enum(['newest', 'oldest', 'manual']));
const order = {
  sort: Sort,
  move: Type.Optional(
    strict({
      ids: Type.Array(Sha256, { minItems: 1, maxItems: 1_000 }),
      before: Type.Union([Sha256, Type.Null()]),
    }),
  ),
  positions: Type.Optional(
    Type.Record(
      Type.String({ pattern: '^[0-9a-f]{64}$' }),
      Type.Union([Type.String({ maxLength: 160 }), Type.Null()]),
      { additionalProperties: false },
    ),
  ),
};
const Order = strict(order, { minProperties: 1 });

export const albumOrders: Routes = (app, context) => {
  for (const add of [memberAlbumOrder, namedAlbum]) void add(app, context);
};

const wantedOrder = ({ sort, move, positions }: Static<typeof Order>): WantedOrder => ({ sort, move, positions });

const memberAlbumOrder: Routes = (app, { library, clock, gate, catalog, ask }) => {
  const albums = openMemberAlbums({ library, clock, gate });
  app.post(
    '/api/albums/:holder/:album/order',
    {
      config: { rule: 'albums' },
      schema: {
        summary: 'Changes the order of your own album: by date or by hand; answers with the order before',
        params: Type.Object({
          holder: Type.String({ pattern: '^(?:house|[0-9A-HJKMNP-TV-Z]{26})$' }),
          album: Type.String({ pattern: '^[0-9A-HJKMNP-TV-Z]{26}$' }),
        }),
        body: Order,
        response: answers(AlbumOrder),
      },
    },
    async (request) => {
      const who = viewer(request);
      const album = `${request.params.holder}:${request.params.album}`;
      if (albums.find(who, album).right !== 'holder')
        throw new PhotospoolError('forbidden', 'Only the owner of this album can do this.');
      const query = await ask(`in:${album}`, 'count', who);
      const body = library.get(albumDocumentId(album))?.body;
      const { change, before } = planOrder(catalog, who, query, body, wantedOrder(request.body));
      albums.change(who, album, change);
      return before;
    },
  );
};

const namedAlbum: Routes = (app, { library, clock, catalog, ask }: Context) => {
  const own = openAlbums(library, clock);
  const exists = async (album: string, who: Viewer): Promise<boolean> => {
    await ask('', 'values');
    return catalog.count(searchOfNamed(album), sightOf(who)) > 0;
  };

  /** Whether an album contains photos of which none is visible to the viewer: then its settings are not copied. */
  const isHidden = async (album: string, who: Viewer): Promise<boolean> =>
    !(await exists(album, who)) && catalog.count(searchOfNamed(album)) > 0;

  app.get(
    '/api/albums/named',
    {
      config: { rule: 'see' },
      schema: {
        summary: 'The description and order of an album that exists by name',
        querystring: Type.Object({ album: Name }),
        response: answers(NamedAlbum),
      },
    },
    async (request) => {
      const [{ album }, who] = [request.query, viewer(request)];
      // An album that does not exist for the viewer looks like one without settings.
      const body = seesSaved(who) && (await exists(album, who)) ? own.settings(album) : undefined;
      return { album, description: descriptionIn(body), sort: sortIn(body) };
    },
  );

  app.post(
    '/api/albums/named',
    {
      config: { rule: 'edit' },
      schema: {
        summary: 'Changes the description or order of an album that exists by name; answers with both before',
        body: strict(
          {
            album: Name,
            description: Type.Optional(Type.String({ maxLength: 8_000 })),
            like: Type.Optional(Name),
            ...order,
          },
          { minProperties: 2 },
        ),
        response: answers(Type.Object({ ...NamedAlbum.properties, ...AlbumOrder.properties })),
      },
    },
    async (request) => {
      const who = viewer(request);
      const { album, description, like, ...wanted } = request.body;
      if (!mayArrange(who)) throw new PhotospoolError('forbidden', 'You can’t change this album.');
      if (!(await exists(album, who))) throw notFound('This album doesn’t exist.');
      const isCopied = like !== undefined && !(await isHidden(like, who));
      const body = orderedBy(library, own, who, searchOfNamed(album));
      const { change, before } = planOrder(catalog, who, searchOfNamed(album), body, wantedOrder(wanted));
      const copied = isCopied ? own.copied(like, album) : {};
      own.set(who, album, { ...copied, ...change, ...(description !== undefined && { description }) });
      return { album, description: descriptionIn(body), ...before };
    },
  );
};
