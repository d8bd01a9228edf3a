/**
 * Albums with members, and partners: what people share with each other. The rule of these routes admits everyone with
 * an account; access/sharing-rights.ts decides about each album. Rejected while people have no libraries here.
 */
import { Type } from 'typebox';
import { itemAccess } from '../../access/library-access.js';
import { openMemberAlbums, type MemberAlbum as Seen } from '../../album/member-albums.js';
import { openPartners } from '../../album/partners.js';
import { EntriesChanged, MemberAlbum, PartnerList } from '../../api/album-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { answers, Problem, Sha256 } from '../../api/photo-schemas.js';
import { house } from '../../document/item-id.js';
import type { Context, Routes } from '../context.js';
import { sightOf } from '../../album/visibility.js';
import type { Viewer } from '../../access/permissions.js';
import { viewer } from '../http/request-viewer.js';

const config = { rule: 'albums' } as const;

const Ulid = Type.String({ pattern: '^[0-9A-HJKMNP-TV-Z]{26}$' });
const Name = Type.String({ minLength: 1, maxLength: 200 });
const Right = Type.Enum(['view', 'add']);
const one = { holder: Type.String({ pattern: '^(?:house|[0-9A-HJKMNP-TV-Z]{26})$' }), album: Ulid };
const params = Type.Object(one);
const Photos = strict({ ids: Type.Array(Sha256, { minItems: 1, maxItems: 1_000 }) });
const Changed = answers(Type.Object({ changed: Type.Boolean() }));

const nameIn = ({ holder, album }: { holder: string; album: string }): string => `${holder}:${album}`;

export const memberAlbums: Routes = (app, context) => {
  for (const add of [list, album, members, entries, partners]) void add(app, context);
};

const open = ({ library, clock, gate }: Context) => openMemberAlbums({ library, clock, gate });

/** Albums as a response: with the names of people, the number of photos, and the cover or the newest photo. */
async function shown({ access, ask, catalog }: Context, who: Viewer, albums: readonly Seen[]) {
  await ask('', 'count', who);
  const counted = catalog.albums(albums, sightOf(who));
  const nameOf = (person: string): string => access.people.find(person)?.name ?? '';
  return albums.map(({ album, holder, members, ...seen }, k) => {
    const { count, tile } = counted[k]!;
    return {
      ...{ ...seen, holder, album: album.slice(holder.length + 1), count },
      ...(tile && { tile }),
      ...(holder !== house && { holderName: nameOf(holder) }),
      ...(members && { members: members.map((one) => ({ ...one, name: nameOf(one.person) })) }),
    };
  });
}

const list: Routes = (app, context) => {
  const albums = open(context);

  app.get(
    '/api/albums/shared',
    {
      config,
      schema: {
        summary: 'Albums with members: one’s own, and those that one is a member of, by name',
        response: answers(Type.Object({ albums: Type.Array(MemberAlbum) })),
      },
    },
    async (request) => {
      const who = viewer(request);
      return { albums: await shown(context, who, albums.list(who)) };
    },
  );

  app.post(
    '/api/albums/shared',
    {
      config,
      schema: {
        summary: 'Makes an album with members: one’s own, or for owners the house’s',
        body: strict({ name: Name, holder: Type.Optional(Type.Literal('house')) }),
        response: { 201: MemberAlbum, '4xx': Problem, '5xx': Problem },
      },
    },
    async (request, reply) => {
      const who = viewer(request);
      const { name, holder = who.person ?? house } = request.body;
      const [made] = await shown(context, who, [albums.create(who, holder, name)]);
      return reply.code(201).send(made!);
    },
  );
};

const album: Routes = (app, context) => {
  const albums = open(context);

  app.get(
    '/api/albums/:holder/:album',
    { config, schema: { summary: 'An album with members', params, response: answers(MemberAlbum) } },
    async (request) => {
      const who = viewer(request);
      return (await shown(context, who, [albums.find(who, nameIn(request.params))]))[0]!;
    },
  );

  app.patch(
    '/api/albums/:holder/:album',
    {
      config,
      schema: {
        summary: 'Another name or cover of one’s own album; or takes it away for everybody, and brings it back',
        params,
        body: strict(
          {
            name: Type.Optional(Name),
            cover: Type.Optional(Type.Union([Sha256, Type.Null()])),
            removed: Type.Optional(Type.Boolean()),
          },
          { minProperties: 1 },
        ),
        response: answers(Type.Object({ changed: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      const { name, cover, removed } = request.body;
      albums.change(viewer(request), nameIn(request.params), {
        ...(name !== undefined && { name }),
        ...(cover !== undefined && { cover }),
        ...(removed !== undefined && { removed }),
      });
      void reply.send({ changed: true });
    },
  );
};

const members: Routes = (app, context) => {
  const albums = open(context);
  const member = Type.Object({ ...one, person: Ulid });

  app.put(
    '/api/albums/:holder/:album/members/:person',
    {
      config,
      schema: {
        summary: 'Lets a person see an album, or add photos to it too',
        params: member,
        body: strict({ right: Right }),
        response: answers(Type.Object({ changed: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      const { person, ...named } = request.params;
      albums.give(viewer(request), nameIn(named), person, request.body.right);
      void reply.send({ changed: true });
    },
  );

  app.delete(
    '/api/albums/:holder/:album/members/:person',
    {
      config,
      schema: { summary: 'Ends what a person may do in an album; or leaves it', params: member, response: Changed },
    },
    (request, reply) => {
      const { person, ...named } = request.params;
      void reply.send({ changed: albums.end(viewer(request), nameIn(named), person) });
    },
  );
};

const entries: Routes = (app, context) => {
  const albums = open(context);

  app.post(
    '/api/albums/:holder/:album/entries',
    {
      config,
      schema: {
        summary: 'Puts photos of one’s own into an album',
        params,
        body: Photos,
        response: answers(EntriesChanged),
      },
    },
    (request, reply) => void reply.send(albums.add(viewer(request), nameIn(request.params), request.body.ids)),
  );

  app.post(
    '/api/albums/:holder/:album/entries/remove',
    {
      config,
      schema: {
        summary: 'Takes photos out of an album: one’s own, or of one’s own album those of others',
        params,
        body: Photos,
        response: answers(EntriesChanged),
      },
    },
    (request, reply) => void reply.send(albums.takeOut(viewer(request), nameIn(request.params), request.body.ids)),
  );
};

const partners: Routes = (app, { library, gate, access }) => {
  const all = openPartners({ library, gate });
  const one = Type.Object({ person: Ulid });

  app.get(
    '/api/partners',
    {
      config,
      schema: {
        summary: 'Who sees all of one’s photos, whose photos one sees, and who there is to share with',
        response: answers(PartnerList),
      },
    },
    (request, reply) => {
      const who = viewer(request);
      const { given, received } = all.list(who);
      const { isMember } = itemAccess(library);
      const people = access.people
        .all()
        .filter(({ id }) => id !== who.person && isMember(id))
        .map(({ id, name }) => ({ id, name }))
        .sort((a, b) => a.name.localeCompare(b.name));
      void reply.send({ given, received, people });
    },
  );

  app.put(
    '/api/partners/:person',
    {
      config,
      schema: {
        summary: 'Lets a person see all of one’s photos but what is archived, locked or in the trash',
        params: one,
        response: answers(Type.Object({ changed: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      all.give(viewer(request), request.params.person);
      void reply.send({ changed: true });
    },
  );

  app.delete(
    '/api/partners/:person',
    {
      config,
      schema: { summary: 'Ends it', params: one, response: Changed },
    },
    (request, reply) => void reply.send({ changed: all.end(viewer(request), request.params.person) }),
  );

  app.delete(
    '/api/partners/:person/received',
    {
      config,
      schema: { summary: 'No longer sees the photos of a person', params: one, response: Changed },
    },
    (request, reply) => void reply.send({ changed: all.leave(viewer(request), request.params.person) }),
  );
};
