/**
 * Share links: created, listed and revoked by people whose photos they show; their content and password for visitors.
 */
import { Type } from 'typebox';
import { mayLink } from '../../access/permissions.js';
import { house } from '../../document/item-id.js';
import type { Share } from '../../access/share-links.js';
import { PhotospoolError, notFound } from '../../base/errors.js';
import { parseQuery } from '../../catalog/search-parser.js';
import { viewer } from '../http/request-viewer.js';
import { authorFor } from '../../album/author-names.js';
import type { Context, Routes } from '../context.js';
import { getPhoto } from '../../album/find-photos.js';
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

/** The links that a viewer may revoke: those of the house for owners, otherwise their own. */
const ownLinks: Routes = (app, { access, clock }) => {
  const describe = openDescribe(access, clock);

  app.get(
    '/api/shares',
    {
      config,
      schema: {
        summary: 'Share links, newest first',
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
        summary: 'Ends a share link, at once',
        params: Type.Object({ id: Type.String() }),
        response: answers(Type.Object({ revoked: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      const { id } = request.params;
      const share = access.shares.list().find((one) => one.id === id);
      if (!share || !mayLink(viewer(request), share.holder ?? house)) throw notFound('There is no such link.');
      access.shares.revoke(id, actorBehind(request));
      void reply.send({ revoked: true });
    },
  );
};

/** Creates links. */
const newLinks: Routes = (app, { access, clock, library }) => {
  const describe = openDescribe(access, clock);

  app.post(
    '/api/shares',
    {
      config,
      schema: {
        summary: 'Makes a share link; its address is shown this once',
        body: strict({
          photo: Type.Optional(Sha256),
          search: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000 })),
          title: Type.Optional(Type.String({ maxLength: 200 })),
          password: Type.Optional(GivenPassword),
          expires: Type.Optional(Type.String({ maxLength: 40, description: 'UTC' })),
          originals: Type.Optional(Type.Boolean()),
          details: Type.Optional(Type.Boolean()),
        }),
        response: { 201: Type.Object({ share: ShareLink, path: Type.String() }), '4xx': Problem, '5xx': Problem },
      },
    },
    async (request, reply) => {
      const { photo, search, title = '', password, expires, originals = false, details = false } = request.body;
      const who = viewer(request);
      const end = expires === undefined ? undefined : Date.parse(expires);
      if (Number.isNaN(end)) throw new PhotospoolError('invalid', 'That is no day.');
      const made = await access.shares.make(
        {
          ...{ ...scopeOf(photo, search), title: title.trim(), originals, details },
          ...(password !== undefined && { password }),
          ...(end !== undefined && { expires: end }),
        },
        actorBehind(request),
      );
      const share = describe(made.share, authorFor(who, access.people, made.share.author).name);
      return reply.code(201).send({ share, path: `/s/${made.secret}` });

      function scopeOf(id: string | undefined, text: string | undefined): Pick<Share, 'scope' | 'holder'> {
        if ((id === undefined) === (text === undefined))
          throw new PhotospoolError('invalid', 'A link is to a photo, or to what a search finds.');
        const holder = id === undefined ? house : getPhoto(library, who, id).item.holder;
        if (!mayLink(who, holder)) throw new PhotospoolError('forbidden', 'You may make no link to that here.');
        if (id !== undefined) return { scope: { photo: id }, ...(holder !== house && { holder }) };
        if (parseQuery(text ?? '').terms.length === 0)
          throw new PhotospoolError('invalid', 'That would share everything.');
        return { scope: { search: text ?? '' } };
      }
    },
  );
};

/** A link as its owners see it. */
const openDescribe =
  (access: Context['access'], clock: Context['clock']) =>
  ({ scope, holder = house, created, expires, used, author, ...rest }: Share, by: string) => ({
    ...rest,
    ...scope,
    by,
    created: utcOf(created),
    over: (expires !== undefined && expires <= clock.now()) || !mayLink(access.senders(author), holder),
    ...(expires !== undefined && { expires: utcOf(expires) }),
    ...(used !== undefined && { lastUsed: utcOf(used) }),
  });

/** For visitors with a link: its content, and its password. */
const openedLink: Routes = (app, { access, toBare }) => {
  const over = (): PhotospoolError =>
    notFound('This link is over, or it is not whole.', 'Ask whoever sent it for a new one.');

  function tell({ scope, title, originals, details, expires }: Share, locked: boolean) {
    if (locked) return { title: '', locked, originals: false, details: false, strippable: [] };
    const end = expires !== undefined && { expires: utcOf(expires) };
    return {
      title,
      locked,
      originals,
      details,
      strippable: givenTypes(toBare !== undefined),
      ...end,
      ...('photo' in scope && scope),
    };
  }

  app.get(
    '/api/share',
    {
      config: { rule: 'everyone' },
      schema: { summary: 'The share link below whose address this is asked', response: answers(ShareLinkView) },
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
        summary: 'Gives the password of the share link',
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
      if (outcome.kind === 'wrong') throw new PhotospoolError('forbidden', 'The password is not right.');
      if (outcome.ticket !== '') giveTicket(request, reply, brought.secret, outcome.ticket);
      return tell(share, false);
    },
  );
};
