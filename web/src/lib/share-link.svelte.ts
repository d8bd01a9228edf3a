/**
 * The share link by whose address the page was opened, where it was: what it is called, and what may be had by it. What is
 * shown is decided by it; what is allowed is decided by the server alone.
 */
import { ask, base, send, toApiError } from './api.js';
import { session } from './session.svelte.js';

/** A link as its visitors know it. */
export interface ShareView {
  title: string;
  /** Where it is to one photo. */
  photo?: string;
  /** Its password is still to be given. */
  locked: boolean;
  originals: boolean;
  details: boolean;
  strippable: string[];
}

/** The link of this page. */
class Share {
  now: ShareView | undefined = $state.raw();
  /** True where there is no such link, or not any more. */
  over = $state(false);

  /** Asks what it is. Never rejects: a server that can't be reached leaves what was known. */
  async load(): Promise<void> {
    try {
      this.now = await ask<ShareView>('/api/share');
      this.over = false;
    } catch (error) {
      this.over = toApiError(error).code === 'not-found';
    }
  }

  /** Gives the password. @throws ApiError */
  async unlock(password: string): Promise<void> {
    this.now = await ask<ShareView>('/api/share', send('POST', { password }));
    await session.load();
  }
}

export const share = new Share();

/** Whether whoever looks may have an original of this MIME type. */
export function mayHaveOriginal(type: string | undefined): boolean {
  if (base === '') return session.may('original');
  const { originals = false, details = false, strippable = [] } = share.now ?? {};
  return originals && (details || (type !== undefined && strippable.includes(type)));
}
