/**
 * Share links: created, listed and revoked by people whose photos they show; their content and password for visitors.
 */
import { Type } from 'typebox';
import { mayLink } from '../../access/permissions.js';
import { limitsOf, linkScope } from '../../album/link-scope.js';
import { openMemberAlbums } from '../../album/member-albums.js';
import { house } from '../../document/item-id.js';
import type { Share } from '../../access/share-links.js';
import { demandPeopleLibraries } from '../../library/people-libraries.js';
import { PhotospoolError, notFound } from '../../base/errors.js';
import { viewer } from '../http/request-viewer.js';
import { authorFor } from '../../album/author-names.js';
import type { Context, Routes } from '../context.js';
import { answers, Problem, Sha256 } from '../../api/photo-schemas.js';
import { GivenPassword, ShareLink, ShareLinkView, strict } from '../../api/access-schemas.js';
import { shareOf } from '../http/share-link-address.js';
import { giveTicket } from '../http/share-link-cookie.js';
import { givenTypes } from '../files/send-stripped-original.js';
import { actorBehind, refuseTooSoon, utcOf } from '../http/sign-in-response.js';

export const shares: Routes = (app, context) => {
  for (const add of [ownLinks, newLinks, openedLink]) void add(app, context);
};

const config = { rule: 'own-links' } as const;
const Whole = Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }));
const Limits = strict({ photos: Whole, bytes: Whole, photosPerDay: Whole, bytesPerDay: Whole });
const albumPattern = '^(?:house|[0-9A-HJKMNP-TV-Z]{26}):[0-9A-HJKMNP-TV-Z]{26}$';

/** The links that a viewer may revoke: those of the house for owners, otherwise their own. */
const ownLinks: Routes = (app, { access, clock, library }) => {
  const describe = openDescribe({ access, clock, library });

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
        summary: 'Revokes a share link at once',
        params: Type.Object({ id: Type.String() }),
        response: answers(Type.Object({ revoked: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      const { id } = request.params;
      const share = access.shares.list().find((one) => one.id === id);
      if (!share || !mayLink(viewer(request), share.holder ?? house)) throw notFound('This link doesn’t exist.');
      access.shares.revoke(id, actorBehind(request));
      void reply.send({ revoked: true });
    },
  );
};

/** Creates links. */
const newLinks: Routes = (app, { access, clock, library, gate }) => {
  const describe = openDescribe({ access, clock, library });
  const parts = { library, albums: openMemberAlbums({ library, clock, gate }) };

  app.post(
    '/api/shares',
    {
      config,
      schema: {
        summary: 'Creates a share link; only this response has its address',
        body: strict({
          photo: Type.Optional(Sha256),
          photos: Type.Optional(Type.Array(Sha256, { minItems: 1, maxItems: 1_000 })),
          album: Type.Optional(Type.String({ pattern: albumPattern, description: 'HOLDER:ALBUM' })),
          search: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000 })),
          title: Type.Optional(Type.String({ maxLength: 200 })),
          password: Type.Optional(GivenPassword),
          expires: Type.Optional(Type.String({ maxLength: 40, description: 'UTC' })),
          originals: Type.Optional(Type.Boolean()),
          details: Type.Optional(Type.Boolean()),
          uploads: Type.Optional(Type.Union([Type.Boolean(), Limits])),
        }),
        response: { 201: Type.Object({ share: ShareLink, path: Type.String() }), '4xx': Problem, '5xx': Problem },
      },
    },
    async (request, reply) => {
      const { title = '', password, expires, originals = false, details = false, uploads, ...wanted } = request.body;
      const who = viewer(request);
      const end = expires === undefined ? undefined : Date.parse(expires);
      if (Number.isNaN(end)) throw new PhotospoolError('invalid', 'This is not a date.');
      if (uploads !== undefined && uploads !== false) {
        demandPeopleLibraries(gate);
        if (wanted.photo !== undefined)
          throw new PhotospoolError('invalid', 'A link to one photo takes no others: share an album.');
      }
      const made = await access.shares.make(
        {
          ...{ originals, details, ...linkScope(parts, who, { ...wanted, title: title.trim() }) },
          ...limitsOf(uploads),
          ...(password !== undefined && { password }),
          ...(end !== undefined && { expires: end }),
        },
        actorBehind(request),
      );
      const share = describe(made.share, authorFor(who, access.people, made.share.author).name);
      return reply.code(201).send({ share, path: `/s/${made.secret}` });
    },
  );
};

/** A link as its owners see it. */
const openDescribe =
  ({ access, clock, library }: Pick<Context, 'access' | 'clock' | 'library'>) =>
  ({ scope, holder = house, created, expires, used, author, ...rest }: Share, by: string) => ({
    ...rest,
    ...scope,
    by,
    created: utcOf(created),
    over:
      (expires !== undefined && expires <= clock.now()) ||
      !mayLink(access.senders(author), holder) ||
      ('album' in scope && !library.controls.hasAlbum(scope.album)),
    ...(expires !== undefined && { expires: utcOf(expires) }),
    ...(used !== undefined && { lastUsed: utcOf(used) }),
  });

/** For visitors with a link: its content, and its password. */
const openedLink: Routes = (app, { access, toBare }) => {
  const over = (): PhotospoolError =>
    notFound('This link has expired or is incomplete.', 'Ask the person who sent it for a new one.');

  function tell({ scope, title, originals, details, uploads, expires }: Share, locked: boolean) {
    if (locked) return { title: '', locked, originals: false, details: false, strippable: [] };
    const end = expires !== undefined && { expires: utcOf(expires) };
    return {
      title,
      locked,
      originals,
      details,
      strippable: givenTypes(toBare !== undefined),
      ...(uploads && { uploads: true as const }),
      ...end,
      ...('photo' in scope && scope),
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
      const share = brought && access.shares.find(brought.secret);
      if (!share) throw over();
      void reply.send(tell(share, access.shares.viewer(brought) === undefined));
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
      const share = brought && access.shares.find(brought.secret);
      if (!outcome || !share) throw over();
      if (outcome.kind === 'wait') throw refuseTooSoon(reply, outcome.ms);
      if (outcome.kind === 'wrong') throw new PhotospoolError('forbidden', 'Wrong password.');
      if (outcome.ticket !== '') giveTicket(request, reply, brought.secret, outcome.ticket);
      return tell(share, false);
    },
  );
};
