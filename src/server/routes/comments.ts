/** Reading and writing comments of a photo. */
import { Type } from 'typebox';
import { longestComment } from '../../document/comment.js';
import { viewer } from '../http/request-viewer.js';
import { openComments } from '../../album/photo-comments.js';
import type { Routes } from '../context.js';
import { answers, IdParams, Problem, Sha256 } from '../../api/photo-schemas.js';
import { Comment, strict } from '../../api/access-schemas.js';

export const comments: Routes = (app, { library, access, clock }) => {
  const all = openComments(library, access.people, clock);
  app.get(
    '/api/photos/:id/comments',
    {
      config: { rule: 'see' },
      schema: {
        summary: 'Lists the comments on a photo, oldest first',
        params: IdParams,
        response: answers(Type.Object({ comments: Type.Array(Comment) })),
      },
    },
    (request, reply) => void reply.send({ comments: all.list(viewer(request), request.params.id) }),
  );

  const config = { rule: 'comment' } as const;
  // A surrogate pair is one character for the schema, and two for the stored limit, which decides.
  const body = strict({ text: Type.String({ minLength: 1, maxLength: longestComment }) });
  app.post(
    '/api/photos/:id/comments',
    {
      config,
      schema: {
        summary: 'Adds a comment to a photo',
        params: IdParams,
        body,
        response: { 201: Comment, '4xx': Problem, '5xx': Problem },
      },
    },
    (request, reply) => void reply.code(201).send(all.add(viewer(request), request.params.id, request.body.text)),
  );

  const params = Type.Object({ id: Sha256, comment: Type.String({ maxLength: 26 }) });
  app.patch(
    '/api/photos/:id/comments/:comment',
    {
      config,
      schema: { summary: 'Changes the text of your own comment', params, body, response: answers(Comment) },
    },
    (request, reply) => {
      const { id, comment } = request.params;
      void reply.send(all.rewrite(viewer(request), id, comment, request.body.text));
    },
  );

  const Removed = Type.Object({ removed: Type.Literal(true) });
  app.delete(
    '/api/photos/:id/comments/:comment',
    {
      config,
      schema: { summary: 'Deletes your own comment, or as the owner any comment', params, response: answers(Removed) },
    },
    (request, reply) => {
      all.remove(viewer(request), request.params.id, request.params.comment);
      void reply.send({ removed: true });
    },
  );
};
