/**
 * The height of the bars below the toast, so that it covers no button. Elements at the bottom edge (a toolbar, the
 * upload panel) carry `data-bottom`; only those below the toast count.
 */

/** A bar touches the edge, or another bar, if the gap is at most this, px. */
const gap = 24;

/** The height above the bottom edge of the window that the stacked bars below `message` occupy, px. */
export function heightBelow(message: DOMRect, bars: readonly DOMRect[], window: number): number {
  let height = 0;
  for (const bar of [...bars].sort((a, b) => b.bottom - a.bottom)) {
    const overlaps = bar.height > 0 && bar.left < message.right && bar.right > message.left;
    if (overlaps && bar.bottom >= window - height - gap) height = Math.max(height, window - bar.top);
  }
  return height;
}

/** The interval at which bars are measured while a message is shown, because they appear, disappear and grow; ms. */
const pace = 200;

/**
 * Calls `tell` with the height below a message, at once and after each change, until the returned function is called.
 */
export function clearance(message: HTMLElement, tell: (height: number) => void): () => void {
  const measure = (): void => {
    const bars = [...document.querySelectorAll('[data-bottom]')];
    tell(
      heightBelow(
        message.getBoundingClientRect(),
        bars.map((bar) => bar.getBoundingClientRect()),
        innerHeight,
      ),
    );
  };
  measure();
  const timer = setInterval(measure, pace);
  return () => clearInterval(timer);
}
