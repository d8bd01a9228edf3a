/** The comments of the fixture (docs/interface.md, "Comments"), in memory. */
import type { Comment } from '../../web/src/features/viewer/comments-api.js';
import type { SessionAnswer } from '../../src/api/answer-types.js';
import type { Answer } from './door.js';

/** A comment with its author, which only the server knows. */
export type Spoken = Omit<Comment, 'mine'> & { photo: string };

/** The comments of a fixture. */
export interface Comments {
  all: Spoken[];
  /** The response, or undefined for other paths. */
  answer(method: string, path: string, viewer: SessionAnswer, body: Record<string, unknown>): Answer | undefined;
}

const gone: Answer = { status: 404, body: { error: { code: 'not-found', message: 'It is not there.' } } };

/** Without comments. `tell` is called with every change. */
export function makeComments(tell: (message: object) => void): Comments {
  let last = 0;
  const by = ({ person }: SessionAnswer): Comment['by'] => person ?? { name: 'Owner' };
  const mine = (spoken: Spoken, viewer: SessionAnswer): boolean => spoken.by.id === viewer.person?.id;
  const show = ({ photo: _, ...spoken }: Spoken, own: boolean): Comment => ({ ...spoken, mine: own });

  const comments: Comments = {
    all: [],
    answer(method, path, viewer, body) {
      const [, photo, id] = /^\/api\/photos\/([0-9a-f]{64})\/comments(?:\/(\w+))?$/.exec(path) ?? [];
      if (photo === undefined) return undefined;
      if (!viewer.may.includes('comment')) return gone;
      const found = comments.all.find((one) => one.photo === photo && one.id === id);
      const own = found !== undefined && mine(found, viewer);
      const changed = (answer: Answer): Answer => {
        tell({ type: 'comments', photo });
        return answer;
      };
      const at = new Date().toISOString();
      if (method === 'GET') {
        const of = comments.all.filter((one) => one.photo === photo);
        return { status: 200, body: { comments: of.map((one) => show(one, mine(one, viewer))) } };
      }
      if (method === 'POST') {
        const made: Spoken = { photo, id: `c${++last}`, text: String(body['text']), by: by(viewer), added: at };
        comments.all.push(made);
        return changed({ status: 201, body: show(made, true) });
      }
      if (method === 'PATCH' && found && own) {
        Object.assign(found, { text: String(body['text']), edited: true });
        return changed({ status: 200, body: show(found, true) });
      }
      if (method === 'DELETE' && found && (own || viewer.role === 'owner')) {
        comments.all = comments.all.filter((one) => one !== found);
        return changed({ status: 200, body: { removed: true } });
      }
      return gone;
    },
  };
  return comments;
}
