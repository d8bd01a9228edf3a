/**
 * Comments on photos, as viewers see and write them. Comments exist for viewers with access to the photo and its
 * original: family conversations are not for visitors. Each change is durable before the response, and atomic.
 */
import { monotonicFactory } from 'ulid';
import { authorOf, isBy, removesComments, seesComments, type Viewer } from '../access/permissions.js';
import { readItem } from '../access/item-access.js';
import { itemAccess } from '../access/library-access.js';
import { actsFor } from '../access/sharing-rights.js';
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
import { isKnown, noGrants, readUnder, withSight, type GrantSet } from '../document/grants.js';
import { house, membersId, peopleId, sharingId, type Holder } from '../document/item-id.js';
import { own } from '../document/json-values.js';
import type { Body, Stamp } from '../document/photo-document.js';
import type { Library } from '../library/library.js';
import { authorFor, type Author } from './author-names.js';
import { getPhoto, readPhotos, type FoundPhoto } from './find-photos.js';

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
  /** @throws PhotospoolError `invalid`; `conflict` if the photo is in the trash or has too many. */
  add(viewer: Viewer, photo: string, text: string): CommentSeen;
  /** @throws PhotospoolError `invalid`, `not-found`; `forbidden` if the viewer is not its author; `conflict` in the trash. */
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

  /** Whether all ends that a comment depends on have arrived here; its author and the photo’s holder see it anyway. */
  function isInOrder(viewer: Viewer, holder: Holder, body: Body): boolean {
    if (isBy(viewer, commentOf(body)?.by ?? '') || actsFor(viewer, holder, { access: itemAccess(library) }))
      return true;
    return isKnown(readUnder(own(body, 'under')), noGrants, library.controls);
  }

  /** The control documents through which others see a photo: a comment on it depends on their ends. */
  function setsBehind(photo: string): Record<string, GrantSet> {
    const [stored] = readPhotos(library, [photo]);
    const { holder } = stored!.item;
    const claims = readItem(stored!.item, stored!.body as unknown as Body, library.controls.endsOf(stored!.document));
    const albums = new Set(claims?.entries.map(({ album }) => membersId(album)));
    const ids = [peopleId, ...(holder === house ? [] : [sharingId(holder)]), ...albums];
    return Object.fromEntries(ids.map((id) => [id, library.controls.find(id) ?? noGrants]));
  }

  function shown(viewer: Viewer, document: string, holder: Holder): CommentSeen {
    const stored = seesComments(viewer) ? library.get(document) : undefined;
    const seen = stored && isInOrder(viewer, holder, stored.body) && show(viewer, document, stored.body);
    if (seen) return seen;
    throw notFound('This comment doesn’t exist.');
  }

  /** Creates or changes a comment. */
  function write(document: string, make: (at: Stamp, before: Body | undefined) => CommentDocument | undefined): void {
    library.update(document, (body) => make(library.stampAfter(body), body) as unknown as Body | undefined);
  }

  return {
    list(viewer, photo) {
      const { holder } = getPhoto(library, viewer, photo).item;
      if (!seesComments(viewer)) return [];
      return [...library.scan(commentPrefix(photo))].flatMap(({ id, body }) =>
        isInOrder(viewer, holder, body) ? (show(viewer, id, body) ?? []) : [],
      );
    },
    add: (viewer, photo, text) =>
      library.transaction(() => {
        const { item } = getCommentable(library, viewer, photo);
        if (library.count(commentPrefix(photo)) >= most) {
          throw new PhotospoolError('conflict', `A photo can have at most ${most} comments.`, { op: 'comment' });
        }
        const now = clock.now();
        const document = commentId(photo, nextId(now));
        const by = authorOf(viewer);
        write(document, (at) => withSight(newComment(photo, text, at, by, now), setsBehind(photo), { at, by }));
        return shown(viewer, document, item.holder);
      }),
    rewrite: (viewer, photo, id, text) =>
      library.transaction(() => {
        const { holder } = getCommentable(library, viewer, photo).item;
        const document = commentId(photo, id);
        if (!shown(viewer, document, holder).mine) throw notYours('change');
        const by = authorOf(viewer);
        write(document, (at, body) =>
          change(body, (comment) => withSight(rewriteComment(comment, text, at, by), setsBehind(photo), { at, by })),
        );
        return shown(viewer, document, holder);
      }),
    remove: (viewer, photo, id) =>
      library.transaction(() => {
        const { item } = getPhoto(library, viewer, photo);
        const document = commentId(photo, id);
        if (!shown(viewer, document, item.holder).mine && !removesComments(viewer, item.holder))
          throw notYours('delete');
        write(document, (at, body) => change(body, (comment) => removeComment(comment, at, authorOf(viewer))));
      }),
  };
}

/** A photo that is not in the trash. Comments written on other servers are replicated regardless. */
function getCommentable(library: Library, viewer: Viewer, id: string): FoundPhoto {
  const photo = getPhoto(library, viewer, id);
  if (photo.trashed)
    throw new PhotospoolError('conflict', 'This photo is in the trash.', {
      op: 'comment',
      hint: 'Restore the photo to comment on it.',
    });
  return photo;
}

function change(
  body: Body | undefined,
  by: (comment: CommentDocument) => CommentDocument,
): CommentDocument | undefined {
  const comment = commentOf(body);
  return comment && by(comment);
}

const notYours = (what: string): PhotospoolError =>
  new PhotospoolError('forbidden', `You can’t ${what} another person’s comment.`);
