/** Comments: what is shown, how two versions are merged, and what is rejected. */
import { describe, expect, test } from 'vitest';
import {
  commentId,
  commentPrefix,
  longestComment,
  newComment,
  removeComment,
  rewriteComment,
  viewComment,
  type CommentDocument,
} from '../../src/document/comment.js';
import { merge } from '../../src/document/merge.js';
import type { Body } from '../../src/document/photo-document.js';
import { stamp } from './documents.js';

const sha = 'a'.repeat(64);
const ulid = '01JD0000000000000000000000';
const id = commentId(sha, ulid);
const at = Date.UTC(2026, 10, 24, 10);
const shown = (comment: CommentDocument) => viewComment(id, comment as unknown as Body);
const first = newComment(sha, '  Delft, was it?\n', stamp(1), 'person:a', at);

test('a comment has author, text and time', () => {
  expect(id.startsWith(commentPrefix(sha))).toBe(true);
  expect(shown(first)).toEqual({ id: ulid, by: 'person:a', added: '2026-11-24T10:00:00.000Z', text: 'Delft, was it?' });
});

test('changed text is marked as edited', () => {
  expect(shown(rewriteComment(first, 'Gouda', stamp(2), 'person:a'))).toMatchObject({ text: 'Gouda', edited: true });
});

test('a deleted comment is not shown, and its text is gone', () => {
  const removed = removeComment(first, stamp(2), 'owner');
  expect(shown(removed)).toBeUndefined();
  expect(JSON.stringify(removed)).not.toContain('Delft');
});

describe('merging two versions', () => {
  const rewritten = rewriteComment(first, 'Gouda', stamp(2), 'person:a');

  test('the later text wins, in any order', () => {
    const later = rewriteComment(first, 'Leiden', stamp(3), 'person:b');
    expect(shown(merge(rewritten, later))?.text).toBe('Leiden');
    expect(merge(later, rewritten)).toEqual(merge(rewritten, later));
  });

  test('a deletion is final, also against a concurrent edit', () => {
    const removed = removeComment(first, stamp(3), 'owner');
    expect(shown(merge(rewritten, removed))).toBeUndefined();
    expect(shown(merge(rewriteComment(first, 'Leiden', stamp(4), 'person:a'), removed))).toBeUndefined();
  });
});

test('empty or too long text is rejected', () => {
  for (const text of ['', ' \n\t ', 'x'.repeat(longestComment + 1)])
    expect(() => newComment(sha, text, stamp(1), 'owner', at)).toThrow(/1 to 8000 characters/);
  expect(newComment(sha, 'half \ud83d', stamp(1), 'owner', at).text.value).toBe('half \ufffd');
});

test('a malformed comment is not shown', () => {
  for (const body of [{}, { kind: 'comment' }, { ...first, text: 'plain' }, { ...first, text: { value: 1, at: '' } }])
    expect(viewComment(id, body as unknown as Body)).toBeUndefined();
});
