/// <reference lib="dom" />
/** Waits until the page is painted. Independent of the test runner, so that other programs can use it. */
import type { Page } from 'playwright-core';

/** Resolves when at least one thumb is visible. */
export async function shown(page: Page): Promise<void> {
  await page.waitForSelector('a.tile img.shown');
}

/** Resolves when the page is drawn in its current state, and all visible photos are loaded. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForFunction(() => document.querySelector('.ghost') === null);
}

/**
 * Resolves when the open photo is shown, and the page has loaded what its shortcuts need: the photo, and the
 * permissions. Only then the heart exists; in the trash, the button that restores it.
 */
export async function opened(page: Page): Promise<void> {
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  await page.locator('.chrome :is([aria-label="Favourite"], [aria-label="Restore"])').waitFor({ state: 'attached' });
}
