/** `_changes` as CouchDB serves it: the rows that match a query, their order and their form. */
import { expect, onTestFinished, test } from 'vitest';
import { openLibrarySide } from './peers.js';
import { serveSide } from './serving.js';

const id = (n: number): string => `comment:${'0'.repeat(64)}:${n}`;
const hash = (n: number): string => n.toString(16).padStart(32, '0');
const headers = { 'content-type': 'application/json' };

interface Row {
  seq: string;
  id: string;
  changes: { rev: string }[];
  deleted?: boolean;
  doc?: Record<string, unknown> | null;
}
interface Found {
  results: Row[];
  last_seq: string;
  pending: number;
}

async function open(count: number): Promise<{
  library: ReturnType<typeof openLibrarySide>['library'];
  url: string;
  changes(query: string, body?: unknown): Promise<Found>;
}> {
  const side = openLibrarySide();
  const server = await serveSide(side);
  onTestFinished(async () => {
    await server.close();
    await side.close();
  });
  for (let n = 0; n < count; n++) side.library.update(id(n), () => ({ kind: 'comment', n }));
  const url = `${server.address.url}/_changes`;
  return {
    library: side.library,
    url,
    async changes(query, body) {
      const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
      const response = await fetch(`${url}?${query}`, init);
      expect(response.status).toBe(200);
      return (await response.json()) as Found;
    },
  };
}
const idsOf = ({ results }: Found): string[] => results.map((row) => row.id);

test('all of a feed longer than one batch, and a part of it', async () => {
  const { changes } = await open(1_234);
  const all = await changes('');
  expect(idsOf(all)).toEqual(Array.from({ length: 1_234 }, (_, n) => id(n)));
  expect([all.last_seq, all.pending]).toEqual([all.results.at(-1)!.seq, 0]);
  const part = await changes('limit=777');
  expect([idsOf(part).length, part.pending, part.last_seq]).toEqual([777, 457, part.results[776]!.seq]);
  const rest = await changes(`since=${part.last_seq}`);
  expect(idsOf(rest)[0]).toBe(id(777));
  expect(idsOf(await changes('since=now'))).toEqual([]);
});

test('newest first, up to the requested number', async () => {
  const { changes } = await open(1_100);
  const all = await changes('descending=true');
  expect(idsOf(all)).toEqual(Array.from({ length: 1_100 }, (_, n) => id(1_099 - n)));
  const one = await changes('descending=true&limit=1');
  expect([idsOf(one), one.last_seq]).toEqual([[id(1_099)], all.results[0]!.seq]);
});

test('only some documents, by POST and by GET, skipping those that do not match', async () => {
  const { changes, library } = await open(1_300);
  const wanted = [id(3), id(1_250), 'comment:none'];
  const posted = await changes('filter=_doc_ids', { doc_ids: wanted });
  expect(idsOf(posted)).toEqual([id(3), id(1_250)]);
  const all = await changes('');
  expect([posted.last_seq, posted.pending]).toEqual([all.last_seq, 0]);
  expect(await changes(`filter=_doc_ids&doc_ids=${encodeURIComponent(JSON.stringify(wanted))}`)).toEqual(posted);
  expect(await changes('', { doc_ids: wanted })).toEqual(posted);
  const first = await changes('filter=_doc_ids&limit=1', { doc_ids: wanted });
  expect(idsOf(first)).toEqual([id(3)]);
  expect(idsOf(await changes(`filter=_doc_ids&since=${first.last_seq}`, { doc_ids: wanted }))).toEqual([id(1_250)]);
  library.update(id(7), () => ({ kind: 'comment', n: 7, fits: true }));
  expect(idsOf(await changes('filter=_selector', { selector: { fits: true } }))).toEqual([id(7)]);
  expect(idsOf(await changes('filter=_selector', { selector: { _id: { $in: wanted } } }))).toEqual([id(3), id(1_250)]);
});

test('with documents, conflicts, all leaves, or the winner', async () => {
  const { changes, library } = await open(1);
  const revs = [`1-${hash(2)}`, `1-${hash(1)}`];
  library.insert(revs.map((rev, n) => ({ id: 'other:1', revisions: [rev], deleted: false, body: { format: 99, n } })));
  library.insert([{ id: 'other:2', revisions: [`1-${hash(1)}`], deleted: true, body: {} }]);
  const [comment, other, gone] = (await changes('include_docs=true&conflicts=true&attachments=true')).results;
  expect(comment!.doc).toEqual({ _id: id(0), _rev: comment!.changes[0]!.rev, kind: 'comment', n: 0 });
  expect(other!.changes).toHaveLength(1);
  expect(other!.doc).toMatchObject({ _id: 'other:1', _rev: other!.changes[0]!.rev });
  expect(gone).toMatchObject({ deleted: true, doc: { _id: 'other:2', _deleted: true } });
  const leaves = (await changes('style=all_docs')).results[1]!.changes.map(({ rev }) => rev);
  expect(leaves).toEqual(library.heads('other:1').map(({ rev }) => rev));
});

test('a long poll ends with a matching change, not with others', async () => {
  const { changes, library } = await open(3);
  const asked = { doc_ids: [id(50)] };
  const since = (await changes('limit=3')).last_seq;
  const waiting = changes(`feed=longpoll&filter=_doc_ids&timeout=20000&since=${since}`, asked);
  library.update(id(1), () => ({ n: 'other' }));
  await new Promise((resolve) => setTimeout(resolve, 300));
  library.update(id(50), () => ({ n: 'mine' }));
  expect(idsOf(await waiting)).toEqual([id(50)]);
  const nothing = await changes(`feed=longpoll&filter=_doc_ids&timeout=50&since=0`, { doc_ids: ['none'] });
  expect(nothing.results).toEqual([]);
});

test('as events for a browser, and as lines, filtered, up to the requested number', async () => {
  const { url, library } = await open(5);
  const events = await (await fetch(`${url}?feed=eventsource&include_docs=true&limit=2&since=0`)).text();
  expect(events).toMatch(/^data: \{"seq":"1-\w+","id":"comment:.*\}\nid: 1-\w+\n\ndata: .*\nid: 2-\w+\n\n$/);
  const after = { headers: { 'last-event-id': /id: (2-\w+)/.exec(events)![1]! } };
  const next = await fetch(`${url}?feed=eventsource&limit=1`, after);
  expect(next.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(await next.text()).toContain(id(2));
  const body = JSON.stringify({ selector: { n: { $gte: 3 } } });
  const init = { method: 'POST', headers, body };
  const response = await fetch(`${url}?feed=continuous&filter=_selector&timeout=300`, init);
  library.update(id(9), () => ({ n: 9 }));
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  expect(lines.map((line) => (JSON.parse(line) as Row).id)).toEqual([id(3), id(4), id(9), undefined]);
  expect(lines.at(-1)).toMatch(/^\{"last_seq":"\d+-\w+","pending":0\}$/);
});

test('requested revisions as parts of multipart/mixed', async () => {
  const { url, library } = await open(1);
  const [head] = library.heads(id(0));
  const revs = encodeURIComponent(JSON.stringify([head!.rev, `9-${hash(9)}`]));
  const accept = { headers: { accept: 'multipart/mixed' } };
  const response = await fetch(`${url.replace('_changes', id(0))}?open_revs=${revs}&revs=true`, accept);
  const boundary = /^multipart\/mixed; boundary="(\w+)"$/.exec(response.headers.get('content-type') ?? '')?.[1];
  const [before, doc, missing, end] = (await response.text()).split(`--${boundary}`);
  expect([before, end]).toEqual(['', '--']);
  const [type, text] = doc!.trim().split('\r\n\r\n');
  expect(type).toBe('Content-Type: application/json');
  expect(JSON.parse(text!)).toEqual({
    ...{ _id: id(0), _rev: head!.rev, kind: 'comment', n: 0 },
    _revisions: { start: 1, ids: [head!.rev.slice(2)] },
  });
  expect(missing!.trim()).toBe(`Content-Type: application/json; error="true"\r\n\r\n{"missing":"9-${hash(9)}"}`);
});
