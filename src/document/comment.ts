/**
 * Comments: each is its own document, so that two people who write at the same time never conflict. Text and removal
 * are registers: the later of two changes wins on every server. A deleted comment remains as a document without its
 * text. Pure.
 */
import { PhotospoolError } from '../base/errors.js';
import { wellFormed } from './canonical-json.js';
import { own } from './json-values.js';
import { isSet, registerIn, withRegisters } from './overruled-registers.js';
import { format, type Body, type Stamp } from './photo-document.js';

/** The maximum length of a comment in UTF-16 code units. */
export const longestComment = 8_000;

/** A value with its stamp and author; the later one wins (merge-by-shape.ts). */
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
  /** The author: `person:<ulid>`, `owner` if there are no accounts, or `token:<name>`. */
  by: string;
  /** When it was written, UTC, `2026-11-24T10:00:00.000Z`. */
  added: string;
  /** Markdown. Empty after deletion. */
  text: Register<string>;
  removed?: Register<boolean>;
  /** See overruled-registers.ts. */
  overruled?: Record<string, Register<unknown>>;
}

/** A comment as the API returns it. */
export interface CommentView {
  /** The ULID in its id: sorts by the time of writing. */
  id: string;
  by: string;
  added: string;
  /** The Markdown source. */
  text: string;
  /** True if the text was edited. */
  edited?: true;
}

/** The id of a comment. */
export const commentId = (sha256: string, ulid: string): string => `comment:${sha256}:${ulid}`;

/** The prefix of all ids of a photo's comments. */
export const commentPrefix = (sha256: string): string => `comment:${sha256}:`;

/** The photo (the SHA-256 of its original) in a comment's id; undefined for other ids. */
export const photoOfComment = (id: string): string | undefined => /^comment:([0-9a-f]{64}):./.exec(id)?.[1];

/** A new comment. `now` in ms since the epoch. @throws PhotospoolError `invalid` if the text is empty or too long. */
export function newComment(sha256: string, text: string, at: Stamp, by: string, now: number): CommentDocument {
  const added = new Date(now).toISOString();
  return { format, kind: 'comment', photo: sha256, by, added, text: { value: readText(text), at, by } };
}

/** A comment with a new text. @throws PhotospoolError `invalid` like `newComment`. */
export function rewriteComment(comment: CommentDocument, text: string, at: Stamp, by: string): CommentDocument {
  return withRegisters(comment, { text: { value: readText(text), at, by, over: comment.text.at } });
}

/** A deleted comment; its text is removed. */
export function removeComment(comment: CommentDocument, at: Stamp, by: string): CommentDocument {
  return withRegisters(comment, { text: { value: '', at, by }, removed: { value: true, at, by } });
}

function readText(text: string): string {
  const value = wellFormed(text.normalize('NFC').trim());
  if (value !== '' && value.length <= longestComment) return value;
  throw new PhotospoolError('invalid', `A comment must have 1 to ${longestComment} characters.`, { op: 'comment' });
}

/** A body as a comment document, by any author; undefined if it is not one. */
export function commentOf(body: Body | undefined): CommentDocument | undefined {
  const texts = [own(body, 'by'), own(body, 'added'), own(own(body, 'text'), 'value'), own(own(body, 'text'), 'at')];
  if (own(body, 'kind') !== 'comment' || texts.some((text) => typeof text !== 'string')) return undefined;
  return body as unknown as CommentDocument;
}

/** A comment as the API returns it; undefined if it was deleted or is not a comment. `id` is that of the document. */
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
