/** Drafts of links in memory: a limited number, of which the oldest ends first, and before it those that nobody can open. */
import { expect, test } from 'vitest';
import { mostDrafts, openLinkDrafts } from '../../src/access/link-drafts.js';
import type { Session } from '../../src/access/sessions.js';

/** Drafts, with sessions whose secrets are their ids. */
function open() {
  const living = new Set<string>();
  const session = (id: string): Session | undefined =>
    living.has(id)
      ? { id, person: 'p', created: 0, used: 0, address: '', browser: '', confirmed: 0, noticed: 0 }
      : undefined;
  let drawn = 0;
  const drafts = openLinkDrafts<string>({
    clock: { now: () => 0 },
    random: (length) => new Uint8Array(length).fill(drawn++),
    sessions: { find: session, get: session },
    isSetUp: () => true,
  });
  return {
    living,
    add: (id: string): string => {
      living.add(id);
      return drafts.add(`draft of ${id}`, id);
    },
    find: (secret: string, id: string) => drafts.find({ secret, session: id }),
  };
}

test('beyond the limit the oldest draft ends', () => {
  const { add, find } = open();
  const secrets = Array.from({ length: mostDrafts + 2 }, (_, n) => add(`s${n}`));
  const opened = secrets.map((secret, n) => find(secret, `s${n}`));
  expect(opened.slice(0, 2)).toEqual([undefined, undefined]);
  expect(opened.slice(2)).toEqual(secrets.slice(2).map((_, n) => `draft of s${n + 2}`));
});

test('the drafts of ended sessions end before the oldest', () => {
  const { living, add, find } = open();
  const first = add('first');
  for (let n = 1; n < mostDrafts; n++) {
    add(`s${n}`);
    living.delete(`s${n}`);
  }
  const last = add('last');
  expect(find(first, 'first')).toBe('draft of first');
  expect(find(last, 'last')).toBe('draft of last');
});
