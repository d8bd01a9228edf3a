/**
 * The viewer and their rights (`GET /api/session`). They decide which controls are shown; the server alone decides what
 * is allowed.
 */
import { ask, send, toApiError, whenRefused, whenUnconfirmed } from './api.js';
import type { Action, SessionAnswer } from '../../../src/api/answer-types.js';

export type { Action, SessionAnswer };

/** The viewer of this page. */
class Session {
  /** Undefined until the server has said it. */
  now: SessionAnswer | undefined = $state.raw();
  /** True once it is known, or known that the server can't be reached. */
  settled = $state(false);

  /** Answers the dialog that asks once more who it is, while that is open. */
  confirming: ((confirmed: boolean) => void) | undefined = $state.raw();

  #loading: Promise<void> | undefined;

  /** True where one must sign in to see anything. */
  get shut(): boolean {
    return this.now?.role === null;
  }

  may(action: Action): boolean {
    return this.now?.may.includes(action) ?? false;
  }

  /** Asks the server who is looking. Never rejects: a server that can't be reached leaves what was known. */
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

  /** Takes over what the server said, after signing in. */
  take(now: SessionAnswer): void {
    this.now = now;
    this.settled = true;
  }

  /** Asks the person in a dialog once more who they are; true where they proved it. */
  confirm(): Promise<boolean> {
    this.confirming?.(false);
    return new Promise((resolve) => {
      this.confirming = (confirmed) => {
        this.confirming = undefined;
        resolve(confirmed);
      };
    });
  }

  /** The person has seen which passkeys were added. @throws ApiError */
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
    // Nothing of what was seen stays in the page's memory.
    location.assign('/');
  }
}

export const session = new Session();
whenRefused(() => void session.load());
whenUnconfirmed(() => session.confirm());
