/**
 * `sync/stream` and acks: a client gets the differences from the state that it has acknowledged, as lines of JSON, and
 * acknowledges the last stored line of each type. Unacknowledged lines are kept in memory: after a restart they are
 * sent again. A client gets a removal only for entities that it had.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { Viewer } from '../../access/permissions.js';
import { hashSecret } from '../../access/random-secrets.js';
import { yieldToEventLoop } from '../../base/async/yield.js';
import type { SyncedEntities, SyncedEntity } from '../../library/synced-entities.js';
import { broughtBy, viewerNow } from '../http/request-viewer.js';
import { addCall, client, type Calls, type ImmichRequest } from './calls.js';
import { entityKinds, Snapshot, type EntityKind } from './sync-entities.js';

const Wanted = Type.Object({
  types: Type.Array(Type.String({ maxLength: 60 }), { maxItems: 100 }),
  reset: Type.Optional(Type.Boolean()),
});
const Acks = Type.Object({ acks: Type.Array(Type.String({ maxLength: 200 }), { maxItems: 1_000 }) });
const Forgotten = Type.Object({ types: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { maxItems: 100 })) });

/** The maximum number of clients with unacknowledged lines in memory. */
const most = 32;

/** The number of acknowledged entities read or written before other requests are served. */
const batch = 500;

/** The lines of a stream that are not acknowledged yet, by the type under which they were sent. */
interface Sent {
  run: string;
  lines: Map<string, Unconfirmed>;
}

/** `freed`: how many lines before the first of `entities` were acknowledged. */
interface Unconfirmed {
  kind: string;
  freed: number;
  entities: SyncedEntity[];
}

/** `sync/…` */
export const sync: Calls = (app, context) => {
  const { synced } = context.library.local;
  const clients = new Map<string, Sent>();
  let runs = 0;

  addCall(app, { method: 'POST', path: '/sync/stream', needs: 'see', body: Wanted }, (request, reply) => {
    const who = client(request);
    const { types, reset = false } = request.body;
    const name = copyOf(request);
    synced.mark(name);
    if (reset) synced.reset(name);
    const sent: Sent = { run: `${context.clock.now()}.${++runs}`, lines: new Map() };
    // A client has one stream at a time: a new one ends the previous one.
    clients.delete(name);
    clients.set(name, sent);
    if (clients.size > most) clients.delete(clients.keys().next().value!);
    const rights = rightsOf(who);
    const lasts = (): boolean => clients.get(name) === sent && rightsOf(viewerNow(request)) === rights;
    const lines = linesFor(new Snapshot(context, who), kindsFor(types), { synced, name, sent, lasts });
    return reply.type('application/jsonlines+json').send(Readable.from(lines, { objectMode: false }));
  });

  addCall(app, { method: 'POST', path: '/sync/ack', needs: 'see', body: Acks }, async (request) => {
    const name = copyOf(request);
    const sent = clients.get(name);
    const rights = rightsOf(client(request));
    for (const [type, position] of lastOf(request.body.acks, sent?.run)) {
      const line = sent?.lines.get(type);
      if (!line) continue;
      // Those before it were stored, too; confirmed ones need not be confirmed again.
      const stored = line.entities.splice(0, Math.max(0, position + 1 - line.freed));
      line.freed += stored.length;
      const entities = stored.filter(({ key }) => key !== '');
      for (let at = 0; at < entities.length; at += batch) {
        if (at > 0) await yieldToEventLoop();
        // Another stream, or a reset, began: they are sent again. Or the client's access has ended.
        if (clients.get(name) !== sent || rightsOf(viewerNow(request)) !== rights) return;
        synced.confirm(name, line.kind, entities.slice(at, at + batch));
      }
    }
  });

  addCall(app, { method: 'GET', path: '/sync/ack', needs: 'see' }, () => []);

  addCall(app, { method: 'DELETE', path: '/sync/ack', needs: 'see', body: Forgotten }, (request) => {
    const name = copyOf(request);
    const { types } = request.body;
    clients.delete(name);
    if (!types) return synced.reset(name);
    for (const { sent } of entityKinds) if (types.includes(sent)) synced.reset(name, sent);
    return undefined;
  });
};

/**
 * The kinds requested by a client; if both versions of one are requested, which share their removals, the later one.
 */
function kindsFor(types: readonly string[]): EntityKind[] {
  const kinds = entityKinds.filter(({ requests }) => requests.some((one) => types.includes(one)));
  return kinds.filter(
    ({ removed }, n) => removed === undefined || !kinds.slice(n + 1).some((later) => later.removed === removed),
  );
}

/** The last acknowledged position of each type in a run; hostile text. */
function lastOf(acks: readonly string[], current: string | undefined): Map<string, number> {
  const found = new Map<string, number>();
  for (const ack of acks) {
    const [type = '', run, position = ''] = ack.split('|');
    if (run === current && /^\d{1,9}$/.test(position))
      found.set(type, Math.max(found.get(type) ?? 0, Number(position)));
  }
  return found;
}

/** The name of a client's copy, by its credentials: each token and each session has a separate copy. */
function copyOf(request: ImmichRequest): string {
  const { token, clientSession } = broughtBy(request);
  return nameOfCopy(token ?? clientSession);
}

/** The name of the copy for a secret; without one, that of programs on this machine, before there is an account. */
export const nameOfCopy = (secret: string | undefined): string => (secret === undefined ? 'local' : hashSecret(secret));

/** A stream to a client. */
interface Stream {
  synced: SyncedEntities;
  name: string;
  sent: Sent;
  /** False if another stream of the client began, or its access has ended or changed. */
  lasts: () => boolean;
}

/**
 * The lines of a stream, many at a time: each part is read and checked right before it is sent. It ends early, without
 * being complete, when the stream is no longer valid.
 */
async function* linesFor(
  snapshot: Snapshot,
  kinds: readonly EntityKind[],
  { synced, name, sent: { run, lines }, lasts }: Stream,
): AsyncGenerator<string> {
  function line(type: string, kind: string, data: object, entity: SyncedEntity): string {
    const known = lines.get(type) ?? { kind, freed: 0, entities: [] };
    lines.set(type, known);
    known.entities.push(entity);
    return `${JSON.stringify({ type, data, ack: `${type}|${run}|${known.freed + known.entities.length - 1}` })}\n`;
  }
  for (const { sent, removed, removal, entities } of kinds) {
    const before = await hashesOf(synced, name, sent);
    for await (const page of entities(snapshot)) {
      if (!lasts()) return;
      const news = page.flatMap(({ key, data }) => {
        const hash = createHash('sha256').update(JSON.stringify(data)).digest('base64url').slice(0, 22);
        const isSame = before.get(key) === hash;
        before.delete(key);
        return isSame ? [] : [line(sent, sent, data, { key, hash })];
      });
      if (news.length > 0) yield news.join('');
    }
    const gone = [...before.keys()];
    for (let at = 0; at < gone.length; at += batch) {
      await yieldToEventLoop();
      if (!lasts()) return;
      const keys = gone.slice(at, at + batch);
      if (removed !== undefined && removal)
        yield keys.map((key) => line(removed, sent, removal(key), { key })).join('');
      else
        synced.confirm(
          name,
          sent,
          keys.map((key) => ({ key })),
        );
    }
  }
  if (lasts()) yield line('SyncCompleteV1', '', {}, { key: '' });
}

/** The hashes of a client's entities, by key. */
async function hashesOf(synced: SyncedEntities, name: string, kind: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let after = ''; ; await yieldToEventLoop()) {
    const rows = synced.after(name, kind, after, batch);
    for (const { key, hash } of rows) found.set(key, hash);
    if (rows.length < batch) return found;
    after = rows.at(-1)!.key;
  }
}

/** The inputs of visibility other than documents. */
const rightsOf = (who: Viewer | undefined): string =>
  JSON.stringify(who && [who.role, who.canEdit, who.may, who.behalf?.role, who.behalf?.canEdit, who.person]);
