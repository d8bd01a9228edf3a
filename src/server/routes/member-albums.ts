/**
 * Albums with members, and partners: what people share with each other. These routes are open to everyone with an
 * account; access/sharing-rights.ts decides about each album. Rejected while people have no libraries here.
 */
import { Type } from 'typebox';
import { itemAccess } from '../../access/library-access.js';
import { openMemberAlbums, type MemberAlbum as Seen } from '../../album/member-albums.js';
import { openPartners } from '../../album/partners.js';
import { shareNamed, unshareNamed } from '../../album/share-named.js';
import { EntriesChanged, MadeAlbum, MemberAlbum, PartnerList } from '../../api/album-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { answers, Problem, Sha256 } from '../../api/photo-schemas.js';
import { house } from '../../document/item-id.js';
import type { Context, Routes } from '../context.js';
import { sightOf } from '../../album/visibility.js';
import type { Viewer } from '../../access/permissions.js';
import { viewer } from '../http/request-viewer.js';
import { actorBehind } from '../http/sign-in-response.js';

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
  for (const add of [list, album, unsharing, members, entries, partners]) void add(app, context);
};

const open = ({ library, clock, gate }: Context) => openMemberAlbums({ library, clock, gate });

const namedParts = ({ library, clock, gate, catalog, access: { shares, guests } }: Context) => ({
  ...{ library, clock, gate, catalog, shares, guests },
});

/** Albums as a response: with the names of people, the number of photos, and the cover or the newest photo. */
async function shown({ access, ask, catalog }: Context, who: Viewer, albums: readonly Seen[]) {
  await ask('', 'count', who);
  const counted = catalog.albums(albums, sightOf(who));
  const nameOf = (person: string): string => access.people.find(person)?.name ?? '';
  return albums.map(({ album, holder, members, lapsed, ...seen }, k) => {
    const { album: _, ...counts } = counted[k]!;
    return {
      ...{ ...seen, ...counts, holder, album: album.slice(holder.length + 1) },
      ...(holder !== house && { holderName: nameOf(holder) }),
      ...(members && { members: members.map((one) => ({ ...one, name: nameOf(one.person) })) }),
      ...(lapsed && { lapsed: lapsed.map((person) => ({ person, name: nameOf(person) })) }),
    };
  });
}

const list: Routes = (app, context) => {
  const { ask } = context;
  const albums = open(context);

  app.get(
    '/api/albums/shared',
    {
      config,
      schema: {
        summary: 'Lists albums with members by name: your own and those that you are a member of',
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
        summary:
          'Creates an album with members: in your own library, for owners in that of the house, from photos of one library, or from an album of the house that exists by name',
        body: Type.Union([
          strict({ name: Name, holder: Type.Optional(Type.Literal('house')) }),
          strict({ name: Type.Optional(Name), ids: Photos.properties.ids }),
          strict({
            named: Name,
            members: Type.Optional(Type.Array(strict({ person: Ulid, right: Right }), { maxItems: 1_000 })),
          }),
        ]),
        response: { 201: MadeAlbum, '4xx': Problem, '5xx': Problem },
      },
    },
    async (request, reply) => {
      const who = viewer(request);
      const { body } = request;
      if ('named' in body) {
        await ask('', 'values');
        const turning = { viewer: who, actor: actorBehind(request) };
        const { album, undo } = shareNamed(namedParts(context), turning, body.named, body.members ?? []);
        const [made] = await shown(context, who, [albums.find(who, album)]);
        return reply.code(201).send({ ...made!, undo });
      }
      const album =
        'ids' in body
          ? albums.createOf(who, body.ids, body.name)
          : albums.create(who, body.holder ?? who.person ?? house, body.name);
      const [made] = await shown(context, who, [album]);
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
        summary: 'Changes the name, description or cover of your own album; removes and restores it for everybody',
        params,
        body: strict(
          {
            name: Type.Optional(Name),
            description: Type.Optional(Type.String({ maxLength: 8_000 })),
            cover: Type.Optional(Type.Union([Sha256, Type.Null()])),
            removed: Type.Optional(Type.Boolean()),
          },
          { minProperties: 1 },
        ),
        response: answers(Type.Object({ changed: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      const { name, description, cover, removed } = request.body;
      albums.change(viewer(request), nameIn(request.params), {
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(cover !== undefined && { cover }),
        ...(removed !== undefined && { removed }),
      });
      void reply.send({ changed: true });
    },
  );
};

const unsharing: Routes = (app, context) => {
  app.post(
    '/api/albums/:holder/:album/unshare',
    {
      config,
      schema: {
        summary:
          'Turns an album of the house that was shared by its name back into an album by name, if it is unchanged',
        params,
        response: answers(Type.Object({ named: Type.String() })),
      },
    },
    async (request) => {
      await context.ask('', 'values');
      const turning = { viewer: viewer(request), actor: actorBehind(request) };
      return { named: unshareNamed(namedParts(context), turning, nameIn(request.params)) };
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
        summary: 'Allows a person to see an album, or also to add photos',
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
      schema: { summary: 'Ends the access of a person to an album, or leaves it', params: member, response: Changed },
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
        summary: 'Adds your own photos to an album',
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
        summary: 'Removes photos from an album: your own, or from your own album any photo',
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
        summary: 'Your partners in both directions, and the people to share with',
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
        summary: 'Allows a person to see all your photos except archived, locked and trashed ones',
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
      schema: { summary: 'Ends the access of a partner', params: one, response: Changed },
    },
    (request, reply) => void reply.send({ changed: all.end(viewer(request), request.params.person) }),
  );

  app.delete(
    '/api/partners/:person/received',
    {
      config,
      schema: { summary: 'Stops seeing the photos of a partner', params: one, response: Changed },
    },
    (request, reply) => void reply.send({ changed: all.leave(viewer(request), request.params.person) }),
  );
};
