/**
 * The height of the bars below the toast, so that it covers no button. Elements at the bottom edge (a toolbar, the
 * upload panel) carry `data-bottom`; only those below the toast count.
 */

/** A bar lies at the edge, or on another bar, when no more than this is between them, px. */
const gap = 24;

/** The height above the window's bottom edge that the bars below `message`, one upon the other, take, px. */
export function heightBelow(message: DOMRect, bars: readonly DOMRect[], window: number): number {
  let height = 0;
  for (const bar of [...bars].sort((a, b) => b.bottom - a.bottom)) {
    const overlaps = bar.height > 0 && bar.left < message.right && bar.right > message.left;
    if (overlaps && bar.bottom >= window - height - gap) height = Math.max(height, window - bar.top);
  }
  return height;
}

/** How often the bars are measured again while a message is shown: they come, go and grow, ms. */
const pace = 200;

/** Tells the height below a message, at once and whenever it changed, until it is called off. */
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
