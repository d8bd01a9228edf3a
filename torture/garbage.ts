/**
 * Broken and hostile files among intact ones, through a real home: nothing crashes or hangs, memory is bounded, every
 * file is stored, or waits with its reason.
 */
import type { Subject } from './subject.js';
import { tryGarbage } from './garbage/trial.js';

/** At scale 1: 2,400 randomly broken photos, every hostile file, 200 intact ones. */
export const subject: Subject = {
  title: 'Broken and hostile files among sound ones',
  run: ({ seed, scale, say }) =>
    tryGarbage({
      seed,
      say,
      corrupted: Math.ceil(2400 * scale),
      good: Math.ceil(200 * scale),
      heavy: scale >= 0.5,
    }),
};
