/**
 * Signals changes of the library in this process. Only a wake-up: changes are read from the library's change feed, so
 * that a lost or repeated signal does no harm.
 */
import { openListeners, type Subscribe } from '../base/async/listeners.js';
import { inLaterTurn } from '../base/async/yield.js';

/** The event: documents changed. */
export interface Changes {
  on: Subscribe;
}

/** A source of the signal. */
export interface ChangeSource extends Changes {
  /**
   * Sends the signal; cheap, and safe inside the library's transaction (from its `index`): listeners are called once,
   * in a later turn of the event loop, after the transaction has ended.
   */
  notify(): void;
}

/** Creates a source. It need not be closed. */
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
