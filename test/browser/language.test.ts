/**
 * The page in another language (docs/translation.md): in the pseudo-locale, whose texts are a third longer, nothing
 * overflows at the narrowest width, and every text comes from the catalogue. An English page loads English alone.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { furnish, type Furnished } from './every-page.js';
import { openServedHome, type ServedHome } from './home.js';
import { openStage, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
let empty: ServedHome;
let furnished: Furnished;
beforeAll(async () => {
  stage = await openStage();
  [home, empty] = [await openServedHome(stage.folder), await openServedHome(stage.folder)];
  furnished = await furnish(stage, home, empty);
});
afterAll(async () => {
  await home.close();
  await empty.close();
  await stage.close();
});

const narrow = { width: 320, height: 700 };

/** The elements that reach beyond the window, or whose text reaches beyond them, outside of what scrolls sideways. */
const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const scrolls = (element: Element | null): boolean =>
      element !== null &&
      (/auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    const found = [...document.querySelectorAll('body *')].filter((element) => {
      const { left, right, width, height } = element.getBoundingClientRect();
      if (width === 0 || height === 0 || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
        return false;
      return (right > innerWidth + 0.5 || left < -0.5) && !scrolls(element.parentElement);
    });
    const wide =
      document.documentElement.scrollWidth > innerWidth
        ? [`the page is ${document.documentElement.scrollWidth} px wide`]
        : [];
    return [...wide, ...found.map((element) => element.outerHTML.slice(0, 120))];
  });

/** Sentences and names of controls that are not in the pseudo-locale: two words without an accent. */
const english = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const texts: string[] = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (node.parentElement?.closest('script, style, noscript, code, pre, time, kbd') === null)
        texts.push(node.textContent ?? '');
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      for (const element of document.querySelectorAll(`[${name}]`)) texts.push(element.getAttribute(name) ?? '');
    return texts.filter((text) => /\b[a-z]{2,}[ ,]+[a-z]{2,}\b/i.test(text));
  });

/** Texts that are no message: dates, which `Intl` writes in English here, and what the server says. */
const others =
  /^\s*(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)?[a-z]*,? ?(?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|Photospool)|another program$|: command line$/;

/** What is wrong with the open page. */
const wrongWith = async (page: Page): Promise<string[]> => [
  ...(await overflowing(page)),
  ...(await english(page)).filter((text) => !others.test(text)),
];

test('the pseudo-locale fits at 320 px, and lacks nothing', { timeout: 180_000 }, async () => {
  for (const visited of furnished.pages) {
    const { page, mishaps, close } = await furnished.open(visited[0]!, { viewport: narrow, locale: 'en-XA' });
    onTestFinished(close);
    for (const { path, ready } of visited) {
      await page.goto(furnished.addressOf(path));
      await page.locator(ready).first().waitFor();
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('en-XA');
      await expect.poll(() => wrongWith(page), { message: path }).toEqual([]);
    }
    expect(mishaps).toEqual([]);
  }
});

test('so do dialogs', { timeout: 120_000 }, async () => {
  const { page, mishaps, close } = await furnished.open({ path: '/' }, { viewport: narrow, locale: 'en-XA' });
  onTestFinished(close);
  for (const { name, path, ready, open } of furnished.dialogs) {
    await page.goto(furnished.addressOf(path));
    await page.locator(ready).first().waitFor();
    await open(page);
    await expect.poll(() => wrongWith(page), { message: name }).toEqual([]);
  }
  expect(mishaps).toEqual([]);

  await page.goto(`${home.url}/albums`);
  await page.locator('[data-list="albums"] li a').first().waitFor();
  await page.evaluate(() => {
    const made = document.createElement('p');
    Object.assign(made.style, { width: '400px' });
    made.textContent = 'Two words';
    document.querySelector('[data-list="albums"]')!.before(made);
  });
  expect([(await overflowing(page)).length > 0, await english(page)]).toEqual([true, ['Two words']]);
});

test('an English page loads English alone', async () => {
  const { page, close } = await furnished.open({ path: '/' }, { locale: 'de-DE' });
  onTestFinished(close);
  const loaded: string[] = [];
  page.on('request', (request) => void loaded.push(...(/catalogue-\w+/.exec(request.url()) ?? [])));
  await page.goto(home.url);
  await shown(page);
  expect(new Set(loaded)).toEqual(new Set(['catalogue-en']));
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
  expect(await page.locator('main').innerText()).not.toMatch(/Januar|März|Dezember|\b(?:Mo|Di|Mi|Do|Fr|Sa|So)\b/);
});
