/**
 * The edits of this page with their inverses: they can be undone and redone in order. Undoing is an edit like any
 * other; the server's answer to an edit holds its inverse.
 */
import { toApiError, type ApiError } from '../api.js';
import { type Change, inParts, makeChanges, pack, type PhotosChange } from './edit-request.js';
import { waiting, type KeyedChanges } from './waiting-edits.svelte.js';
import { m } from '../messages.js';

/** An edit, and the change that reverts it. */
interface Step {
  label: string;
  /**
   * Changes, or a function that undoes the edit in another way: such a step can't be redone, and an ApiError `conflict`
   * means that it can no longer be undone.
   */
  back: PhotosChange[] | (() => Promise<void>);
}

/** Whether there is nothing to undo. */
const isEmpty = (back: Step['back']): boolean => typeof back !== 'function' && back.length === 0;

/** The message about the current or last edit. */
export interface Said {
  text: string;
  /** The number of photos done, of the total; while it is in progress. */
  progress?: { done: number; total: number };
  trouble?: ApiError;
  /** The photos that it concerns, if an error affects them. */
  ids?: readonly string[];
  /** A button that resolves it. */
  act?: { label: string; do: () => Promise<unknown> };
  /** A second button. */
  second?: { label: string; do: () => Promise<unknown> };
}

/** Called with the photos that were changed; `again` if an edit was undone or redone. */
export type Watcher = (ids: ReadonlySet<string>, again: boolean) => void;

/** The maximum number of undo steps; the oldest are dropped. */
const mostSteps = 100;

/** The edits of this page. */
class Edits {
  said: Said | undefined = $state.raw();
  /** True while an edit is in progress: the next one waits. */
  busy = $state(false);

  #undo: Step[] = [];
  #redo: Step[] = [];
  #line: Promise<unknown> = Promise.resolve();
  readonly #watchers = new Set<Watcher>();

  /** Calls `watcher` with changed photos, until the returned function is called. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Changes photos and reports it with `label`; true if it succeeded. Edits run one after the other. Never rejects. */
  do(ids: readonly string[], change: Change, label: string): Promise<boolean> {
    return this.#queue(() => this.#make(inParts(ids, change), label, this.#undo, label));
  }

  /** Applies several changes as one undo step, and reports it with `label`; otherwise as `do`. */
  all(each: readonly PhotosChange[], label: string): Promise<boolean> {
    return this.#queue(() => this.#make(each, label, this.#undo, label));
  }

  /** Undoes the last edit. */
  undo(): Promise<boolean> {
    return this.#queue(() => this.#step(this.#undo, this.#redo, m.edits.undone));
  }

  /** Redoes the last undone edit. */
  redo(): Promise<boolean> {
    return this.#queue(() => this.#step(this.#redo, this.#undo, m.edits.redone));
  }

  /** Clears the undo stack, when its targets no longer exist. */
  forget(): void {
    this.#undo = [];
    this.#redo = [];
  }

  /** Reports a change that another request has made; `back` undoes it. */
  made(label: string, back: Step['back']): void {
    this.#keep({ label, back }, this.#undo);
    this.said = { text: label, ...(!isEmpty(back) && { act: this.#wayBack(this.#undo) }) };
  }

  /** Shows a message that is not about an edit. */
  say(said: Said | undefined): void {
    this.said = said;
  }

  /** Hides an error about this photo alone: a person who moved on to the next one has seen it. */
  leave(id: string): void {
    if (this.said?.trouble && this.said.ids?.every((one) => one === id)) this.said = undefined;
  }

  /**
   * Reads the signed-in person's edits that wait on this device, and sends them if the server can be reached. Reports
   * the outcome. Never rejects.
   */
  sendWaiting(person: string | undefined, isConnected: boolean): Promise<boolean> {
    return this.#queue(async () => {
      await waiting.load(person);
      if (isConnected) await this.#flush();
      return waiting.list.length === 0;
    });
  }

  /** Sends waiting edits, as far as possible, and reports those that the server refused. */
  async #flush(): Promise<void> {
    if (waiting.list.length === 0) return;
    const { sent, refused } = await waiting.send();
    for (const { each, undo, label } of sent) {
      this.#keep({ label, back: undo }, this.#undo);
      this.#tell(each, false);
    }
    const [first] = refused;
    if (first) this.said = { text: m.edits.refused(refused.map(({ label }) => label)), trouble: first.trouble };
    else if (sent.length > 0) this.said = { text: m.edits.sent(sent.length) };
  }

  /** Keeps changes until the server can be reached again; false if this device can't. */
  async #wait(packs: KeyedChanges[], label: string): Promise<boolean> {
    const kept = await waiting.keep(packs, label);
    if (!kept) return false;
    for (const { each } of packs) this.#tell(each, false);
    const back = async (): Promise<boolean> => {
      const dropped = await waiting.drop(kept);
      for (const { each } of packs) this.#tell(each, true);
      this.said = { text: dropped ? m.edits.undone(label) : m.edits.sentAlready };
      return dropped;
    };
    this.said = { text: m.edits.waits(label), act: { label: m.edits.undo, do: () => this.#queue(back) } };
    return true;
  }

  #queue(work: () => Promise<boolean>): Promise<boolean> {
    const next = this.#line.then(work);
    this.#line = next;
    return next;
  }

  async #step(from: Step[], to: Step[], say: (label: string) => string): Promise<boolean> {
    const step = from.pop();
    if (!step) return false;
    if (typeof step.back !== 'function') return this.#make(step.back, step.label, to, say(step.label), true);
    try {
      await step.back();
      this.said = { text: say(step.label) };
      return true;
    } catch (error) {
      const trouble = toApiError(error);
      if (trouble.code !== 'conflict') from.push(step);
      this.said = { text: m.edits.failed, trouble };
      return false;
    }
  }

  /** Sends changes request by request; completed ones are kept in `kept`, even if a later one fails. */
  async #make(
    each: readonly PhotosChange[],
    label: string,
    kept: Step[],
    say: string,
    again = false,
  ): Promise<boolean> {
    const packs = pack(each).map((one) => waiting.keyed(one));
    const total = each.reduce((sum, { ids }) => sum + ids.length, 0);
    const back: PhotosChange[] = [];
    const step: Step = { label, back };
    /** Photos that were deleted meanwhile, or that the viewer may not change. */
    const left = new Set<string>();
    let count = 0;
    let done = 0;
    this.busy = true;
    try {
      // In order: behind those that wait.
      await this.#flush();
      if (waiting.list.length > 0 && (await this.#wait(packs, label))) return true;
      for (const one of packs) {
        if (packs.length > 1) this.said = { text: m.edits.busy(label), progress: { done: count, total } };
        const { undo, missing, refused = [] } = await makeChanges(one.each, one.key);
        back.push(...undo);
        for (const id of [...missing, ...refused]) left.add(id);
        count += one.each.reduce((sum, { ids }) => sum + ids.length, 0);
        done++;
        this.#tell(one.each, again);
      }
      this.#keep(step, kept);
      const all = new Set(each.flatMap(({ ids }) => ids)).size;
      return this.#conclude(back.length > 0 ? say : undefined, left.size, all, kept);
    } catch (error) {
      this.#keep(step, kept);
      if (toApiError(error).code === 'offline' && (await this.#wait(packs.slice(done), label))) return true;
      const rest = packs.slice(done).flatMap(({ each }) => each);
      this.said = {
        text: count > 0 ? m.edits.half(count, total) : m.edits.failed,
        trouble: toApiError(error),
        ids: rest.flatMap(({ ids }) => ids),
        act: { label: m.edits.goOn, do: () => this.#queue(() => this.#make(rest, label, kept, say, again)) },
        ...(count > 0 && { second: this.#wayBack(kept) }),
      };
      return false;
    } finally {
      this.busy = false;
    }
  }

  /**
   * Reports the result of an edit: `say`, or undefined if it changed nothing; `left` of `all` photos couldn’t be
   * changed. False if that is all of them.
   */
  #conclude(say: string | undefined, left: number, all: number, kept: Step[]): boolean {
    const text = say ?? m.edits.nothing;
    const none = say === undefined && left > 0 && left === all;
    this.said = {
      text: none ? m.edits.none(all) : left > 0 ? m.edits.partly(text, left, all) : text,
      ...(say !== undefined && { act: this.#wayBack(kept) }),
    };
    return !none;
  }

  #keep(step: Step, kept: Step[]): void {
    if (isEmpty(step.back)) return;
    kept.push(step);
    if (kept === this.#undo && kept.length > mostSteps) kept.shift();
  }

  #wayBack(kept: Step[]): { label: string; do: () => Promise<boolean> } {
    return kept === this.#undo
      ? { label: m.edits.undo, do: () => this.undo() }
      : { label: m.edits.redo, do: () => this.redo() };
  }

  /** Reports that another request has changed photos. */
  tell(ids: readonly string[]): void {
    for (const watcher of this.#watchers) watcher(new Set(ids), false);
  }

  #tell(each: readonly PhotosChange[], again: boolean): void {
    const ids = new Set(each.flatMap((one) => one.ids));
    for (const watcher of this.#watchers) watcher(ids, again);
  }
}

export const edits = new Edits();
