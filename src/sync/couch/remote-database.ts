/**
 * A database on another server, by CouchDB's replication protocol: Photospool, CouchDB 3, or PouchDB Server. Only what
 * every one of them has is used. Nothing is trusted: an answer of another shape is an error, a document of another shape
 * is refused.
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

/** Documents per `_bulk_docs`, and the length of its text that ends a batch before. */
const batch = 500;
const longest = 2 * 1024 * 1024;
/** Ms that an answer may take beyond what it was asked to wait. */
const grace = 1_000;
/** Ms for an answer to what is sent: a minute, and as long as it takes at 4 kB a second. */
const timeToSend = (text: string): number => 60_000 + text.length / 4;
/** Ms that a stretch may take which is there already. */
const longestStretch = 75_000;

/** Opens a database on another server. Nothing is asked before the first call. */
export function openHttpDatabase(address: Address): Database {
  const host = hostOf(address.url);
  const { strange } = messagesOf(host);

  const root = address.url.slice(0, address.url.lastIndexOf('/') + 1);

  /** The epoch of one of ours; of others, when the database was made, as far as they tell. */
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
      // Of ours, the library's, which it keeps when it is restored.
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
      // Our own look themselves once more when they write it; others can't.
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

/** The messages about answers that can't be understood. */
function messagesOf(host: string) {
  const strange = (what: string): PhotospoolError => notUnderstood(host, what);
  const unclear = (what: string): Rejection => new Rejection(strange(what).message, 'Its answer was not understood.');
  return { strange, unclear };
}

/** Sends revisions; a part of them that the other side can't take is found by halves. */
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
    // Not by way of an object: one with five hundred keys costs more than its text.
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
      // Documents of very many revisions: fewer at once.
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

/** Asks for a change. Where none comes in time the answer is an empty one: CouchDB takes a heartbeat for a wish to wait without end. */
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

/** A revision with its text. */
interface Written {
  one: Incoming;
  text: string;
}

/** Splits what is to be sent into requests: many small documents, few large ones. */
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

/** Revisions by their documents. */
function byId(named: readonly RevisionId[]): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const { id, rev } of named) all.set(id, [...(all.get(id) ?? []), rev]);
  return all;
}

/** Sequences of older servers are numbers. */
const sequenceOf = (seq: unknown): string | undefined =>
  typeof seq === 'string' || typeof seq === 'number' ? String(seq) : undefined;

const textsOf = (list: unknown): string[] =>
  Array.isArray(list) ? list.filter((text): text is string => typeof text === 'string') : [];

/** Design documents are not asked for: no code from outside runs here, or is passed on. */
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
