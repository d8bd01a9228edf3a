/** Checks an open page by rules, at several widths and in both themes, and takes pictures for visual checks. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { breachesIn } from './axe.js';
import { inBothThemes } from './stage.js';

/** The folder for pictures; without it there are none. */
const shots = process.env['SHOTS'];

/**
 * Fails if axe finds something or the page is wider than the window, at one of `widths` (px). Restores the page
 * afterwards.
 */
export async function lookAtPage(page: Page, name: string, widths: readonly number[]): Promise<void> {
  const before = page.viewportSize()!;
  for (const width of widths) {
    await page.setViewportSize({ ...before, width });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, `${name}, ${width} px`).toBe(0);
    await inBothThemes(page, async (theme) => {
      // Again while something fades in or out.
      await expect.poll(() => breachesIn(page, theme), { message: `${name}, ${width} px, ${theme}` }).toEqual([]);
      if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}-${width}-${theme}.png`) });
    });
  }
  await page.setViewportSize(before);
}
