/** The authors of documents, as far as a viewer may know them. */
import { may, tokenIn, type Viewer } from '../access/permissions.js';
import type { People } from '../access/people.js';
import { unknownSender } from '../document/photo-senders.js';

/** The author of a document or an edit. */
export interface Author {
  /** The id of a person, for viewers who may know the people. */
  id?: string;
  name: string;
}

/** The author that a document names: `person:<ulid>`, a token, or `owner`. */
export function authorFor(viewer: Viewer, people: Pick<People, 'find'>, author: string): Author {
  const [kind, rest = ''] = author.split(/:(.*)/s);
  if (kind === 'owner') return { name: 'The owner' };
  if (kind === unknownSender) return { name: 'Unknown person' };
  const token = tokenIn(author);
  if (token) {
    const isTold = token.person === undefined ? may(viewer, 'tokens') : token.person === viewer.person;
    return { name: isTold ? token.token : 'A program' };
  }
  const person = kind === 'person' ? people.find(rest) : undefined;
  if (!person) return { name: 'Former member' };
  return { ...(may(viewer, 'people') && { id: person.id }), name: person.name };
}
