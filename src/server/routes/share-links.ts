/**
 * Share links: created, listed, deleted and restored by people whose photos they show; their content and password for visitors.
 */
import { Type } from 'typebox';
import { mayLink, type Viewer } from '../../access/permissions.js';
import { draftScope, limitsOf, linkScope, targetOf } from '../../album/link-scope.js';
import { previewShare } from '../../album/share-preview.js';
import { openMemberAlbums } from '../../album/member-albums.js';
import { house } from '../../document/item-id.js';
import type { Access } from '../../access/access.js';
import type { OpenedShare, Share } from '../../access/share-links.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import { PhotospoolError, notFound } from '../../base/errors.js';
import { viewer } from '../http/request-viewer.js';
import { authorFor } from '../../album/author-names.js';
import type { Context, Routes } from '../context.js';
import { answers, Problem, Sha256 } from '../../api/photo-schemas.js';
import { GivenPassword, ShareLink, ShareLinkView, SharePreview, strict } from '../../api/access-schemas.js';
import { parseQuery } from '../../catalog/search-parser.js';
import { sightOf } from '../../album/visibility.js';
import { descriptionOf, senderOf } from '../../album/link-sender.js';
import { shareOf } from '../http/share-link-address.js';
import { giveTicket } from '../http/share-link-cookie.js';
import { givenTypes } from '../files/send-stripped-original.js';
import { actorBehind, refuseTooSoon, utcOf } from '../http/sign-in-response.js';

export const shares: Routes = (app, context) => {
  for (const add of [ownLinks, changedLinks, newLinks, drafts, previews, openedLink]) void add(app, context);
};

const config = { rule: 'own-links' } as const;
const Whole = Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }));
const Limits = strict({ photos: Whole, bytes: Whole, photosPerDay: Whole, bytesPerDay: Whole });
const albumPattern = '^(?:house|[0-9A-HJKMNP-TV-Z]{26}):[0-9A-HJKMNP-TV-Z]{26}$';
const Moment = Type.String({ maxLength: 40, description: 'UTC' });
/** What a link is to: exactly one of these. */
const scopes = {
  photo: Type.Optional(Sha256),
  photos: Type.Optional(Type.Array(Sha256, { minItems: 1, maxItems: 1_000 })),
  album: Type.Optional(Type.String({ pattern: albumPattern, description: 'HOLDER:ALBUM' })),
  search: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000 })),
};
/** The settings that a link always has. */
const settings = {
  title: Type.Optional(Type.String({ maxLength: 200 })),
  originals: Type.Optional(Type.Boolean()),
  details: Type.Optional(Type.Boolean()),
  named: Type.Optional(Type.Boolean({ description: 'whether its visitors see who made it' })),
  unedited: Type.Optional(Type.Boolean({ description: 'whether originals of edited photos are as taken' })),
  uploads: Type.Optional(Type.Union([Type.Boolean(), Limits])),
};
const Made = Type.Object({ share: ShareLink, path: Type.String(), address: Type.Optional(Type.String()) });

/** The links that a viewer may delete and restore: those of the house for owners, otherwise their own. */
const ownLinks: Routes = (app, { access }) => {
  const describe = openDescribe(access);

  app.get(
    '/api/shares',
    {
      config,
      schema: {
        summary: 'Lists share links, newest first',
        response: answers(Type.Object({ shares: Type.Array(ShareLink) })),
      },
    },
    (request, reply) => {
      const who = viewer(request);
      const all = access.shares.list().filter(({ holder = house }) => mayLink(who, holder));
      void reply.send({ shares: all.map((one) => describe(one, authorFor(who, access.people, one.author).name)) });
    },
  );

  app.delete(
    '/api/shares/:id',
    {
      config,
      schema: {
        summary: 'Deletes a share link at once; it can be restored for an hour',
        params: Type.Object({ id: Type.String() }),
        response: answers(Type.Object({ revoked: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      const { id } = request.params;
      const share = access.shares.list().find((one) => one.id === id);
      if (!share || !mayLink(viewer(request), share.holder ?? house)) throw notFound('This link doesn’t exist.');
      access.shares.remove(id, actorBehind(request));
      void reply.send({ revoked: true });
    },
  );

  app.post(
    '/api/shares/:id/restore',
    {
      config,
      schema: {
        summary: 'Restores a share link that was deleted within the last hour, with the same address and settings',
        params: Type.Object({ id: Type.String() }),
        response: answers(Type.Object({ share: ShareLink })),
      },
    },
    (request, reply) => {
      const [who, { id }] = [viewer(request), request.params];
      const isTheirs = (one: Share): boolean => one.id === id && mayLink(who, one.holder ?? house);
      const share =
        // A repeated request finds it restored.
        access.shares.list().find(isTheirs) ??
        (access.shares.restorable().some(isTheirs) ? access.shares.restore(id, actorBehind(request)) : undefined);
      if (!share)
        throw notFound('This link can’t be restored.', 'A deleted link can be restored for an hour. Create a new one.');
      void reply.send({ share: describe(share, authorFor(who, access.people, share.author).name) });
    },
  );
};

/** Changes links and gives them new addresses, by those who may revoke them. */
const changedLinks: Routes = (app, { access, gate }) => {
  const describe = openDescribe(access);
  const params = Type.Object({ id: Type.String() });
  const missing = () => notFound('This link doesn’t exist.');

  /** A link that a viewer may change. @throws PhotospoolError `not-found`. */
  function held(who: Viewer, id: string): Share {
    const share = access.shares.list().find((one) => one.id === id);
    if (!share || !mayLink(who, share.holder ?? house)) throw missing();
    return share;
  }

  app.patch(
    '/api/shares/:id',
    {
      config,
      schema: {
        summary: 'Changes a share link; its address stays',
        params,
        body: strict(
          {
            ...settings,
            password: Type.Optional(Type.Union([GivenPassword, Type.Null()])),
            expires: Type.Optional(Type.Union([Moment, Type.Null()])),
          },
          { minProperties: 1 },
        ),
        response: answers(Type.Object({ share: ShareLink })),
      },
    },
    async (request) => {
      const { title, password, expires, originals, details, named, unedited, uploads } = request.body;
      const who = viewer(request);
      checkUploads(gate, uploads, 'photo' in held(who, request.params.id).scope);
      const change = {
        ...(title !== undefined && { title: title.trim() }),
        ...(password !== undefined && { password }),
        ...(expires !== undefined && { expires: expires === null ? null : momentOf(expires) }),
        ...(originals !== undefined && { originals }),
        ...(details !== undefined && { details }),
        ...(named !== undefined && { named }),
        ...(unedited !== undefined && { unedited }),
        ...(uploads !== undefined && { uploads: limitsOf(uploads).uploads ?? null }),
      };
      const share = await access.shares.change(request.params.id, change, actorBehind(request));
      if (!share) throw missing();
      return { share: describe(share, authorFor(who, access.people, share.author).name) };
    },
  );

  app.post(
    '/api/shares/:id/address',
    {
      config,
      schema: {
        summary: 'Creates a new address for a share link; the previous one is revoked immediately',
        params,
        response: { 201: Made, '4xx': Problem, '5xx': Problem },
      },
    },
    (request, reply) => {
      const who = viewer(request);
      held(who, request.params.id);
      const made = access.shares.renew(request.params.id, actorBehind(request));
      if (!made) throw missing();
      const share = describe(made.share, authorFor(who, access.people, made.share.author).name);
      void reply.code(201).send({ share, ...addressOf(access, made.secret) });
    },
  );
};

/** The path of a link, and its whole address where the owner set a public one. */
const addressOf = ({ settings: stored }: Pick<Context['access'], 'settings'>, secret: string) => {
  const [base, path] = [stored.publicAddress(), `/s/${secret}`];
  return { path, ...(base !== undefined && { address: `${base}${path}` }) };
};

/** A point in time, ms since 1970. @throws PhotospoolError `invalid`. */
function momentOf(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new PhotospoolError('invalid', 'Invalid expiry date.', { hint: 'Use a date such as 2027-01-31.' });
  return at;
}

/** Whether a link may accept photos of guests. @throws PhotospoolError `invalid`, `conflict`. */
function checkUploads(gate: Context['gate'], uploads: unknown, isPhoto: boolean): void {
  if (uploads === undefined || uploads === false) return;
  demandPeopleLibraries(gate);
  if (isPhoto)
    throw new PhotospoolError('invalid', 'A link to a single photo can’t accept uploads. Share an album instead.');
}

/** Shows what a link would show. */
const previews: Routes = (app, { library, clock, gate, catalog }) => {
  const parts = { library, catalog, albums: openMemberAlbums({ library, clock, gate }) };

  app.post(
    '/api/shares/preview',
    {
      config,
      schema: {
        summary: 'The photos that a link to photos, an album or a search would show; creates nothing',
        body: strict(scopes),
        response: answers(SharePreview),
      },
    },
    (request, reply) => void reply.send(previewShare(parts, viewer(request), request.body)),
  );
};

/** Drafts of links, which their authors open before there is a link. */
const drafts: Routes = (app, { access, clock, library, gate }) => {
  const parts = { library, albums: openMemberAlbums({ library, clock, gate }) };
  const { uploads: _uploads, ...shown } = settings;
  const photos = Type.Optional(Type.Array(Sha256, { minItems: 1, maxItems: 10_000 }));

  app.post(
    '/api/shares/draft',
    {
      config,
      schema: {
        summary: 'Opens what a link would show for ten minutes, in this session alone; creates nothing',
        body: strict({ ...scopes, photos, ...shown }),
        response: { 201: Type.Object({ path: Type.String() }), '4xx': Problem, '5xx': Problem },
      },
    },
    (request, reply) => {
      const { title = '', originals = false, details = false, named, unedited, ...wanted } = request.body;
      const who = viewer(request);
      const draft = {
        ...{ originals, details, ...draftScope(parts, who, { ...wanted, title: title.trim() }) },
        ...(named !== undefined && { named }),
        ...(unedited !== undefined && { unedited }),
      };
      const secret = access.shares.draft(draft, actorBehind(request), who.session);
      void reply.code(201).send({ path: `/s/${secret}` });
    },
  );
};

/** Creates links. */
const newLinks: Routes = (app, { access, clock, library, gate }) => {
  const describe = openDescribe(access);
  const parts = { library, albums: openMemberAlbums({ library, clock, gate }) };

  app.post(
    '/api/shares',
    {
      config,
      schema: {
        summary: 'Creates a share link; only this response has its address',
        body: strict({
          ...scopes,
          ...settings,
          password: Type.Optional(GivenPassword),
          expires: Type.Optional(Moment),
        }),
        response: { 201: Made, '4xx': Problem, '5xx': Problem },
      },
    },
    async (request, reply) => {
      const {
        title = '',
        password,
        expires,
        originals = false,
        details = false,
        named,
        unedited,
        uploads,
        ...wanted
      } = request.body;
      const who = viewer(request);
      const end = expires === undefined ? undefined : momentOf(expires);
      checkUploads(gate, uploads, wanted.photo !== undefined);
      const made = await access.shares.make(
        {
          ...{ originals, details, ...linkScope(parts, who, { ...wanted, title: title.trim() }) },
          ...limitsOf(uploads),
          ...(named !== undefined && { named }),
          ...(unedited !== undefined && { unedited }),
          ...(password !== undefined && { password }),
          ...(end !== undefined && { expires: end }),
        },
        actorBehind(request),
      );
      const share = describe(made.share, authorFor(who, access.people, made.share.author).name);
      return reply.code(201).send({ share, ...addressOf(access, made.secret) });
    },
  );
};

/** A link as its owners see it. */
const openDescribe =
  ({ shares: { isOver } }: Pick<Access, 'shares'>) =>
  ({ scope, holder: _holder, created, expires, used, author: _author, ...rest }: Share, by: string) => ({
    ...rest,
    ...targetOf(scope),
    by,
    created: utcOf(created),
    over: isOver(rest.id),
    ...(expires !== undefined && { expires: utcOf(expires) }),
    ...(used !== undefined && { lastUsed: utcOf(used) }),
  });

/** For visitors with a link: its content, and its password. */
const openedLink: Routes = (app, { access, library, catalog, toBare }) => {
  const over = (): PhotospoolError =>
    notFound('This link has expired or is incomplete.', 'Ask the person who sent it for a new one.');

  function tell(share: OpenedShare, who: Viewer | undefined) {
    const { scope, title, originals, unedited, details, uploads, expires } = share;
    if (!who) return { title: '', locked: true, originals: false, details: false, strippable: [] };
    const end = expires !== undefined && { expires: utcOf(expires) };
    catalog.catchUp(library.lastChange());
    const photos = catalog.count(parseQuery(''), sightOf(who));
    return {
      title,
      locked: false,
      originals,
      details,
      ...senderOf(share, access.people),
      ...descriptionOf(library, share),
      photos,
      strippable: givenTypes(toBare !== undefined),
      ...(unedited && { unedited: true as const }),
      ...(uploads && { uploads: true as const }),
      ...(share.draft && { draft: true as const }),
      ...end,
      // Not of one that the link does not show, because it is in the trash, for example.
      ...('photo' in scope && photos > 0 && scope),
    };
  }

  app.get(
    '/api/share',
    {
      config: { rule: 'everyone' },
      schema: { summary: 'The share link of the request’s address', response: answers(ShareLinkView) },
    },
    (request, reply) => {
      const brought = shareOf(request);
      const share = brought && access.shares.find(brought);
      if (!share) throw over();
      void reply.send(tell(share, access.shares.viewer(brought)));
    },
  );

  app.post(
    '/api/share',
    {
      config: { rule: 'everyone' },
      schema: {
        summary: 'Enters the password of the share link',
        body: strict({ password: GivenPassword }),
        response: answers(ShareLinkView),
      },
    },
    async (request, reply) => {
      const brought = shareOf(request);
      const outcome = brought && (await access.shares.unlock(brought.secret, request.body.password, request.ip));
      const share = brought && access.shares.find(brought);
      if (!outcome || !share) throw over();
      if (outcome.kind === 'wait') throw refuseTooSoon(reply, outcome.ms);
      if (outcome.kind === 'wrong') throw new PhotospoolError('forbidden', 'Wrong password.');
      if (outcome.ticket !== '') giveTicket(request, reply, brought.secret, outcome.ticket);
      return tell(share, access.shares.viewer({ ...brought, ticket: outcome.ticket }));
    },
  );
};
