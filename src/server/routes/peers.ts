/**
 * The mesh from this server's perspective: its connections, pending transfers, merges, and the participating servers.
 */
import { Type } from 'typebox';
import { hostname } from 'node:os';
import { PhotospoolError, sentence, toPhotospoolError, notFound } from '../../base/errors.js';
import { removeForeign } from '../../library/unknown-documents.js';
import { discover } from '../../sync/connections/discover-peer.js';
import { addPeer, makePeer, originalsPolicies, readAddress } from '../../sync/connections/peers.js';
import { checkConfirmed } from '../../access/actor.js';
import { viewer } from '../http/request-viewer.js';
import { mergesSeen } from '../../album/merges-seen.js';
import { guestsOf, mergesFor, meshState } from '../peer-status.js';
import { Mesh, Originals } from '../../api/mesh-schemas.js';
import type { Context, Routes } from '../context.js';
import { answers, Problem } from '../../api/photo-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { actorBehind } from '../http/sign-in-response.js';

export const peers: Routes = (app, context) => {
  for (const add of [linkStatus, changeLinks, setAside]) void add(app, context);
};

/** The state of the connections. */
const linkStatus: Routes = (app, { access, clock, config, copies, exchange, gate, library, mesh }) => {
  app.get(
    '/api/peers',
    {
      config: { rule: 'spool' },
      schema: {
        summary: 'Connections to other servers, missing blobs, and merges',
        response: answers(Mesh),
      },
    },
    (request, reply) => {
      const { links, missing, missingBytes } = meshState({ exchange, library, mesh });
      const who = viewer(request);
      const { days, last } = library.local.merges.read();
      void reply.send({
        name: config.names?.[0] ?? hostname(),
        server: library.server,
        peers: links,
        guests: guestsOf(access.tokens.list(), clock.now()),
        ...{ missing, missingBytes },
        merges: mergesFor(who, access.people, { days, last: mergesSeen(library, who, last) }, clock.now()),
        copies: copies?.all() ?? [],
        ...(gate && gate.announced.length > 0 && { people: gate.state() }),
      });
    },
  );
};

/** Adds and removes connections. */
const changeLinks: Routes = (app, { access, clock, peers: table }) => {
  const Added = Type.Object({
    url: Type.String(),
    publish: Type.Boolean(),
    originals: Originals,
    kind: Type.Optional(Type.String()),
    version: Type.Optional(Type.String()),
    problem: Type.Optional(Type.String({ description: 'why the connection can’t be opened yet' })),
  });

  app.post(
    '/api/peers',
    {
      config: { rule: 'peers' },
      schema: {
        summary: 'Adds a connection to another server, or changes its settings',
        body: strict({
          url: Type.String({ minLength: 1, maxLength: 1_000 }),
          token: Type.Optional(Type.String({ minLength: 1, maxLength: 400 })),
          publish: Type.Optional(Type.Boolean()),
          originals: Type.Optional(Type.Enum(originalsPolicies)),
        }),
        response: { 201: Added, '4xx': Problem, '5xx': Problem },
      },
    },
    async (request, reply) => {
      const { by: _by, unclaimed, ...actor } = actorBehind(request);
      checkConfirmed(actor);
      const { url: address, token, publish = false, originals = 'all' } = request.body;
      const given = { address: address.trim(), publish, originals };
      const peer = makePeer({ ...given, ...(token !== undefined && { token: token.trim() }) }, clock.now());
      addPeer(peersHere(table), peer, unclaimed);
      access.audit.note('peer-added', { ...actor, detail: peer.url });
      const found = await discover(peer).catch((error: unknown) => toPhotospoolError(error));
      const told =
        found instanceof PhotospoolError ? { problem: sentence(found) } : { kind: found.kind, version: found.version };
      return reply.code(201).send({ url: peer.url, publish, originals, ...told });
    },
  );

  app.delete(
    '/api/peers/:url',
    {
      config: { rule: 'peers' },
      schema: {
        summary: 'Removes a connection to a server; received photos stay',
        params: Type.Object({ url: Type.String({ description: 'the address of the server' }) }),
        response: answers(Type.Object({ removed: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      const { url } = readAddress(request.params.url);
      if (!peersHere(table).remove(url)) throw notFound('This server has no connection to that address.');
      const { who, address } = actorBehind(request);
      access.audit.note('peer-removed', { who, detail: url, ...(address !== undefined && { address }) });
      void reply.send({ removed: true });
    },
  );
};

/** Documents quarantined at a connection. */
const setAside: Routes = (app, { access, library, peers: table }) => {
  function linked(address: string): string {
    const { url } = readAddress(address);
    if (!peersHere(table).find(url)) throw notFound('This server has no connection to that address.');
    return url;
  }

  const SetAside = {
    id: Type.String({ minLength: 1, maxLength: 1_000 }),
    rev: Type.Optional(Type.String({ maxLength: 300 })),
  };

  app.post(
    '/api/peers/:url/retry',
    {
      config: { rule: 'peers' },
      schema: {
        summary: 'Retries quarantined documents of a connection: one, or all',
        params: Type.Object({ url: Type.String({ description: 'the address of the server' }) }),
        body: strict({ id: Type.Optional(SetAside.id), rev: SetAside.rev }),
        response: answers(Type.Object({ tried: Type.Integer({ description: 'the number of retried documents' }) })),
      },
    },
    (request, reply) => {
      const { id, rev } = request.body;
      void reply.send({ tried: peersHere(table).retry(linked(request.params.url), id, rev) });
    },
  );

  app.post(
    '/api/peers/:url/remove-document',
    {
      config: { rule: 'peers' },
      schema: {
        summary: 'Permanently removes a quarantined document of another program; never a photo',
        params: Type.Object({ url: Type.String({ description: 'the address of the server' }) }),
        body: strict({ id: SetAside.id }),
        response: answers(Type.Object({ removed: Type.Literal(true) })),
      },
    },
    (request, reply) => {
      const { id } = request.body;
      if (!peersHere(table).isSetAside(linked(request.params.url), id))
        throw notFound('This document is not set aside.');
      const { by, ...actor } = actorBehind(request);
      removeForeign(library, id, by);
      access.audit.note('document-removed', { ...actor, detail: id });
      void reply.send({ removed: true });
    },
  );
};

/** The table of peers. @throws PhotospoolError `conflict` on a server without one. */
function peersHere(table: Context['peers']): NonNullable<Context['peers']> {
  if (table) return table;
  throw new PhotospoolError('conflict', 'A public server has no connections of its own.');
}
