/**
 * Serves `_changes` like CouchDB: the rows that a query requests, and the text of the response, generated while it is
 * read. Holds one batch of a long feed at a time, and yields to others in between. An unknown filter is rejected: a
 * replication of a few documents must not get all of them.
 */
import { own, type JsonObject } from '../../document/json-values.js';
import type { Incoming } from '../../library/library.js';
import type { RevisionId, FeedRow } from './database.js';
import { makePace, rowWork } from '../../base/async/yield.js';
import { readSelector } from './mango-selector.js';
import { refusal, type ServedResponse, type Served } from './serve-database.js';
import { writeWire } from './wire-format.js';

/** The query parameters of a change feed, as text. */
export type FeedQuery = Readonly<Record<string, string | undefined>>;

/** A requested change feed. */
export interface FeedRequest {
  feed: 'normal' | 'longpoll' | 'continuous' | 'eventsource';
  since: string;
  /** The maximum number of rows. */
  limit: number;
  /** Ms to wait for a change; undefined if the query contains none. */
  timeout?: number;
  descending: boolean;
  /** Whether all leaves of a document are listed, or only the winner. */
  allLeaves: boolean;
  includeDocs: boolean;
  conflicts: boolean;
  /** The filters, by id alone, and by the document. */
  hasId?: (id: string) => boolean;
  fits?: (document: JsonObject) => boolean;
}

/** The conditions of a filter. */
type Filter = Pick<FeedRequest, 'hasId' | 'fits'>;

/** The maximum wait in ms. */
const longestWait = 60_000;
/** Rows of the feed read per step, and characters of text sent per step. */
const stretch = 500;
const enough = 64 * 1024;

/** The known query parameters. Programs add fields that begin with `_` to bypass caches. */
const known = new Set([
  ...[
    'since',
    'limit',
    'timeout',
    'feed',
    'heartbeat',
    'style',
    'filter',
    'doc_ids',
    'selector',
    'include_docs',
    'conflicts',
  ],
  ...['descending', 'attachments', 'att_encoding_info', 'seq_interval', 'last-event-id', 'view'],
]);
const feeds = ['normal', 'longpoll', 'continuous', 'eventsource'] as const;

const bad = (reason: string): ServedResponse => refusal(400, 'bad_request', reason);
const isYes = (text: string | undefined): boolean => text === 'true';

/** Parses the request; returns an error response if it is invalid. `body` is the parsed body of a POST. */
export function readFeedQuery(served: Served, query: FeedQuery, body?: unknown): FeedRequest | ServedResponse {
  const strange = Object.keys(query).find((key) => !known.has(key) && !key.startsWith('_'));
  if (strange !== undefined) return bad(`Unknown parameter ${strange.slice(0, 80)}.`);
  const name = query['feed'] === 'live' ? 'continuous' : (query['feed'] ?? 'normal');
  const feed = feeds.find((one) => one === name);
  if (!feed) return bad('Supported `feed` types: normal, continuous, live, longpoll, eventsource');
  const { style = 'main_only', limit = 'Infinity' } = query;
  if (style !== 'main_only' && style !== 'all_docs') return bad('style must be main_only or all_docs.');
  if (limit !== 'Infinity' && !/^\d{1,15}$/.test(limit)) return bad('limit must be a whole number.');
  const descending = isYes(query['descending']);
  if (descending && feed !== 'normal') return bad('descending is supported only with feed=normal.');
  const filter = readFilter(query, body);
  if ('status' in filter) return filter;
  const timeout = Number(query['timeout'] ?? NaN);
  const { since = query['last-event-id'] ?? '0' } = query;
  return {
    feed,
    since: since === 'now' ? served.last() : since,
    // Like CouchDB, 0 counts as 1.
    limit: Math.max(1, Number(limit)),
    ...(timeout >= 0 && { timeout }),
    descending,
    allLeaves: style === 'all_docs',
    includeDocs: isYes(query['include_docs']),
    conflicts: isYes(query['conflicts']),
    ...filter,
  };
}

/** CouchDB's built-in filters; others are functions in design documents, which are not supported. */
function readFilter(query: FeedQuery, body: unknown): Filter | ServedResponse {
  const { filter = '' } = query;
  const [ids, selector] = [own(body, 'doc_ids') ?? parsed(query['doc_ids']), own(body, 'selector')];
  if (filter === '_selector' || (filter === '' && selector !== undefined)) {
    if (selector === undefined) return bad('Selector must be specified in POST payload');
    return { fits: readSelector(selector) };
  }
  if (filter === '_doc_ids' || (filter === '' && ids !== undefined)) {
    if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string'))
      return bad('`doc_ids` filter parameter is not a list of doc ids.');
    const wanted = new Set<unknown>(ids);
    return { hasId: (id) => wanted.has(id) };
  }
  if (filter === '' && query['view'] === undefined && query['selector'] === undefined) return {};
  const isNamed = filter.startsWith('_') || filter.split('/').filter((part) => part !== '').length === 2;
  if (filter !== '' && !isNamed) return bad('filter must be of the form `designname/filtername`');
  return refusal(404, 'not_found', 'missing');
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return null;
  }
}

/** The wait for changes in ms; undefined if it does not wait. */
export function waitOf({ feed, timeout }: FeedRequest, pulse: number | undefined): number | undefined {
  if (feed === 'normal') return undefined;
  if (feed === 'longpoll') return Math.min(timeout ?? longestWait, longestWait);
  return pulse ?? Math.min(timeout ?? 10_000, longestWait);
}

/** A matching row, as JSON text. */
interface Line {
  seq: string;
  text: string;
}

/** Rows of a response, and the position after them. */
export interface Lines {
  lines: Line[];
  /** How many rows were scanned for them. */
  seen: number;
  last: string;
  /** Whether more changes after `last` may exist already. */
  more: boolean;
  pending: number;
}

/** A batch of the feed as it was read. */
interface Read {
  rows: readonly FeedRow[];
  last: string;
  more: boolean;
  pending: number;
}

/** A change feed being served. */
export interface FeedReader {
  /** The next matching rows; none when the wait is over. At most `limit` in total. */
  next(wait: number | undefined, signal: AbortSignal): Promise<Lines>;
  /** Whether `limit` rows were returned. */
  isFull(): boolean;
}

/** Opens a feed at the start position of the query. */
export function openFeedReader(served: Served, asked: FeedRequest): FeedReader {
  const pace = served.pace?.() ?? makePace();
  let { since } = asked;
  let left = asked.limit;
  let before: number | undefined;
  /** The last batch read, with the rows not scanned yet. */
  let read: Read = { rows: [], last: since, more: true, pending: 0 };
  let rows: readonly FeedRow[] = [];

  async function lineOf(row: FeedRow): Promise<string | undefined> {
    const { seq, id, revs, deleted } = row;
    if (asked.hasId?.(id) === false) return undefined;
    const winner = { id, rev: revs[0]! };
    const doc = asked.fits || asked.includeDocs ? await readExactly(served, winner) : undefined;
    if (asked.fits && !(doc && asked.fits(documentOf(doc)))) return undefined;
    const changes = (asked.allLeaves ? revs : revs.slice(0, 1)).map((rev) => ({ rev }));
    const line = JSON.stringify({ seq, id, changes, ...(deleted === true && { deleted }) });
    if (!asked.includeDocs) return line;
    const more = asked.conflicts ? conflictsOf(served, winner) : {};
    return `${line.slice(0, -1)},"doc":${doc ? writeWire(doc, { revs: false, more }) : 'null'}}`;
  }

  /** The matching rows of the batch, up to the limit or up to one step of text; the others stay for the next call. */
  async function take({ last, more, pending }: Omit<Read, 'rows'>): Promise<Lines> {
    const lines: Line[] = [];
    let [seen, size] = [0, 0];
    while (seen < rows.length && left > 0 && size < enough) {
      const row = rows[seen++]!;
      const text = await lineOf(row);
      const turn = pace.spend(rowWork + row.revs.length * 50 + (text?.length ?? 0));
      if (turn) await turn;
      since = row.seq;
      if (text === undefined) continue;
      lines.push({ seq: row.seq, text });
      size += text.length;
      left--;
    }
    rows = rows.slice(seen);
    if (rows.length === 0) since = last;
    return { lines, seen, last: since, more: rows.length > 0 || more, pending: pending + rows.length };
  }

  async function forth(wait: number | undefined, signal: AbortSignal): Promise<Read> {
    const limit = asked.hasId || asked.fits ? stretch : Math.min(stretch, left);
    const found = await served.database.changes(since, { limit, signal, ...(wait !== undefined && { wait }) });
    return { ...found, pending: found.pending ?? 0 };
  }

  function back(): Read {
    const found = served.newest(before, Math.min(stretch, left));
    before = found.next;
    return { rows: found.rows, last: found.rows.at(-1)?.seq ?? since, more: found.next !== undefined, pending: 0 };
  }

  return {
    async next(wait, signal) {
      if (rows.length === 0) {
        read = asked.descending ? back() : await forth(wait, signal);
        rows = read.rows;
      }
      return take(read);
    },
    isFull: () => left === 0,
  };
}

/** One revision, not its replacement; undefined if it is missing. */
export async function readExactly({ database }: Served, { id, rev }: RevisionId): Promise<Incoming | undefined> {
  const found = await database.read([{ id, rev }]);
  return found.find(({ revisions }) => revisions[0] === rev);
}

/** A document as a selector sees it. */
const documentOf = ({ id, revisions, deleted, body }: Incoming): JsonObject => ({
  ...body,
  _id: id,
  _rev: revisions[0],
  ...(deleted && { _deleted: true }),
});

/** `_conflicts`: the live leaves that are not the winner. */
export function conflictsOf(served: Served, { id, rev }: RevisionId): JsonObject {
  const others = served.heads(id).filter((leaf) => !leaf.deleted && leaf.rev !== rev);
  return others.length > 0 ? { _conflicts: others.map((leaf) => leaf.rev) } : {};
}

/** The first rows of `feed=normal`, and for `feed=longpoll` those that arrive within `wait` ms. */
export async function firstLines(reader: FeedReader, wait: number | undefined, signal: AbortSignal): Promise<Lines> {
  const until = Date.now() + (wait ?? 0);
  for (let left = wait; ; left = left && Math.max(0, until - Date.now())) {
    const found = await reader.next(left, signal);
    // Changes that do not match do not end the wait.
    const goesOn = wait !== undefined && found.seen > 0 && (found.more || Date.now() < until);
    if (found.lines.length > 0 || !goesOn || signal.aborted) return found;
  }
}

/**
 * The text of `feed=normal` and `feed=longpoll`, starting with its first rows. Throws if `still` reports that the
 * permission has ended.
 */
export async function* feedText(
  reader: FeedReader,
  first: Lines,
  signal: AbortSignal,
  still: () => boolean,
): AsyncGenerator<string> {
  yield '{"results":[\n';
  let [found, separator] = [first, ''];
  for (;;) {
    if (!still()) throw new Error('The token was revoked.');
    // An empty line is a heartbeat during a long scan.
    if (found.lines.length === 0) yield '\n';
    else yield separator + found.lines.map(({ text }) => text).join(',\n');
    if (found.lines.length > 0) separator = ',\n';
    if (!found.more || reader.isFull() || signal.aborted) break;
    found = await reader.next(undefined, signal);
  }
  yield `\n],\n"last_seq":${JSON.stringify(found.last)},"pending":${found.pending}}\n`;
}

/**
 * The formats of a continuous feed: lines of JSON, or events for a browser
 * (https://html.spec.whatwg.org/#server-sent-events).
 */
const ways = {
  continuous: { line: ({ text }: Line) => `${text}\n`, pulse: '\n' },
  eventsource: {
    line: ({ seq, text }: Line) => `data: ${text}\nid: ${seq}\n\n`,
    pulse: 'event: heartbeat\ndata: \n\n',
  },
} as const;

/** The text of a continuous feed, with a heartbeat each `pulse` ms; without one, silence ends it. */
export async function* endlessText(
  reader: FeedReader,
  asked: FeedRequest,
  pulse: number | undefined,
  { signal, still }: { signal: AbortSignal; still: () => boolean },
): AsyncGenerator<string> {
  const way = ways[asked.feed === 'eventsource' ? 'eventsource' : 'continuous'];
  let last = asked.since;
  while (!signal.aborted && !reader.isFull()) {
    const found = await reader.next(waitOf(asked, pulse), signal);
    if (!still()) return;
    last = found.last;
    if (found.lines.length > 0) yield found.lines.map(way.line).join('');
    else if (pulse !== undefined) yield way.pulse;
    else if (found.seen === 0) break;
  }
  if (asked.feed === 'continuous') yield `${JSON.stringify({ last_seq: last, pending: 0 })}\n`;
}
