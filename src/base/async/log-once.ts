/** Says what is wrong once, and not at every try, until it is over. Keeps the last texts, in memory: a restart says them again. */

/** What says things once. */
export interface LogOnce {
  /** Says a text that was not said yet; whether it did. */
  tell(text: string): boolean;
  /** It is over: where it comes again, it is said again. Without a text, everything is over. */
  over(text?: string): void;
}

/** How many texts are remembered. */
const most = 50;

/** Says by `say` what was not said yet; without it, whoever calls `tell` says it. */
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
