/**
 * A server in the middle goes away while thousands of documents are being transferred, and comes back: two libraries
 * that meet only there become equal soon after. Tested with a link that is cut at an arbitrary byte, and, if
 * `$COUCHDB_RESTART` is a command that restarts the CouchDB at `$COUCHDB_URL`, with that too.
 */
import { exec } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual, promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { requestJson } from '../../src/sync/couch/json-client.js';
import { openMesh } from '../../src/sync/connections/mesh.js';
import { openPeers, readAddress } from '../../src/sync/connections/peers.js';
import { openCutting } from './cutting.js';
import { openLibrarySide, openPouchServer } from './peers.js';
import { serveSide } from './serving.js';

type Ours = ReturnType<typeof openLibrarySide>;
const couch = process.env['COUCHDB_URL'];
const restart = process.env['COUCHDB_RESTART'];
const count = 3_000;
const soon = { timeout: 120_000, interval: 50 };

/** A clock with short waits after failures. */
const clock = { ...systemClock, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 10, signal) };

function ours(): Ours {
  const side = openLibrarySide();
  onTestFinished(() => side.close());
  return side;
}

const id = (n: number): string => `comment:${'0'.repeat(64)}:${String(n).padStart(6, '0')}`;
const write = (library: Ours['library'], n: number, text: string): void =>
  void library.update(id(n), () => ({
    kind: 'comment',
    format: 1,
    text: { value: text, at: library.stamp(), by: 'owner' },
  }));
const fill = ({ library }: Ours, from: number, to: number): void =>
  library.transaction(() => {
    for (let n = from; n < to; n++) write(library, n, `text ${n}`);
  });
const all = ({ library }: Ours): string => JSON.stringify([...library.scan('')]);

/** Gives a library a link to `url`, which may contain a user name and a password. */
function linkTo(url: string, side: Ours): void {
  const peers = openPeers(side.db);
  peers.put({ ...readAddress(url), publish: false, originals: 'none', added: '2026-11-24T10:00:00.000Z' });
  const nothing = (): void => undefined;
  const mesh = openMesh(peers, {
    database: side.database,
    server: side.library.server,
    epoch: side.library.epoch,
    clock,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    random: () => 0.5,
    session: () => randomUUID(),
  });
  onTestFinished(() => mesh.close());
}

/** Creates a database on a CouchDB server; returns its address. */
function couchDatabase(server: string): string {
  const url = new URL(server);
  url.pathname = `/photospool-${randomBytes(8).toString('hex')}`;
  const { url: plain, authorization } = readAddress(url.href);
  onTestFinished(async () => {
    const address = { ...(authorization !== undefined && { authorization }) };
    for (const name of [plain, `${plain}-blobs`])
      await requestJson({ ...address, url: name }, '', { method: 'DELETE' }).catch(() => undefined);
  });
  return url.href;
}

const middles: [string, () => Promise<string>][] = [
  [
    'our server',
    async () => {
      const server = await serveSide(ours());
      onTestFinished(() => server.close());
      return server.address.url.replace('/db/photos', '');
    },
  ],
  [
    'PouchDB Server',
    async () => {
      const server = await openPouchServer();
      onTestFinished(() => server.close());
      return `${server.url}/album-${randomUUID()}`;
    },
  ],
  ...(couch === undefined
    ? []
    : ([['CouchDB', () => Promise.resolve(couchDatabase(couch))]] as [string, () => Promise<string>][])),
];

/** Checks that two libraries that meet at `url` become equal, whatever `interrupt` does during the transfer. */
async function meetAt(url: string, interrupt: (a: Ours, b: Ours) => Promise<void>): Promise<void> {
  const [a, b] = [ours(), ours()];
  fill(a, 0, count);
  fill(b, count, count * 2);
  linkTo(url, a);
  linkTo(url, b);
  await interrupt(a, b);
  // Everything is compared last and rarely: comparing takes CPU time from the servers being compared.
  const newest = ({ library }: Ours): unknown[] => [
    library.count(''),
    ...[1, 2].map((n) => library.leaves(id(n)).map(({ rev }) => rev)),
  ];
  await expect.poll(() => isDeepStrictEqual(newest(a), newest(b)), soon).toBe(true);
  await expect.poll(() => all(a) === all(b), { ...soon, interval: 1_000 }).toBe(true);
  expect(a.library.count('')).toBe(count * 2);
  for (const n of [1, 2]) expect(a.library.leaves(id(n)).filter(({ deleted }) => !deleted)).toHaveLength(1);
  expect(a.library.get(id(1))?.body).toMatchObject({ text: { value: 'from b' } });
  expect(a.library.get(id(2))?.body).toMatchObject({ text: { value: 'from a' } });
}

/** Edits on both sides while the link is down. */
async function editApart(a: Ours, b: Ours): Promise<void> {
  write(a.library, 1, 'from a');
  // Gives the second edit a later time.
  await systemClock.sleep(5);
  write(b.library, 1, 'from b');
  write(a.library, 2, 'from a');
}

describe.each(middles)('%s in the middle', (_, open) => {
  test('its connections are cut repeatedly while documents are transferred', { timeout: 400_000 }, async () => {
    const cutting = await openCutting(await open());
    onTestFinished(() => cutting.close());
    await meetAt(cutting.url, async (a, b) => {
      for (let round = 1; round <= 4; round++) {
        const before = cutting.passed();
        await expect.poll(() => cutting.passed() - before, soon).toBeGreaterThan(round * 100_000);
        cutting.cut();
        expect(all(a) === all(b)).toBe(false);
        cutting.mend();
      }
      await expect.poll(() => b.library.get(id(1)) !== undefined, soon).toBe(true);
      cutting.cut();
      await editApart(a, b);
      cutting.mend();
    });
  });
});

test.skipIf(couch === undefined || restart === undefined)(
  'a CouchDB is stopped and restarted in the middle ($COUCHDB_RESTART names no command: skipped)',
  { timeout: 400_000 },
  async () => {
    const url = couchDatabase(couch!);
    const { url: plain, authorization } = readAddress(url);
    const there = async (): Promise<number> => {
      const address = { url: plain, ...(authorization !== undefined && { authorization }) };
      const answer = await requestJson(address, '').catch(() => undefined);
      return (answer?.json as { doc_count?: number } | undefined)?.doc_count ?? 0;
    };
    await meetAt(url, async (a, b) => {
      await expect.poll(there, { ...soon, interval: 5 }).toBeGreaterThan(count / 4);
      expect(all(a) === all(b)).toBe(false);
      await promisify(exec)(restart!);
      await expect.poll(() => b.library.get(id(1)) !== undefined, soon).toBe(true);
      await editApart(a, b);
    });
  },
);
