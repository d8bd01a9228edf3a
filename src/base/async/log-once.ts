/**
 * Logs a recurring problem once instead of at every retry, until it is resolved. The texts are kept in memory: after a
 * restart they are logged again.
 */

/** A log that skips repeated messages. */
export interface LogOnce {
  /** Logs a text unless it is logged already; returns whether it did. */
  tell(text: string): boolean;
  /** Marks a text as resolved: if it recurs, it is logged again. Without a text, marks all of them. */
  over(text?: string): void;
}

/** How many texts are kept. */
const most = 50;

/** Logs new texts with `say`; without it, the caller of `tell` logs them. */
export function openLogOnce(say: (text: string) => void = () => undefined): LogOnce {
  const told = new Set<string>();
  return {
    tell(text) {
      if (told.has(text)) return false;
      if (told.size >= most) told.delete(told.values().next().value!);
      told.add(text);
      say(text);
      return true;
    },
    over(text) {
      if (text === undefined) told.clear();
      else told.delete(text);
    },
  };
}
