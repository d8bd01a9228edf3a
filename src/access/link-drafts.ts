/**
 * Drafts of share links, through which their author previews a link before it exists. A draft opens only in the session
 * that created it, and ends after ten minutes, with that session, or with its next draft. Beyond 32 drafts, the oldest
 * ends. In memory only: a crash or a restart ends all drafts, and they are never stored, listed or replicated.
 */
import type { Clock } from '../base/clock.js';
import { drawSecret, hashSecret, type Random } from './random-secrets.js';
import type { Sessions } from './sessions.js';
import type { BroughtShare } from './viewer.js';

/** How long a draft is valid, ms. */
export const draftAge = 10 * 60_000;

/** The maximum number of drafts: one of 10,000 photos takes almost 1 MB. */
export const mostDrafts = 32;

/** The drafts of a server. */
export interface LinkDrafts<T> {
  /**
   * Adds a draft and returns its secret. `session`: the id of its author's session; without one it opens in any browser
   * until the home has an owner account, and never afterwards.
   */
  add(draft: T, session: string | undefined): string;
  /** The draft with a secret; undefined if it has ended, or for another session. */
  find(brought: BroughtShare): T | undefined;
}

/** Opens the drafts; nothing needs to be closed. */
export function openLinkDrafts<T>(parts: {
  clock: Pick<Clock, 'now'>;
  random: Random;
  sessions: Pick<Sessions, 'find' | 'get'>;
  /** Whether the home has an owner account. */
  isSetUp: () => boolean;
}): LinkDrafts<T> {
  const { clock, random, sessions, isSetUp } = parts;
  const drafts = new Map<string, { draft: T; session: string | undefined; ends: number }>();

  const isOver = ({ session, ends }: { session: string | undefined; ends: number }): boolean =>
    ends <= clock.now() || (session !== undefined && !sessions.get(session));

  return {
    add(draft, session) {
      for (const [key, one] of drafts) if (one.session === session || isOver(one)) drafts.delete(key);
      // A map keeps the order in which they were added.
      if (drafts.size >= mostDrafts) drafts.delete(drafts.keys().next().value!);
      const secret = drawSecret(random);
      drafts.set(hashSecret(secret), { draft, session, ends: clock.now() + draftAge });
      return secret;
    },
    find({ secret, session }) {
      const found = drafts.get(hashSecret(secret));
      if (!found || found.ends <= clock.now()) return undefined;
      const isHere =
        found.session === undefined
          ? !isSetUp()
          : session !== undefined && sessions.find(session)?.id === found.session;
      return isHere ? found.draft : undefined;
    },
  };
}
