/**
 * The size of photos in the timeline: from a few large ones to an overview of years. Changed by key, wheel with
 * Control, or pinch; stored in this browser.
 */

/** Row heights relative to the default, from large to small. */
const levels = [1.6, 1, 0.62, 0.38] as const;
/** Their names, in the same order. */
export const sizes = ['large', 'normal', 'small', 'tiny'] as const;
const usual = 1;
const kept = 'photospool.rows';
/** The change of distance between two fingers that counts as a pinch. */
const pinched = 1.3;
/** Wheel movement per level; px. */
const turn = 100;

/** The level of this page. */
class Level {
  #at = $state(read());

  /** The row height relative to the default. */
  get factor(): number {
    return levels[this.#at]!;
  }

  /** The name of the level. */
  get size(): (typeof sizes)[number] {
    return sizes[this.#at]!;
  }

  set size(size: (typeof sizes)[number]) {
    this.#set(sizes.indexOf(size));
  }

  /** Larger (1) or smaller (-1); false if there is no such level. */
  step(by: 1 | -1): boolean {
    const next = this.#at - by;
    if (levels[next] === undefined) return false;
    this.#set(next);
    return true;
  }

  #set(next: number): void {
    this.#at = next;
    try {
      localStorage.setItem(kept, `${next}`);
    } catch {
      // Without storage the browser starts with the default again.
    }
  }
}

function read(): number {
  try {
    const found = Number(localStorage.getItem(kept) ?? usual);
    return levels[found] === undefined ? usual : found;
  } catch {
    return usual;
  }
}

export const level = new Level();

/** Watches wheel and touches on the timeline, until the returned function is called; `step` zooms in (1) or out. */
export function watchLevel(element: HTMLElement, step: (by: 1 | -1) => void): () => void {
  let wheel = 0;
  let apart: number | undefined;

  const onwheel = (event: WheelEvent): void => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    wheel += event.deltaY;
    if (Math.abs(wheel) < turn) return;
    step(wheel < 0 ? 1 : -1);
    wheel = 0;
  };

  const distance = ([a, b]: TouchList): number | undefined =>
    a && b && Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);

  // Measured from touchstart: a busy page gets the first moves together with later ones.
  const onstart = ({ touches }: TouchEvent): void => {
    apart = distance(touches);
  };

  const onmove = (event: TouchEvent): void => {
    const now = distance(event.touches);
    if (now === undefined) return;
    event.preventDefault();
    apart ??= now;
    const grown = now / apart;
    if (grown < pinched && grown > 1 / pinched) return;
    step(grown > 1 ? 1 : -1);
    apart = now;
  };

  const onend = (): void => {
    apart = undefined;
  };

  element.addEventListener('wheel', onwheel, { passive: false });
  element.addEventListener('touchstart', onstart, { passive: true });
  element.addEventListener('touchmove', onmove, { passive: false });
  element.addEventListener('touchend', onend);
  element.addEventListener('touchcancel', onend);
  return () => {
    element.removeEventListener('wheel', onwheel);
    element.removeEventListener('touchstart', onstart);
    element.removeEventListener('touchmove', onmove);
    element.removeEventListener('touchend', onend);
    element.removeEventListener('touchcancel', onend);
  };
}
