/** Fingers on the screen of a page, which must be one with touch: put down, moved and lifted, one or two of them. */
import type { Page } from 'playwright-core';

/** Where a finger is, px of the window. */
export interface Finger {
  x: number;
  y: number;
}

/** A hand. */
export interface Hand {
  down(...fingers: Finger[]): Promise<void>;
  /** Where they are now. Those that are not said any more are lifted. */
  move(...fingers: Finger[]): Promise<void>;
  up(): Promise<void>;
  /** Two fingers side by side around a spot, that come to be further apart or closer. From and to in px. */
  pinch(around: Finger, from: number, to: number): Promise<void>;
}

/** What a phone is, for `Stage.see`. */
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Two fingers, so far apart. */
export const pair = ({ x, y }: Finger, apart: number): [Finger, Finger] => [
  { x: x - apart / 2, y },
  { x: x + apart / 2, y },
];

/** A hand over a page. */
export async function openHand(page: Page): Promise<Hand> {
  const session = await page.context().newCDPSession(page);
  async function send(type: 'touchStart' | 'touchMove' | 'touchEnd', fingers: Finger[]): Promise<void> {
    const touchPoints = fingers.map((finger, id) => ({ ...finger, id }));
    await session.send('Input.dispatchTouchEvent', { type, touchPoints });
  }
  const hand: Hand = {
    down: (...fingers) => send('touchStart', fingers),
    move: (...fingers) => send('touchMove', fingers),
    up: () => send('touchEnd', []),
    async pinch(around, from, to) {
      await hand.down(...pair(around, from));
      for (const share of [0.2, 0.4, 0.6, 0.8, 1]) await hand.move(...pair(around, from + (to - from) * share));
      await hand.up();
    },
  };
  return hand;
}
