/**
 * Tells that the library changed in this process. Only a wake-up: what changed is read from the library's change feed, so
 * that a lost or doubled call does no harm.
 */

/** What the server listens to. */
export interface Changes {
  /** Calls `listener` after documents changed; returns the function that ends it. */
  on(listener: () => void): () => void;
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
  const listeners = new Set<() => void>();
  let due = false;
  function tell(): void {
    due = false;
    for (const listener of [...listeners]) listener();
  }
  return {
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    notify() {
      if (due || listeners.size === 0) return;
      due = true;
      setImmediate(tell);
    },
  };
}
