/**
 * Estimates how long work still takes from its progress: uploads in bytes, imports in files. Pure: the caller says how
 * much time has passed, and leaves out the time in which the work was paused or could not go on. Nothing is shown before
 * the speed is reliable, and a shown time never alternates between two values.
 */

/** The time of work before the speed is reliable, in ms; and how much of the work must be done, unless it took long. */
const [warmUp, long, leastShare] = [5_000, 30_000, 0.01];
/** The speed is the mean of about this time, in ms, or of the last quarter of the work if that is longer. */
const memory = 20_000;
const minute = 60_000;
/** A longer time is not shown, in minutes: the work has practically stopped. */
const most = 7 * 24 * 60;

/** Minutes as they are shown: exact below ten, then in steps of 5, from 90 in hours. */
function rounded(minutes: number): number {
  if (minutes < 1) return 0;
  const step = minutes < 10 ? 1 : minutes < 90 ? 5 : 60;
  return Math.round(minutes / step) * step;
}

/** The estimate for one piece of work. */
export class TimeLeft {
  /** ms of work. */
  #worked = 0;
  #done = 0;
  /** Done without time that has passed since the last call. */
  #early = 0;
  /** Per ms. */
  #speed = 0;
  #shown: number | undefined;

  /**
   * Records that `done` was completed in the last `ms`, and that `left` remains, both in the same unit. Returns the time
   * left in minutes as it is shown, 0 for less than one; undefined while it is not known.
   */
  update(done: number, left: number, ms: number): number | undefined {
    this.#early += Math.max(0, done);
    if (ms > 0) this.#learn(ms);
    const share = this.#done / (this.#done + left);
    const isReliable = this.#worked >= warmUp && (share >= leastShare || this.#worked >= long);
    const minutes = left / this.#speed / minute;
    // Without any speed it is NaN or infinite.
    return (this.#shown = isReliable && minutes <= most ? this.#settle(minutes) : undefined);
  }

  #learn(ms: number): void {
    this.#worked += ms;
    this.#done += this.#early;
    // At first the plain mean, later one that forgets.
    const weight = Math.min(1, ms / Math.min(this.#worked, Math.max(memory, this.#worked / 4)));
    this.#speed += (this.#early / ms - this.#speed) * weight;
    this.#early = 0;
  }

  /** A shorter time is shown at once; a longer one only when it is clearly longer. */
  #settle(minutes: number): number {
    const next = rounded(minutes);
    if (this.#shown === undefined || next < this.#shown || minutes > 1.25 * this.#shown + 1.5) return next;
    return this.#shown;
  }
}
