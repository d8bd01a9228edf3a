/// <reference lib="dom" />
/** Hostile names, and their effects on a page that treats them as more than text. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** 10,000 characters, many of them stacked. */
export const long = `${'W'.repeat(5000)} ${'\u0e4d'.repeat(200)} ${'x '.repeat(2300)}`;

/** Long, reversed, with control characters, and with markup. */
export const names = [
  long,
  '\u202Egpj.exe',
  '\u2067\u05d0\u05d1 (a)',
  'a\u0007\u001b[31mb\u0000',
  '<img src=x onerror=alert(1)>',
];

/** Fails if a page is wider than its window, or a text reverses its surroundings or is taller than permitted. */
export async function expectWhole(page: Page, what: string): Promise<void> {
  const found = await page.evaluate(() => ({
    aside: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    tallest: Math.max(0, ...[...document.querySelectorAll('bdi')].map((one) => one.getBoundingClientRect().height)),
    turned: [...document.querySelectorAll('bdi')].filter((one) =>
      /[\u0000-\u0008\u000b-\u001f\u202d\u202e]/.test(one.textContent),
    ).length,
    markup: document.querySelectorAll('[onerror], img[src="x"]').length,
  }));
  expect(found, what).toMatchObject({ aside: 0, turned: 0, markup: 0 });
  expect(found.tallest, what).toBeLessThan(420);
}
