/** What is said of a photo (docs/interface.md), and the words around it. Fetched with the comments. */
import { ask, send } from '../../lib/api.js';

/** A comment. `added` is UTC; `edited` where the words are not the first ones, `mine` where whoever looks wrote it. */
export interface Comment {
  id: string;
  /** Markdown. */
  text: string;
  by: { id?: string; name: string };
  added: string;
  edited?: true;
  mine: boolean;
}

const pathOf = (photo: string, comment?: string): string =>
  `/api/photos/${photo}/comments${comment === undefined ? '' : `/${encodeURIComponent(comment)}`}`;

export const fetchComments = async (photo: string): Promise<Comment[]> =>
  (await ask<{ comments: Comment[] }>(pathOf(photo))).comments;
export const addComment = (photo: string, text: string): Promise<unknown> => ask(pathOf(photo), send('POST', { text }));
export const changeComment = (photo: string, comment: string, text: string): Promise<unknown> =>
  ask(pathOf(photo, comment), send('PATCH', { text }));
export const removeComment = (photo: string, comment: string): Promise<unknown> =>
  ask(pathOf(photo, comment), send('DELETE'));

/** Short and plain. */
export const commentTexts = {
  title: 'Comments',
  write: 'Write a comment',
  send: 'Send',
  edited: 'changed',
  change: 'Change',
  changeOf: 'Change the comment',
  save: 'Save',
  remove: 'Remove',
  removeSure: 'Remove this comment?',
};
