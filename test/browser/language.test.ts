/**
 * The page in another language (docs/translation.md): in the pseudo-locale, whose texts are a third longer, nothing
 * overflows at the narrowest width, and every text comes from the catalogue. An English page loads English alone.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { change, fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { openStage, shown, type Stage } from './stage.js';

let stage: Stage;
let home: ServedHome;
let ids: string[];
beforeAll(async () => {
  stage = await openStage();
  home = await openServedHome(stage.folder);
  ids = await fill(home, stage.pictures, 30, { minutes: 3600, tell: () => ({ facts: { tags: ['sea'] } }) });
  await change(home, { ids: ids.slice(0, 20), albums: { add: ['Summer'] } });
  await change(home, { ids: ids.slice(28), trashed: true });
});
afterAll(async () => {
  await home.close();
  await stage.close();
});

/** Each page, and a selector that is present when it is ready. */
const pages: [path: string, ready: string][] = [
  ['/', 'a.tile img.shown'],
  ['/?by=month', 'a[data-span] img'],
  ['/?q=zebra', 'main h2'],
  ['/inbox', 'main img, main h2'],
  ['/albums', '[data-list="albums"] li a'],
  ['/tags', '[data-list="tag-tiles"] a'],
  ['/cameras', 'main h1'],
  ['/places', '[aria-label*="Ṁ"]'],
  ['/duplicates', 'main h1'],
  ['/trash', 'main img'],
  ['/spool', '[data-figure="today"]'],
  ['/servers', 'main h2'],
  ['/shares', 'main h2'],
  ['/people', 'main h1'],
  ['/tokens', 'main h1'],
  ['/access', '[role="switch"]'],
  ['/audit', 'main h1'],
];

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
      if (node.parentElement?.closest('script, style, noscript, code, pre, time') === null)
        texts.push(node.textContent ?? '');
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      for (const element of document.querySelectorAll(`[${name}]`)) texts.push(element.getAttribute(name) ?? '');
    return texts.filter((text) => /\b[a-z]{2,}[ ,]+[a-z]{2,}\b/i.test(text));
  });

/** Texts that are no message: dates, which `Intl` writes in English here, and what the server says. */
const others =
  /^\s*(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)?[a-z]*,? ?(?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|Photospool)/;

test('the pseudo-locale fits at 320 px, and lacks nothing', { timeout: 180_000 }, async () => {
  const { page, mishaps, close } = await stage.see(home.url, { viewport: narrow, locale: 'en-XA' });
  onTestFinished(close);
  for (const [path, ready] of pages) {
    await page.goto(home.url + path);
    await page.locator(ready).first().waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en-XA');
    expect(await overflowing(page), path).toEqual([]);
    expect(
      (await english(page)).filter((text) => !others.test(text)),
      path,
    ).toEqual([]);
  }
  await page.goto(`${home.url}/photo/${ids[3]!}`);
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  await page.keyboard.press('i');
  await page.locator('aside fieldset input').first().waitFor();
  expect(await overflowing(page)).toEqual([]);
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
  const { page, close } = await stage.see(home.url, { locale: 'de-DE' });
  onTestFinished(close);
  const loaded: string[] = [];
  page.on('request', (request) => void loaded.push(...(/catalogue-\w+/.exec(request.url()) ?? [])));
  await page.goto(home.url);
  await shown(page);
  expect(new Set(loaded)).toEqual(new Set(['catalogue-en']));
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
  expect(await page.locator('main').innerText()).not.toMatch(/Januar|März|Dezember|\b(?:Mo|Di|Mi|Do|Fr|Sa|So)\b/);
});
