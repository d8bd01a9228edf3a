/** What a look at any page must show: no overflow, both themes, enough contrast, names for everything, nothing inline. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePhotos } from './fixture.js';
import { openStage, shown, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** Buttons, links and fields without a name, on the whole page. */
const nameless = (page: Page): Promise<string[]> =>
  page.$$eval('button, a, input', (elements) =>
    elements
      .filter((element) => !element.getAttribute('aria-label') && element.textContent.trim() === '')
      .map((element) => element.outerHTML.slice(0, 120)),
  );

/** Texts whose contrast with the page's colour is below what WCAG 2 AA asks for (4.5, or 3 for large ones). */
const faint = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const parts = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const light = (colour: string): number => {
      const [r, g, b] = parts(colour).map((v) =>
        v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    const behind = (element: Element | null): string => {
      if (!element) return getComputedStyle(document.documentElement).backgroundColor;
      const colour = getComputedStyle(element).backgroundColor;
      const alpha = parts(colour)[3] ?? 1;
      return alpha > 0.8 ? colour : behind(element.parentElement);
    };
    return [...document.querySelectorAll('h2, h3, p, span, small, b, button, code, dd')]
      .filter((element) =>
        [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim() !== ''),
      )
      .filter(
        (element) =>
          !element.closest('.hidden, .chrome, .years, .thumb, .stars') && element.getClientRects().length > 0,
      )
      .flatMap((element) => {
        const style = getComputedStyle(element);
        const [a, b] = [light(style.color), light(behind(element))].sort((x, y) => y - x) as [number, number];
        const ratio = (a + 0.05) / (b + 0.05);
        return ratio >= (parseFloat(style.fontSize) >= 20 ? 3 : 4.5)
          ? []
          : [`${element.textContent} ${ratio.toFixed(2)}`];
      });
  });

const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test.each(
  [390, 820, 1440].flatMap((width) => (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme }))),
)('at $width px, $colorScheme: nothing overflows, all is named and readable', async ({ width, colorScheme }) => {
  const photos = makePhotos(120, stage.pictures);
  Object.assign(photos[0]!, {
    title: 'A very long title '.repeat(12),
    tags: ['x'.repeat(200)],
    name: `${'n'.repeat(180)}.jpg`,
  });
  const fixture = await stage.fixture(photos);
  const { page, mishaps, close } = await stage.see(
    fixture.url,
    { viewport: { width, height: 844 }, colorScheme },
    /status of 400/,
  );
  await shown(page);
  fixture.spool({
    incoming: 1200,
    stuck: [{ name: 's'.repeat(200), claim: 'c', reason: 'r'.repeat(300), code: 'io', attempts: 1 }],
  });
  await page.locator('button.notice').click();
  const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  expect(background).toBe(colorScheme === 'dark' ? 'rgb(17, 17, 17)' : 'rgb(255, 255, 255)');
  const check = async (what: string): Promise<void> => {
    expect(await overflow(page), what).toBe(0);
    expect(await nameless(page), what).toEqual([]);
    expect(await faint(page), what).toEqual([]);
  };
  await check('timeline');
  await page.goto(`${fixture.url}/photo/${photos[0]!.id}`);
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  await page.keyboard.press('i');
  await page.waitForSelector('aside .title');
  await check('photo');
  await page.goto(`${fixture.url}/?q=no+such+thing`);
  await page.waitForSelector('text=No photos found');
  await check('nothing');
  await page.goto(`${fixture.url}/?q=lense:x`);
  await page.waitForSelector('text=That search can’t be read');
  await check('wrong');
  expect(mishaps).toEqual([]);
  await close();
});

test('the page has nothing inline, and its first view is small', async () => {
  const fixture = await stage.fixture();
  const html = await (await fetch(fixture.url)).text();
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/i);
  expect(html).toContain('<meta name="robots" content="noindex" />');
  const scripts = [...html.matchAll(/src="(\/assets\/[^"]+\.js)"/g)].map((match) => match[1]!);
  expect(scripts.length).toBeGreaterThan(0);
  let bytes = 0;
  for (const path of scripts) bytes += (await (await fetch(`${fixture.url}${path}.gz`)).arrayBuffer()).byteLength;
  expect(bytes).toBeLessThan(60 * 1024);
});
