/**
 * Comments on photos, as viewers see and write them. Comments exist for viewers who may see the photo and have its
 * original: family conversations are not for visitors. Each change is durable before the response, and atomic.
 */
import { monotonicFactory } from 'ulid';
import { authorOf, isBy, removesComments, seesComments, type Viewer } from '../access/permissions.js';
import type { People } from '../access/people.js';
import type { Clock } from '../base/clock.js';
import { PhotospoolError, notFound } from '../base/errors.js';
import {
  commentId,
  commentOf,
  commentPrefix,
  newComment,
  removeComment,
  rewriteComment,
  viewComment,
  type CommentDocument,
} from '../document/comment.js';
import type { Body, Stamp } from '../document/photo-document.js';
import type { Library } from '../library/library.js';
import { authorFor, type Author } from './author-names.js';
import { getPhoto } from './find-photos.js';

/** A comment as visible to a viewer. */
export interface CommentSeen {
  /** A ULID. */
  id: string;
  /** Markdown. */
  text: string;
  by: Author;
  added: string;
  edited?: true;
  /** Whether the viewer is its author, and may edit it. */
  mine: boolean;
}

/** The comments of an album. All methods throw `not-found` if the photo does not exist for the viewer. */
export interface Comments {
  /** Oldest first. */
  list(viewer: Viewer, photo: string): CommentSeen[];
  /** @throws PhotospoolError `invalid`; `conflict` if the photo has too many. */
  add(viewer: Viewer, photo: string, text: string): CommentSeen;
  /** @throws PhotospoolError `invalid`, `not-found`; `forbidden` if the viewer is not its author. */
  rewrite(viewer: Viewer, photo: string, id: string, text: string): CommentSeen;
  /** @throws PhotospoolError `not-found`; `forbidden` if it is another author's and the viewer may not remove it. */
  remove(viewer: Viewer, photo: string, id: string): void;
}

/** The maximum number of comments per photo, including deleted ones. */
const most = 1_000;

/** Opens the comments of a library; nothing needs to be closed. */
export function openComments(library: Library, people: Pick<People, 'find'>, clock: Pick<Clock, 'now'>): Comments {
  const nextId = monotonicFactory();

  function show(viewer: Viewer, document: string, body: Body): CommentSeen | undefined {
    const view = viewComment(document, body);
    return view && { ...view, by: authorFor(viewer, people, view.by), mine: isBy(viewer, view.by) };
  }

  function shown(viewer: Viewer, document: string): CommentSeen {
    const stored = seesComments(viewer) ? library.get(document) : undefined;
    const seen = stored && show(viewer, document, stored.body);
    if (seen) return seen;
    throw notFound('This comment doesn’t exist.');
  }

  /** Creates or changes a comment. */
  function write(document: string, make: (at: Stamp, before: Body | undefined) => CommentDocument | undefined): void {
    library.update(document, (body) => make(library.stampAfter(body), body) as unknown as Body | undefined);
  }

  return {
    list(viewer, photo) {
      getPhoto(library, viewer, photo);
      if (!seesComments(viewer)) return [];
      return [...library.scan(commentPrefix(photo))].flatMap(({ id, body }) => show(viewer, id, body) ?? []);
    },
    add: (viewer, photo, text) =>
      library.transaction(() => {
        getPhoto(library, viewer, photo);
        if (library.count(commentPrefix(photo)) >= most) {
          throw new PhotospoolError('conflict', `A photo can have at most ${most} comments.`, { op: 'comment' });
        }
        const now = clock.now();
        const document = commentId(photo, nextId(now));
        write(document, (at) => newComment(photo, text, at, authorOf(viewer), now));
        return shown(viewer, document);
      }),
    rewrite: (viewer, photo, id, text) =>
      library.transaction(() => {
        getPhoto(library, viewer, photo);
        const document = commentId(photo, id);
        if (!shown(viewer, document).mine) throw notYours('change');
        write(document, (at, body) => change(body, (comment) => rewriteComment(comment, text, at, authorOf(viewer))));
        return shown(viewer, document);
      }),
    remove: (viewer, photo, id) =>
      library.transaction(() => {
        const { item } = getPhoto(library, viewer, photo);
        const document = commentId(photo, id);
        if (!shown(viewer, document).mine && !removesComments(viewer, item.holder)) throw notYours('take away');
        write(document, (at, body) => change(body, (comment) => removeComment(comment, at, authorOf(viewer))));
      }),
  };
}

function change(
  body: Body | undefined,
  by: (comment: CommentDocument) => CommentDocument,
): CommentDocument | undefined {
  const comment = commentOf(body);
  return comment && by(comment);
}

const notYours = (what: string): PhotospoolError =>
  new PhotospoolError('forbidden', `You can’t ${what} a comment by someone else.`);
