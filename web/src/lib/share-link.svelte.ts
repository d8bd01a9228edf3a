/**
 * The share link of this page's address, if any: its title and its options. It decides which controls are shown; the
 * server alone decides what is allowed.
 */
import type { ShareLinkView } from '../../../src/api/answer-types.js';
import { ask, base, send, toApiError } from './api.js';
import { session } from './session.svelte.js';

/** This tab’s memory that the link of its page is a preview; without storage there is none. */
const preview = {
  key: `photospool.preview ${base}`,
  isKnown(): boolean {
    try {
      return sessionStorage.getItem(preview.key) !== null;
    } catch {
      return false;
    }
  },
  remember(): void {
    try {
      sessionStorage.setItem(preview.key, '');
    } catch {
      // Without it, an ended preview looks like an expired link after a reload.
    }
  },
};

/** The link of this page. */
class Share {
  now: ShareLinkView | undefined = $state.raw();
  /**
   * Whether it is a preview, including one that has ended since this tab opened it, which the server no longer knows.
   */
  isDraft = $state(preview.isKnown());
  /** True if the link does not exist, or no longer exists. */
  over = $state(false);

  /** Loads the link. Never rejects: with an unreachable server the last state remains. */
  async load(): Promise<void> {
    try {
      this.now = await ask<ShareLinkView>('/api/share');
      this.over = false;
      this.isDraft = this.now.draft === true;
      if (this.isDraft) preview.remember();
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
