/**
 * `sync/stream` and acks: a client gets what differs from what it has acknowledged, as lines of JSON, and names the last
 * line of each type that it has stored. What was sent is in memory until then: after a restart it is sent again. A client
 * is told of the removal only of what it had.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { authorOf, type Viewer } from '../../access/permissions.js';
import type { SyncedEntities, SyncedEntity } from '../../library/synced-entities.js';
import type { Context } from '../context.js';
import { viewerNow } from '../http/request-viewer.js';
import { addCall, client, type Calls, type ImmichRequest } from './calls.js';
import { entityKinds, Snapshot, type EntityKind } from './sync-entities.js';

const Wanted = Type.Object({
  types: Type.Array(Type.String({ maxLength: 60 }), { maxItems: 100 }),
  reset: Type.Optional(Type.Boolean()),
});
const Acks = Type.Object({ acks: Type.Array(Type.String({ maxLength: 200 }), { maxItems: 1_000 }) });
const Forgotten = Type.Object({ types: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { maxItems: 100 })) });

/** The clients whose unacknowledged lines are in memory at once. */
const most = 32;

/** The lines of a stream that are not acknowledged yet, by the type under which they were sent. */
interface Sent {
  run: string;
  lines: Map<string, { kind: string; entities: SyncedEntity[] }>;
}

/** `sync/…` */
export const sync: Calls = (app, context) => {
  const { synced } = context.library.local;
  const clients = new Map<string, Sent>();
  let runs = 0;

  addCall(app, { method: 'POST', path: '/sync/stream', needs: 'see', body: Wanted }, (request, reply) => {
    const who = client(request);
    const { types, reset = false } = request.body;
    const name = clientName(who);
    if (reset) synced.reset(name);
    const sent: Sent = { run: `${context.clock.now()}.${++runs}`, lines: new Map() };
    clients.delete(name);
    clients.set(name, sent);
    if (clients.size > most) clients.delete(clients.keys().next().value!);
    const kinds = entityKinds.filter(({ requests }) => requests.some((one) => types.includes(one)));
    const lines = Readable.from(linesFor({ context, request, who }, kinds, synced, sent), { objectMode: false });
    return reply.type('application/jsonlines+json').send(lines);
  });

  addCall(app, { method: 'POST', path: '/sync/ack', needs: 'see', body: Acks }, (request) => {
    const name = clientName(client(request));
    const sent = clients.get(name);
    for (const ack of request.body.acks) {
      const [type = '', run, position] = ack.split('|');
      const line = run === sent?.run ? sent?.lines.get(type) : undefined;
      if (!line || !/^\d{1,9}$/.test(position ?? '')) continue;
      // Those up to it were stored, too; what is confirmed need not be again.
      const stored = line.entities.slice(0, Number(position) + 1).filter(({ key }) => key !== '');
      synced.confirm(name, line.kind, stored);
    }
  });

  addCall(app, { method: 'GET', path: '/sync/ack', needs: 'see' }, () => []);

  addCall(app, { method: 'DELETE', path: '/sync/ack', needs: 'see', body: Forgotten }, (request) => {
    const name = clientName(client(request));
    const { types } = request.body;
    clients.delete(name);
    if (!types) return synced.reset(name);
    for (const { sent } of entityKinds) if (types.includes(sent)) synced.reset(name, sent);
    return undefined;
  });
};

/** Each token and each session has a copy of its own. */
const clientName = (who: Viewer): string =>
  who.session === undefined ? authorOf(who) : `session ${createHash('sha256').update(who.session).digest('hex')}`;

/** The lines of a stream; it ends early, without being complete, when the client’s access has ended or changed. */
async function* linesFor(
  { context, request, who }: { context: Context; request: ImmichRequest; who: Viewer },
  kinds: readonly EntityKind[],
  synced: SyncedEntities,
  { run, lines }: Sent,
): AsyncGenerator<string> {
  const snapshot = new Snapshot(context, who);
  const rights = rightsOf(who);
  function line(type: string, kind: string, data: object, entity: SyncedEntity): string {
    const known = lines.get(type) ?? { kind, entities: [] };
    lines.set(type, known);
    known.entities.push(entity);
    return `${JSON.stringify({ type, data, ack: `${type}|${run}|${known.entities.length - 1}` })}\n`;
  }
  for (const { sent, removed, removal, entities } of kinds) {
    const before = synced.of(clientName(who), sent);
    for await (const { key, data } of entities(snapshot)) {
      const hash = createHash('sha256').update(JSON.stringify(data)).digest('base64url').slice(0, 22);
      const isSame = before.get(key) === hash;
      before.delete(key);
      if (isSame) continue;
      if (rightsOf(viewerNow(request)) !== rights) return;
      yield line(sent, sent, data, { key, hash });
    }
    for (const key of before.keys())
      if (removed !== undefined && removal) yield line(removed, sent, removal(key), { key });
      else synced.confirm(clientName(who), sent, [{ key }]);
  }
  yield line('SyncCompleteV1', '', {}, { key: '' });
}

/** What decides what a viewer sees, besides documents. */
const rightsOf = (who: Viewer | undefined): string =>
  JSON.stringify(who && [who.role, who.canEdit, who.may, who.behalf?.role, who.person]);
