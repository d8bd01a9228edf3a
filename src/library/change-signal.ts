/**
 * Tells that the library changed in this process. Only a wake-up: what changed is read from the library's change feed, so
 * that a lost or doubled call does no harm.
 */
import { openListeners, type Subscribe } from '../base/async/listeners.js';
import { inLaterTurn } from '../base/async/yield.js';

/** What is listened to: documents changed. */
export interface Changes {
  on: Subscribe;
}

/** A source of wake-ups. */
export interface ChangeSource extends Changes {
  /**
   * Says that something changed; cheap, and safe to call inside the library's transaction (from its `index`): listeners
   * are called once, in a later turn of the event loop, when the transaction has ended.
   */
  notify(): void;
}

/** Makes a source of wake-ups. It holds nothing that must be closed. */
export function makeChanges(): ChangeSource {
  const { on, call, size } = openListeners();
  let due = false;
  return {
    on,
    notify() {
      if (due || size() === 0) return;
      due = true;
      inLaterTurn(() => {
        due = false;
        call();
      });
    },
  };
}
