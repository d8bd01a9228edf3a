/// <reference lib="dom" />
/** Waits for what the page is about to paint. Without the runner of the tests, so that other programs can use it. */
import type { Page } from 'playwright-core';

/** Resolves when at least one thumb is shown. */
export async function shown(page: Page): Promise<void> {
  await page.waitForSelector('a.tile img.shown');
}

/** Resolves when the page has drawn what it is told so far, and no photo on the screen is still to come. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForFunction(() => document.querySelector('.ghost') === null);
}

/**
 * Resolves when the photo that is open is shown, and the page knows all that its keys need: the photo, and what whoever looks
 * may do. Only then is its heart there.
 */
export async function opened(page: Page): Promise<void> {
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  await page.locator('.chrome [aria-label="Favourite"]').waitFor({ state: 'attached' });
}
