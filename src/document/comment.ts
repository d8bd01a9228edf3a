/**
 * Comments: each is a document of its own, so that two people who write at the same time never meet in one. Text and
 * removal are registers: of two changes the later one is shown, on every server. A comment that was taken away stays as a
 * document without its words. Pure.
 */
import { PhotospoolError } from '../base/errors.js';
import { wellFormed } from './canonical-json.js';
import { own } from './json-values.js';
import { isSet, registerIn, withRegisters } from './overruled-registers.js';
import { format, type Body, type Stamp } from './photo-document.js';

/** The most characters (UTF-16 code units) of a comment. */
export const longestComment = 8_000;

/** A value with when and by whom it was given; the later one wins (merge-by-shape.ts). */
interface Register<T> {
  value: T;
  at: Stamp;
  by: string;
  /** The stamp of the value that was replaced; absent for the first. */
  over?: Stamp;
}

/** A comment on a photo. Its id is `comment:<sha256>:<ulid>`. */
export interface CommentDocument {
  format: number;
  kind: 'comment';
  /** SHA-256 of the photo's original. */
  photo: string;
  /** Who wrote it: `person:<ulid>`, `owner` where there are no accounts, or `token:<name>`. */
  by: string;
  /** When, UTC, `2026-11-24T10:00:00.000Z`. */
  added: string;
  /** Markdown. Empty once it was taken away. */
  text: Register<string>;
  removed?: Register<boolean>;
  /** See overruled-registers.ts. */
  overruled?: Record<string, Register<unknown>>;
}

/** A comment as people and programs see it. */
export interface CommentView {
  /** The ULID in its id: sorts by when it was written. */
  id: string;
  by: string;
  added: string;
  /** Markdown, as it was written. */
  text: string;
  /** True where the words are not the first ones. */
  edited?: true;
}

/** The id of a comment. */
export const commentId = (sha256: string, ulid: string): string => `comment:${sha256}:${ulid}`;

/** What all ids of a photo's comments begin with. */
export const commentPrefix = (sha256: string): string => `comment:${sha256}:`;

/** The photo (the SHA-256 of its original) of a comment's id; undefined where it is the id of something else. */
export const photoOfComment = (id: string): string | undefined => /^comment:([0-9a-f]{64}):./.exec(id)?.[1];

/** A new comment. `now` in ms since the epoch. @throws PhotospoolError `invalid` where there is nothing in it, or too much. */
export function newComment(sha256: string, text: string, at: Stamp, by: string, now: number): CommentDocument {
  const added = new Date(now).toISOString();
  return { format, kind: 'comment', photo: sha256, by, added, text: { value: readText(text), at, by } };
}

/** A comment with other words. @throws PhotospoolError `invalid` like `newComment`. */
export function rewriteComment(comment: CommentDocument, text: string, at: Stamp, by: string): CommentDocument {
  return withRegisters(comment, { text: { value: readText(text), at, by, over: comment.text.at } });
}

/** A comment that was taken away, its words with it. */
export function removeComment(comment: CommentDocument, at: Stamp, by: string): CommentDocument {
  return withRegisters(comment, { text: { value: '', at, by }, removed: { value: true, at, by } });
}

function readText(text: string): string {
  const value = wellFormed(text.normalize('NFC').trim());
  if (value !== '' && value.length <= longestComment) return value;
  throw new PhotospoolError('invalid', `A comment has 1 to ${longestComment} characters.`, { op: 'comment' });
}

/** A body as a comment's document; undefined where it is none, whoever wrote it. */
export function commentOf(body: Body | undefined): CommentDocument | undefined {
  const texts = [own(body, 'by'), own(body, 'added'), own(own(body, 'text'), 'value'), own(own(body, 'text'), 'at')];
  if (own(body, 'kind') !== 'comment' || texts.some((text) => typeof text !== 'string')) return undefined;
  return body as unknown as CommentDocument;
}

/** What is shown of a comment; undefined where it was taken away, or is none. `id` is the document's. */
export function viewComment(id: string, body: Body): CommentView | undefined {
  const comment = commentOf(body);
  const text = registerIn(comment, 'text');
  if (!comment || isSet(comment, 'removed') || text === 'circle' || typeof text?.value !== 'string') return undefined;
  const { by, added } = comment;
  return {
    id: id.slice(id.lastIndexOf(':') + 1),
    by,
    added,
    text: text.value,
    ...(comment.text.over !== undefined && { edited: true as const }),
  };
}
