/** How slideshows run in this browser: the time for each photo, and the order. */

/** The offered times, s. */
export const speeds = [3, 5, 10] as const;
/** The offered orders: as in the timeline, against it, and random. */
export const orders = ['forward', 'backward', 'random'] as const;

/** How a slideshow runs: the time for each photo in s, and the order. */
export interface SlideshowSettings {
  seconds: (typeof speeds)[number];
  order: (typeof orders)[number];
}

const kept = 'photospool-slideshow';

/** The settings that were used last. */
export function readSettings(): SlideshowSettings {
  let stored: Partial<SlideshowSettings> = {};
  try {
    stored = (JSON.parse(localStorage.getItem(kept) ?? '{}') ?? {}) as Partial<SlideshowSettings>;
  } catch {
    // No storage in a private window, or data that another version stored.
  }
  return {
    seconds: speeds.find((one) => one === stored.seconds) ?? 5,
    order: orders.find((one) => one === stored.order) ?? 'forward',
  };
}

/** Remembers the settings. */
export function keepSettings(settings: SlideshowSettings): void {
  try {
    localStorage.setItem(kept, JSON.stringify(settings));
  } catch {
    // No storage in a private window: they last as long as the slideshow.
  }
}
