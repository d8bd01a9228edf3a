/**
 * The share link of this page's address, if any: its title and what it gives. It decides which controls are shown; the
 * server alone decides what is allowed.
 */
import type { ShareLinkView } from '../../../src/api/answer-types.js';
import { ask, base, send, toApiError } from './api.js';
import { session } from './session.svelte.js';

/** The link of this page. */
class Share {
  now: ShareLinkView | undefined = $state.raw();
  /** True if the link does not exist, or no longer. */
  over = $state(false);

  /** Loads the link. Never rejects: with an unreachable server the last state remains. */
  async load(): Promise<void> {
    try {
      this.now = await ask<ShareLinkView>('/api/share');
      this.over = false;
    } catch (error) {
      this.over = toApiError(error).code === 'not-found';
    }
  }

  /** Sends the password. @throws ApiError */
  async unlock(password: string): Promise<void> {
    this.now = await ask<ShareLinkView>('/api/share', send('POST', { password }));
    await session.load();
  }
}

export const share = new Share();

/** Whether the viewer may download an original of this MIME type. */
export function mayHaveOriginal(type: string | undefined): boolean {
  if (base === '') return session.may('original');
  const { originals = false, details = false, strippable = [] } = share.now ?? {};
  return originals && (details || (type !== undefined && strippable.includes(type)));
}
