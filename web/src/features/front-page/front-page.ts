/** The data of the front page of a public album (docs/public.md). */
import type { FrontPage } from '../../../../src/api/answer-types.js';
import { ask } from '../../lib/api.js';

/** Asks for it. Never rejects: without it the album is its timeline. */
export const fetchFront = (): Promise<FrontPage | undefined> => ask<FrontPage>('/api/front').catch(() => undefined);
