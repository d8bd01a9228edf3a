/** Says what is wrong once, and not at every try, until it is over. Keeps the last texts, in memory. */

/** What says things once. */
export interface LogOnce {
  tell(text: string): void;
  /** It is over: where it comes again, it is said again. */
  over(text: string): void;
}

/** How many texts are remembered. */
const most = 50;

/** Says by `say` what was not said yet. */
export function openLogOnce(say: (text: string) => void): LogOnce {
  const told = new Set<string>();
  return {
    tell(text) {
      if (told.has(text)) return;
      if (told.size >= most) told.delete(told.values().next().value!);
      told.add(text);
      say(text);
    },
    over: (text) => void told.delete(text),
  };
}
