/** The data of the front page of a public album (docs/public.md). */
import type { FrontPage } from '../../../../src/api/answer-types.js';
import { ask } from '../../lib/api.js';

/** Loads the front page. Never rejects: without it the album shows its timeline. */
export const fetchFront = (): Promise<FrontPage | undefined> => ask<FrontPage>('/api/front').catch(() => undefined);
