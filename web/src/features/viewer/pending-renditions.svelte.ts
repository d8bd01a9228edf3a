/**
 * Pictures that are still on another server: the reason of a failed load is asked once, and the picture is loaded again
 * when the server announces it. After a lost connection all of them are tried again.
 */
import { mediaOf } from '../../lib/api.js';

const waiting = new Map<string, Set<() => void>>();

/** Tells those who wait that pictures came: of these photos, or of any. */
export function arrived(ids: readonly string[] | undefined): void {
  for (const id of ids ?? [...waiting.keys()]) for (const again of [...(waiting.get(id) ?? [])]) again();
}

/** Whether a picture is not here because it is on its way; undefined where it came meanwhile. */
async function isAway(id: string, rendition: 'thumb' | 'preview'): Promise<boolean | undefined> {
  const answer = await fetch(mediaOf({ id }, rendition), { cache: 'reload' }).catch(() => undefined);
  if (answer?.ok) return undefined;
  const body: unknown = await answer?.json().catch(() => undefined);
  return (body as { error?: { code?: string } } | undefined)?.error?.code === 'on-its-way';
}

/** One picture that may be on its way. */
export class Awaiting {
  /** True while it is on its way. */
  away = $state(false);
  /** Another number when it should be loaded again. */
  turn = $state(0);

  #end: (() => void) | undefined;

  /** A picture did not load. True where it is on its way, and will be loaded again when it is here. */
  async miss(id: string, rendition: 'thumb' | 'preview'): Promise<boolean> {
    this.end();
    const again = (): void => {
      this.away = false;
      this.turn++;
    };
    const all = waiting.get(id) ?? new Set();
    waiting.set(id, all.add(again));
    const ended = new AbortController();
    this.#end = () => {
      ended.abort();
      all.delete(again);
      if (all.size === 0 && waiting.get(id) === all) waiting.delete(id);
    };
    const away = await isAway(id, rendition);
    if (ended.signal.aborted) return true;
    this.away = away === true;
    if (away === undefined) this.turn++;
    if (away !== true) this.end();
    return away !== false;
  }

  /** Waits no longer. */
  end(): void {
    this.#end?.();
    this.#end = undefined;
  }
}
