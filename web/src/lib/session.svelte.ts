/**
 * The viewer and their rights (`GET /api/session`). They decide which controls are shown; the server alone decides what
 * is allowed.
 */
import { forgetSearches } from './recent-searches.js';
import { ask, send, toApiError, whenRefused, whenUnconfirmed } from './api.js';
import type { Action, SessionAnswer } from '../../../src/api/answer-types.js';

export type { Action, SessionAnswer };
/** A change that another person made to the account. */
export type AccountChange = NonNullable<SessionAnswer['accountChanges']>[number];

/** The viewer of this page. */
class Session {
  /** Undefined until the server has responded. */
  now: SessionAnswer | undefined = $state.raw();
  /** True once it is known, or the server is known to be unreachable. */
  settled = $state(false);

  /** Resolves the open dialog that confirms the identity. */
  confirming: ((confirmed: boolean) => void) | undefined = $state.raw();

  #loading: Promise<void> | undefined;

  /** True if nothing is visible without signing in. */
  get shut(): boolean {
    return this.now?.role === null;
  }

  may(action: Action): boolean {
    return this.now?.may.includes(action) ?? false;
  }

  /** Loads the session. Never rejects: with an unreachable server the last state remains. */
  load(): Promise<void> {
    this.#loading ??= ask<SessionAnswer>('/api/session')
      .then(
        (now) => this.take(now),
        () => undefined,
      )
      .finally(() => {
        this.settled = true;
        this.#loading = undefined;
      });
    return this.#loading;
  }

  /** Stores the server's response, after signing in. */
  take(now: SessionAnswer): void {
    this.now = now;
    this.settled = true;
  }

  /** Asks the person in a dialog to confirm their identity; true if they did. */
  confirm(): Promise<boolean> {
    this.confirming?.(false);
    return new Promise((resolve) => {
      this.confirming = (confirmed) => {
        this.confirming = undefined;
        resolve(confirmed);
      };
    });
  }

  /** Records that the person has seen the added passkeys and the changes. @throws ApiError */
  async notice(): Promise<void> {
    this.take(await ask<SessionAnswer>('/api/session/passkeys-added', send('DELETE')));
  }

  /** Signs out. @throws ApiError */
  async leave(): Promise<void> {
    try {
      await ask('/api/session', send('DELETE'));
    } catch (error) {
      const trouble = toApiError(error);
      if (trouble.code !== 'unauthorized') throw trouble;
    }
    forgetSearches();
    // A reload clears everything from the page's memory.
    location.assign('/');
  }
}

export const session = new Session();
whenRefused(() => void session.load());
whenUnconfirmed(() => session.confirm());
