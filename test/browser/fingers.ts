/** Touches on a page with touch support: one or two fingers are put down, moved and lifted. */
import type { Page } from 'playwright-core';

/** The position of a finger, px in the window. */
export interface Finger {
  x: number;
  y: number;
}

/** A hand. */
export interface Hand {
  down(...fingers: Finger[]): Promise<void>;
  /** Moves the fingers to these positions. Missing ones are lifted. */
  move(...fingers: Finger[]): Promise<void>;
  up(): Promise<void>;
  /** A pinch of two fingers around a point, from one distance to another, in px. */
  pinch(around: Finger, from: number, to: number): Promise<void>;
}

/** The options of a phone, for `Stage.see`. */
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Two fingers at a distance. */
export const pair = ({ x, y }: Finger, apart: number): [Finger, Finger] => [
  { x: x - apart / 2, y },
  { x: x + apart / 2, y },
];

/** Touches on a page. */
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
