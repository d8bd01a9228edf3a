/** Requests of comments (docs/interface.md), loaded with them. */
import type { Comment } from '../../../../src/api/answer-types.js';
import { ask, send } from '../../lib/api.js';

export type { Comment };

const pathOf = (photo: string, comment?: string): string =>
  `/api/photos/${photo}/comments${comment === undefined ? '' : `/${encodeURIComponent(comment)}`}`;

export const fetchComments = async (photo: string): Promise<Comment[]> =>
  (await ask<{ comments: Comment[] }>(pathOf(photo))).comments;
export const addComment = (photo: string, text: string): Promise<unknown> => ask(pathOf(photo), send('POST', { text }));
export const changeComment = (photo: string, comment: string, text: string): Promise<unknown> =>
  ask(pathOf(photo, comment), send('PATCH', { text }));
export const removeComment = (photo: string, comment: string): Promise<unknown> =>
  ask(pathOf(photo, comment), send('DELETE'));
