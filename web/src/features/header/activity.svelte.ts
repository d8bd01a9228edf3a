/**
 * The activity of the library, for the bell and its panel: running imports, finished ones, problems with files, albums
 * and photos that others shared, added or offered, and photos of guests that wait for approval. The dot means that
 * something is new since the panel was last open, not that something is wrong. Finished imports, the last counts of
 * shared albums, and the time when the panel was last open are stored in this browser, separately for each person.
 */
import type { OwnArrivals } from '../../../../src/api/answer-types.js';
import type { SpoolStatus } from '../../lib/api.js';
import type { Live } from '../../lib/live.svelte.js';
import { session } from '../../lib/session.svelte.js';
import type { KnownSharing } from './album-growth.js';
import { ImportProgress, type ImportState } from './import-progress.js';
import type { SharedNews } from './sharing-news.js';
import { TimeLeft } from '../../lib/time-left.js';

/** An import that has ended while a page was open. */
export interface FinishedImport {
  /** When, ms. */
  at: number;
  added: number;
  duplicates: number;
}

/** A running import: files that are done, and all. */
export interface RunningImport extends Pick<ImportState, 'done' | 'all'> {
  /** The estimated time left in minutes, as it is shown; undefined while it is not known. */
  minutes: number | undefined;
}

interface Kept {
  seen: number;
  finished: FinishedImport[];
  known?: KnownSharing;
}

/** The number of finished imports that are kept. */
const few = 5;
/** Changes come in bursts; the minimum interval between requests, ms. */
const rest = 1500;
/** An import that begins again within this time continues the last one, ms: files arrive one after another. */
const pause = 10_000;

const keyOf = (): string => `photospool.activity.${session.now?.person?.id ?? ''}`;

function read(): Kept {
  try {
    const found = JSON.parse(localStorage.getItem(keyOf()) ?? 'null') as Kept | null;
    if (found) return found;
  } catch {
    // Unreadable data counts as no data.
  }
  return { seen: 0, finished: [] };
}

/**
 * The problems with files that no owner has seen yet, by kind. Servers of earlier versions don't report them: then all
 * are new.
 */
export function newProblems({ spool }: Live): { stuck: number; ignored: number } {
  if (!spool || !session.may('spool')) return { stuck: 0, ignored: 0 };
  return spool.news ?? { stuck: spool.stuck.length, ignored: spool.ignored.length };
}

/** The files an import has left, and those done since the server started. */
interface Import {
  left: number;
  processed: { stored: number; duplicates: number };
  /** A disk error blocks it. */
  isHeld: boolean;
}

/** The files of the whole spool. Servers of earlier versions count only those of the family library as processed. */
const importOf = ({ incoming, work, others, held, stored, duplicates, processed }: SpoolStatus): Import => ({
  left: incoming + work.length + (others?.work ?? 0),
  processed: processed ?? { stored, duplicates },
  isHeld: held !== undefined,
});

/** One's own files, for people who don't see the spool. */
const importOfOwn = ({ waiting, work, processed }: OwnArrivals): Import => ({
  left: waiting.length + work.length,
  processed,
  isHeld: false,
});

/** The activity, as this page knows it. */
class Activity {
  finished: readonly FinishedImport[] = $state.raw([]);
  shared: readonly SharedNews[] = $state.raw([]);
  #seen = $state(0);
  /** The running import; undefined if there is none. */
  running: RunningImport | undefined = $state.raw();
  /** Its progress, the server's counts when it began, and the time of the last ones, ms. */
  #import: { progress: ImportProgress; estimate: TimeLeft; begun: Import['processed']; at: number } | undefined;
  #ended = 0;
  #owner: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Reads what this browser has kept for the viewer. */
  open(): void {
    if (this.#owner === keyOf()) return;
    this.#owner = keyOf();
    ({ seen: this.#seen, finished: this.finished } = read());
    this.shared = [];
    this.#import = this.running = undefined;
    void this.load();
  }

  /** Soon requests what others shared, since photos changed; many calls become one request. */
  ask(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.load();
    }, rest);
  }

  /** Requests now what others shared. Never rejects. */
  async load(): Promise<void> {
    // While people have no libraries here, nothing is shared.
    if (session.now?.libraries !== true) return;
    const owner = this.#owner;
    // The panel may have been read in another window in the meantime.
    const { seen, known = { albums: {} } } = read();
    this.#seen = Math.max(this.#seen, seen);
    const times = { now: Date.now(), seen: this.#seen };
    const found = await import('./sharing-news.js')
      .then(({ fetchShared }) => fetchShared(known, times))
      .catch(() => undefined);
    if (!found || owner !== this.#owner) return;
    this.shared = found.news;
    this.#keep({ known: found.known });
  }

  /** Notices that an import begins, progresses or ends; called with every state of the spool. */
  follow({ spool }: Live): void {
    if (spool && session.may('spool')) this.#follow(importOf(spool));
  }

  /** The same for people who don't see the spool; called with every answer about their own files. */
  followOwn(own: OwnArrivals): void {
    if (!session.may('spool')) this.#follow(importOfOwn(own));
  }

  #follow(now: Import): void {
    if (now.left > 0) return this.#measure(now);
    const begun = this.#import?.begun;
    this.#import = this.running = undefined;
    if (!begun) return;
    const { stored, duplicates } = now.processed;
    // The server counts from its start.
    const since = (all: number, before: number): number => (all < before ? all : all - before);
    this.#finish({
      ...{ at: Date.now(), added: since(stored, begun.stored) },
      duplicates: since(duplicates, begun.duplicates),
    });
  }

  /** Whether something happened at a time that the viewer has not seen, ms. */
  isNew = (at: number): boolean => at > this.#seen;

  /** Whether the panel has something that the viewer has not seen. */
  isUnread(live: Live): boolean {
    const { stuck, ignored } = newProblems(live);
    return (
      stuck + ignored > 0 ||
      this.finished.some(({ at }) => this.isNew(at)) ||
      this.shared.some(({ at }) => this.isNew(at))
    );
  }

  /** Records that the viewer has seen everything until now. */
  read(): void {
    this.#seen = Date.now();
    this.#keep({ seen: this.#seen });
  }

  /** Counts the running import, and estimates the time left; without one while a disk error holds it. */
  #measure({ left, processed, isHeld }: Import): void {
    const at = performance.now();
    this.#import ??= { progress: new ImportProgress(), estimate: new TimeLeft(), begun: processed, at };
    const { progress, estimate } = this.#import;
    const { done, all, just } = progress.update({ processed: processed.stored + processed.duplicates, left });
    const minutes = isHeld ? undefined : estimate.update(just, left, at - this.#import.at);
    this.#import.at = at;
    this.running = { done, all, minutes };
  }

  #finish(run: FinishedImport): void {
    if (run.added + run.duplicates <= 0) return;
    const [before, ...others] = this.finished;
    const same = before !== undefined && run.at - this.#ended < pause;
    const whole = same
      ? { at: run.at, added: before.added + run.added, duplicates: before.duplicates + run.duplicates }
      : run;
    this.#ended = run.at;
    this.finished = [whole, ...(same ? others : this.finished)].slice(0, few);
    this.#keep({ finished: [...this.finished] });
  }

  /** Keeps a part; the others may have been written by another window. */
  #keep(part: Partial<Kept>): void {
    try {
      localStorage.setItem(keyOf(), JSON.stringify({ ...read(), ...part }));
    } catch {
      // Without storage it lasts as long as the page.
    }
  }
}

export const activity = new Activity();
