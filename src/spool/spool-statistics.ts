/**
 * Statistics of a spool since it was opened: totals, the last files, the rate, and the duration of each step. Nothing
 * on disk, and nothing that grows with the number of files.
 */
import type { Clock } from '../base/clock.js';
import { printable } from '../base/errors.js';
import { house, type Holder } from '../document/item-id.js';
import { stepBounds, type DoneItem, type Sees, type StepFigures, type Totals } from './spool-interface.js';

/** The statistics of one spool. */
export interface SpoolStatistics {
  /** Adds a file that was processed now, in this many seconds. A stored sidecar is counted as such, not as a photo. */
  add(item: Pick<DoneItem, 'name' | 'outcome' | 'sha256' | 'seconds' | 'holder'>, sidecar?: boolean): void;
  /** A duplicate that was recognised without a claim. */
  addSeen(): void;
  /** The time a file spent in each step, in seconds. */
  addSteps(seconds: Readonly<Record<string, number>>): void;
  /** `others`: stored photos of other holders. */
  totals(): Totals & { sidecars: number; others: number };
  /** Photos of these holders that were processed; without sidecars. */
  processed(sees: Sees): Totals;
  /** Files per minute, over the last five minutes, or since the opening if that is shorter. */
  rate(): number;
  /** The last files, newest first. */
  recent(): DoneItem[];
  steps(): StepFigures[];
}

const kept = 20;
/** The window of the rate, in slices of one second, in ms. */
const window = 300_000;
const slice = 1_000;
/** The time after the opening before the rate is meaningful, in ms. */
const least = 5_000;

/** Opens the statistics; `whose` files are in the totals. */
export function openTally(clock: Clock, whose: Holder = house): SpoolStatistics {
  const opened = clock.now();
  const totals = { stored: 0, duplicates: 0, sidecars: 0, others: 0 };
  const byHolder = new Map<Holder, Totals>();
  const recent: DoneItem[] = [];
  const pace = new Map<number, number>();
  const steps = new Map<string, StepFigures>();

  function forget(): void {
    const oldest = Math.floor((clock.now() - window) / slice);
    for (const second of pace.keys()) if (second <= oldest) pace.delete(second);
  }

  function count(holder: Holder, outcome: keyof Totals): void {
    const its = byHolder.get(holder) ?? { stored: 0, duplicates: 0 };
    byHolder.set(holder, its);
    its[outcome]++;
  }

  return {
    add(item, sidecar = false) {
      if (!sidecar) count(item.holder ?? house, item.outcome === 'stored' ? 'stored' : 'duplicates');
      if ((item.holder ?? house) === whose)
        totals[sidecar ? 'sidecars' : item.outcome === 'stored' ? 'stored' : 'duplicates']++;
      else if (!sidecar && item.outcome === 'stored') totals.others++;
      recent.unshift({ ...item, name: printable(item.name), at: new Date(clock.now()).toISOString() });
      recent.splice(kept);
      forget();
      const second = Math.floor(clock.now() / slice);
      pace.set(second, (pace.get(second) ?? 0) + 1);
    },
    addSeen() {
      totals.duplicates++;
      count(whose, 'duplicates');
    },
    addSteps(seconds) {
      for (const [step, took] of Object.entries(seconds)) {
        const figures = steps.get(step) ?? { step, counts: stepBounds.map(() => 0), count: 0, sum: 0 };
        steps.set(step, figures);
        stepBounds.forEach((bound, n) => (figures.counts[n]! += Number(took <= bound)));
        figures.count++;
        figures.sum += took;
      }
    },
    totals: () => ({ ...totals }),
    processed(sees) {
      const seen = [...byHolder].flatMap(([holder, its]) => (sees(holder) ? [its] : []));
      const sum = (outcome: keyof Totals): number => seen.reduce((all, its) => all + its[outcome], 0);
      return { stored: sum('stored'), duplicates: sum('duplicates') };
    },
    rate() {
      forget();
      const done = [...pace.values()].reduce((sum, n) => sum + n, 0);
      const minutes = Math.min(Math.max(clock.now() - opened, least), window) / 60_000;
      return Math.round((done / minutes) * 10) / 10;
    },
    recent: () => [...recent],
    steps: () => [...steps.values()],
  };
}
