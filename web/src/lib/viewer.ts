/** Who looks at the page, as the server tells it (docs/interface.md, `GET /api/session`). */
import type { Action, SessionAnswer } from '../../../src/api/answer-types.js';

/** What somebody may be allowed to do (docs/access.md has the table). */
export type { Action };

/** The answer of `/api/session`. */
export type { SessionAnswer };
