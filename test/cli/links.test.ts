/** What `peers list` and `status` report about a link, and about missing blobs. */
import { expect, test } from 'vitest';
import { describeElsewhere, describeLink, type PeerOverview } from '../../src/home/manage-peers.js';

const at = Date.parse('2026-11-24T10:00:00.000Z');
const link = (over: Partial<PeerOverview>): string =>
  describeLink(
    { url: 'http://home', publish: false, originals: 'all', added: '', state: 'live', synced: utc(0), ...over },
    at,
  );
const utc = (ago: number): string => new Date(at - ago).toISOString();

test.each<[string, Partial<PeerOverview>]>([
  ['everything  up to date', {}],
  ['public photos only  up to date', { publish: true }],
  [
    'originals: none  catching up, 3 minutes behind: 4 documents remaining',
    { originals: 'none', state: 'catching-up', synced: utc(200_000), push: { sent: 0, pending: 4 } },
  ],
  [
    'everything  waiting, 2 days behind: It is away.',
    { state: 'waiting', synced: utc(180_000_000), reason: 'It is away.' },
  ],
  // The disk that blocks both is named once.
  [
    'everything  waiting, 0 seconds behind: The disk is full.',
    { state: 'waiting', held: 'The disk is full.', reason: 'The disk is full.' },
  ],
])('%s', (text, over) => {
  expect(link(over)).toBe(`http://home  ${text}`);
});

test('a connection that was never established has no lag', () => {
  const never = { url: 'http://home', publish: false, originals: 'all', added: '', state: 'waiting' } as const;
  expect(describeLink(never, at)).toBe('http://home  everything  waiting');
});

test('missing blobs are reported with their bytes', () => {
  expect(describeElsewhere({ pictures: 1, originals: 21, bytes: 1_333_764 })).toBe(
    '1 picture and 21 originals (1.3 MB)',
  );
  expect(describeElsewhere({ pictures: 0, originals: 2, bytes: 5 })).toBe('2 originals (5 bytes)');
  expect(describeElsewhere({ pictures: 0, originals: 0, bytes: 0 })).toBeUndefined();
});
