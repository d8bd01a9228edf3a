/**
 * A database on another server, by CouchDB's replication protocol: Photospool, CouchDB 3, or PouchDB Server. Uses only
 * features that all of them have. Nothing is trusted: a malformed response is an error, a malformed document is
 * rejected.
 */
import { PhotospoolError } from '../../base/errors.js';
import { isObject, own, textOf } from '../../document/json-values.js';
import type { Incoming } from '../../library/library.js';
import { bisect, Rejection } from './bisect-rejected.js';
import { notUnderstood, readRevisions } from './bulk-get.js';
import { requestJson, heartbeat, hostOf, reasonOf, silence, type Address } from './json-client.js';
import { reopened } from './database.js';
import type {
  Checkpoint,
  Database,
  FeedOptions,
  RevisionId,
  RejectedRevision,
  FeedRow,
  FeedBatch,
} from './database.js';
import { writeWire } from './wire-format.js';

/** Maximum documents, and characters, per `_bulk_docs`. */
const batch = 500;
const longest = 2 * 1024 * 1024;
/** Ms that a response may take beyond the requested wait. */
const grace = 1_000;
/** Ms for a response to sent data: a minute, plus the time to send it at 4 kB a second. */
const timeToSend = (text: string): number => 60_000 + text.length / 4;
/** Ms for a batch that does not wait for changes. */
const longestStretch = 75_000;

/** Opens a database on another server. No request is sent before the first call. */
export function openHttpDatabase(address: Address): Database {
  const host = hostOf(address.url);
  const { strange } = messagesOf(host);

  const root = address.url.slice(0, address.url.lastIndexOf('/') + 1);

  /** The epoch of a Photospool; for others the creation time of the database, if they report it. */
  async function opening(): Promise<string> {
    const epoch = textOf(own((await requestJson(address, root)).json, 'epoch'));
    return epoch || textOf(own((await requestJson(address, '')).json, 'instance_start_time'));
  }

  return {
    ...openRemoteFeed(address),
    ...openMissing(address),
    ...openWriting(address),
    name: host,
    async id() {
      const { json } = await requestJson(address, root);
      // For a Photospool the id of the library, which it keeps after a restore.
      const id = textOf(own(json, 'server')) || textOf(own(json, 'uuid')) || root;
      return `${id} ${address.url.slice(root.length)}`;
    },
    opening,
    async read(named, refuse) {
      const all: Incoming[] = [];
      for await (const part of readRevisions(address, named, refuse)) all.push(...part);
      return all;
    },
    readParts: (named, refuse) => readRevisions(address, named, refuse),
    async checkpoint(id) {
      const { status, json } = await requestJson(address, `/_local/${encodeURIComponent(id)}`);
      return status === 200 ? checkpointOf(json) : undefined;
    },
    async setCheckpoint(id, checkpoint, began) {
      // A Photospool checks this itself when it stores the checkpoint; others can't.
      if ((await opening()) !== began) throw reopened(host);
      const path = `/_local/${encodeURIComponent(id)}`;
      const known = await requestJson(address, path);
      const rev = known.status === 200 ? own(known.json, '_rev') : undefined;
      const named = { _id: `_local/${id}`, ...(typeof rev === 'string' && { _rev: rev }) };
      const body = { ...named, ...checkpoint, opening: began };
      const { status } = await requestJson(address, path, { method: 'PUT', body });
      if (status === 409) throw reopened(host);
      if (status !== 201 && status !== 202) throw strange('the checkpoint');
    },
  };
}

/** The messages about invalid responses. */
function messagesOf(host: string) {
  const strange = (what: string): PhotospoolError => notUnderstood(host, what);
  const unclear = (what: string): Rejection => new Rejection(strange(what).message, 'The response is not valid.');
  return { strange, unclear };
}

/** Sends revisions; finds those that the other side rejects by bisection. */
function openWriting(address: Address): Pick<Database, 'write'> {
  const { unclear } = messagesOf(hostOf(address.url));

  async function writeBatch(written: readonly Written[]): Promise<RejectedRevision[]> {
    const incoming = written.map(({ one }) => one);
    const text = `{"new_edits":false,"docs":[${written.map(({ text }) => text).join(',')}]}`;
    const question = { method: 'POST', text, timeout: timeToSend(text), bisectable: true } as const;
    const { status, json } = await requestJson(address, '/_bulk_docs', question);
    if ((status !== 201 && status !== 202) || !Array.isArray(json)) throw unclear('_bulk_docs');
    const errors = json.filter((one) => own(one, 'error') !== undefined);
    return errors.map((error) => {
      const ofId = incoming.filter(({ id }) => id === own(error, 'id'));
      const one = ofId.find(({ revisions }) => revisions[0] === own(error, 'rev')) ?? ofId[0];
      if (!one) throw unclear('_bulk_docs');
      return refusal(one, reasonOf(error));
    });
  }

  async function writePart(part: readonly Written[]): Promise<RejectedRevision[]> {
    const rejected: RejectedRevision[] = [];
    const isWell = async (): Promise<boolean> => {
      const { status, json } = await requestJson(address, '/_bulk_docs', {
        method: 'POST',
        body: { new_edits: false, docs: [] },
      });
      return (status === 201 || status === 202) && Array.isArray(json);
    };
    const reject = ({ one }: Written, reason: string): void => void rejected.push(refusal(one, reason));
    const refused = await bisect({ items: part, ask: writeBatch, isWell, reject });
    return [...refused.flat(), ...rejected];
  }

  return {
    async write(incoming) {
      const refused: RejectedRevision[] = [];
      for (const part of batches(incoming)) refused.push(...(await writePart(part)));
      return refused;
    },
  };
}

/** Asks which revisions are missing there. */
function openMissing(address: Address): Pick<Database, 'missing'> {
  const { strange, unclear } = messagesOf(hostOf(address.url));

  async function missingOf(asked: readonly (readonly [string, readonly string[]])[]): Promise<[string, string[]][]> {
    // Written as text: an object with five hundred keys costs more than its text.
    const members = asked.map(([id, revs]) => `${JSON.stringify(id)}:${JSON.stringify(revs)}`);
    const question = { method: 'POST', text: `{${members.join(',')}}`, bisectable: true } as const;
    const { status, json } = await requestJson(address, '/_revs_diff', question);
    if (status !== 200 || !isObject(json)) throw unclear('_revs_diff');
    const ids = new Set(asked.map(([id]) => id));
    const found = Object.entries(json).map(([id, one]): [string, string[]] => [id, textsOf(own(one, 'missing'))]);
    if (found.some(([id]) => !ids.has(id))) throw unclear('_revs_diff');
    return found.filter(([, revs]) => revs.length > 0);
  }

  return {
    async missing(asked, refuse) {
      const isWell = async (): Promise<boolean> => {
        const { status, json } = await requestJson(address, '/_revs_diff', { method: 'POST', body: {} });
        return status === 200 && isObject(json);
      };
      const items = [...asked].flatMap(([id, revs]) => revs.map((rev): RevisionId => ({ id, rev })));
      const reject = (one: RevisionId, reason: string): void => {
        if (!refuse) throw strange('_revs_diff');
        refuse({ ...one, reason });
      };
      const found = await bisect({ items, ask: (part) => missingOf([...byId(part)]), isWell, reject });
      return byId(found.flat().flatMap(([id, revs]) => revs.map((rev): RevisionId => ({ id, rev }))));
    },
  };
}

/** Reads the change feed. */
function openRemoteFeed(address: Address): Pick<Database, 'changes'> {
  const { strange } = messagesOf(hostOf(address.url));

  async function stretch(since: string, { limit, wait, signal }: FeedOptions): Promise<FeedBatch> {
    const query = new URLSearchParams({
      style: 'all_docs',
      since,
      limit: String(limit),
      seq_interval: String(limit),
    });
    if (wait !== undefined) {
      query.set('feed', 'longpoll');
      query.set('timeout', String(wait));
      query.set('heartbeat', String(heartbeat));
    }
    const { json } = await (wait === undefined
      ? requestJson(address, `/_changes?${query}`, { timeout: longestStretch, ...(signal && { signal }) })
      : patiently(address, `/_changes?${query}`, since, wait, signal));
    const results = own(json, 'results');
    const last = sequenceOf(own(json, 'last_seq'));
    if (!Array.isArray(results) || last === undefined) throw strange('_changes');
    const pending = own(json, 'pending');
    return {
      rows: results.flatMap(rowOf),
      last,
      more: results.length >= limit,
      ...(typeof pending === 'number' && { pending }),
    };
  }

  return {
    async changes(since, options) {
      // Documents with very many revisions: fewer per request.
      for (let limit = options.limit; ; limit = Math.ceil(limit / 8)) {
        try {
          return await stretch(since, { ...options, limit });
        } catch (error) {
          if (limit === 1 || !(error instanceof PhotospoolError) || error.code !== 'too-large') throw error;
        }
      }
    },
  };
}

/** Waits for a change. Without one in time the response is empty: with a heartbeat CouchDB would wait indefinitely. */
async function patiently(
  address: Address,
  path: string,
  since: string,
  wait: number,
  signal: AbortSignal | undefined,
): Promise<{ json: unknown }> {
  const late = AbortSignal.timeout(wait + grace);
  const end = signal ? AbortSignal.any([signal, late]) : late;
  try {
    return await requestJson(address, path, { timeout: longestStretch + wait, silence, signal: end });
  } catch (error) {
    if (!late.aborted || signal?.aborted === true) throw error;
    return { json: { results: [], last_seq: since } };
  }
}

/** A revision with its JSON text. */
interface Written {
  one: Incoming;
  text: string;
}

/** Splits revisions into requests: many small documents, few large ones. */
function* batches(incoming: readonly Incoming[]): Generator<Written[]> {
  let [part, length]: [Written[], number] = [[], 0];
  for (const one of incoming) {
    const text = writeWire(one);
    if (part.length === batch || (length > 0 && length + text.length > longest)) {
      yield part;
      [part, length] = [[], 0];
    }
    part.push({ one, text });
    length += text.length;
  }
  if (part.length > 0) yield part;
}

const refusal = ({ id, revisions }: Incoming, reason: string): RejectedRevision => ({
  id,
  rev: revisions[0] ?? '',
  reason,
});

/** Groups revisions by document. */
function byId(named: readonly RevisionId[]): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const { id, rev } of named) all.set(id, [...(all.get(id) ?? []), rev]);
  return all;
}

/** Older servers have numbers as sequences. */
const sequenceOf = (seq: unknown): string | undefined =>
  typeof seq === 'string' || typeof seq === 'number' ? String(seq) : undefined;

const textsOf = (list: unknown): string[] =>
  Array.isArray(list) ? list.filter((text): text is string => typeof text === 'string') : [];

/** Design documents are skipped: no code from outside runs here, or is passed on. */
function rowOf(result: unknown): FeedRow[] {
  const [id, seq, changes] = [own(result, 'id'), sequenceOf(own(result, 'seq')), own(result, 'changes')];
  if (typeof id !== 'string' || id.startsWith('_') || !Array.isArray(changes)) return [];
  const deleted = own(result, 'deleted') === true;
  const revs = textsOf(changes.map((change) => own(change, 'rev')));
  return [{ id, seq: seq ?? '', revs, ...(deleted && { deleted }) }];
}

function checkpointOf(json: unknown): Checkpoint | undefined {
  const [session, seq, history] = [own(json, 'session'), own(json, 'seq'), own(json, 'history')];
  if (typeof session !== 'string' || typeof seq !== 'string') return undefined;
  const known = Array.isArray(history) ? history : [];
  return {
    session,
    seq,
    history: known.flatMap((one) => {
      const [session, seq] = [own(one, 'session'), own(one, 'seq')];
      return typeof session === 'string' && typeof seq === 'string' ? [{ session, seq }] : [];
    }),
  };
}
