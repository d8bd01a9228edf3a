/**
 * The progress of a command, as a bar on stderr: share, count of the total, rate and time left. Drawn on a terminal
 * only; nothing is written to a pipe or a file. It redraws its own line and removes it at the end.
 */
import { SingleBar, type Params } from 'cli-progress';
import { systemClock, type Clock } from '../base/clock.js';
import { printable } from '../base/errors.js';

/** A progress bar. */
export interface ProgressBar {
  /** Shows that `done` of `total` are done; `what` is the label before the bar, `now` the current item after it. */
  show(done: number, total: number, what?: string, now?: string): void;
  /** Removes the bar. May be called again. */
  end(): void;
}

/** Between two redraws, ms. */
const pace = 100;
/** The time until the rate is meaningful, in ms. */
const warmUp = 1_000;
const width = 24;

const whole = (n: number): string => Math.floor(n).toLocaleString('en');

/** A duration for people, in seconds: `45 s`, `2 min 5 s`, `3 h 20 min`. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3_600) return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
  const minutes = Math.floor((s % 3_600) / 60);
  return minutes === 0 ? `${Math.floor(s / 3_600)} h` : `${Math.floor(s / 3_600)} h ${minutes} min`;
}

/** Items per second: with one decimal for small rates. */
const rateText = (perSecond: number): string => `${perSecond < 10 ? perSecond.toFixed(1) : whole(perSecond)}/s`;

/** The text after the bar. `elapsed`: ms since `from` were done. */
export function facts(done: number, total: number, from: number, elapsed: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const parts = [`${Math.floor(share * 100)}%`, `${whole(done)} of ${whole(total)}`];
  const rate = ((done - from) * 1_000) / elapsed;
  if (elapsed < warmUp || done <= from) return parts.join(' · ');
  parts.push(rateText(rate));
  if (done < total) parts.push(`${duration((total - done) / rate)} left`);
  return parts.join(' · ');
}

/** Opens a bar on stderr; silent if that is not a terminal. */
export function openProgress(
  out: NodeJS.WriteStream = process.stderr,
  clock: Pick<Clock, 'now'> = systemClock,
): ProgressBar {
  if (!out.isTTY) return { show: () => undefined, end: () => undefined };
  let bar: SingleBar | undefined;
  let shown: string | undefined;
  let [began, from] = [0, 0];
  const format = (
    _options: unknown,
    { value, total }: Params,
    { what = '', now = '' }: { what?: string; now?: string },
  ) => {
    const full = total === 0 ? width : Math.round(Math.min(1, value / total) * width);
    const drawn = `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
    const line = [what, drawn, facts(value, total, from, clock.now() - began), printable(now)]
      .filter(Boolean)
      .join(' ');
    return line.slice(0, Math.max(20, out.columns - 1));
  };
  return {
    show(done, total, what = '', now = '') {
      // Another kind of work has a different rate.
      if (!bar || shown !== what) {
        bar?.stop();
        [began, from, shown] = [clock.now(), done, what];
        bar = new SingleBar({ stream: out, format, fps: 1_000 / pace, clearOnComplete: true, gracefulExit: false });
        bar.start(total, done, { what, now });
      }
      bar.setTotal(total);
      bar.update(done, { what, now });
    },
    end() {
      bar?.stop();
      bar = undefined;
    },
  };
}
