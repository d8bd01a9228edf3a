/**
 * Pictures that are still on another server: the reason of a failed load is requested once, and the picture is loaded
 * again when the server announces it. After a lost connection all of them are retried.
 */
import { mediaOf } from '../../lib/api.js';

const waiting = new Map<string, Set<() => void>>();

/** Announces that pictures arrived: of these photos, or of any. */
export function arrived(ids: readonly string[] | undefined): void {
  for (const id of ids ?? [...waiting.keys()]) for (const again of [...(waiting.get(id) ?? [])]) again();
}

/** Whether a picture is still on another server; undefined if it has arrived meanwhile. */
async function isAway(id: string, rendition: 'thumb' | 'preview'): Promise<boolean | undefined> {
  const answer = await fetch(mediaOf({ id }, rendition), { cache: 'reload' }).catch(() => undefined);
  if (answer?.ok) return undefined;
  const body: unknown = await answer?.json().catch(() => undefined);
  return (body as { error?: { code?: string } } | undefined)?.error?.code === 'on-its-way';
}

/** The loading state of one picture. */
export class Awaiting {
  /** True while it is on another server. */
  away = $state(false);
  /** Changes when it should be loaded again. */
  turn = $state(0);

  #end: (() => void) | undefined;

  /** Handles a failed load. True if the picture is on another server; it will be loaded when it arrives. */
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

  /** Stops waiting. */
  end(): void {
    this.#end?.();
    this.#end = undefined;
  }
}
