/** A gaze stays within what looks like a picture. */
import { expect, it } from 'vitest';
import { ahead, boundGaze } from '../../web/src/features/viewer/sphere.js';

it('turns around without end, not beyond the poles, and zooms within limits', () => {
  expect(boundGaze(ahead)).toEqual(ahead);
  expect(boundGaze({ yaw: 190, pitch: 95, field: 5 })).toEqual({ yaw: -170, pitch: 90, field: 20 });
  expect(boundGaze({ yaw: -540, pitch: -95, field: 200 })).toEqual({ yaw: -180, pitch: -90, field: 100 });
});
