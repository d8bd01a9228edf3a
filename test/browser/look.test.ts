/**
 * What must hold for the appearance of every page: no overflow, both themes, enough contrast, accessible names for
 * everything, nothing inline.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPerson } from './door.js';
import { type Fixture, makePhotos } from './fixture.js';
import { signIn } from './people.js';
import { shiftOf, watchShift } from './shift.js';
import { opened, openStage, shown, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const height = 844;
const widths = [390, 820, 1440];
const pages = { light: 'rgb(255, 255, 255)', dark: 'rgb(17, 17, 17)' };

/** What is wrong with the look of a page; and its background, by which the theme is known. */
interface Look {
  background: string;
  /** By how many pixels the page is wider than its window. */
  overflow: number;
  /** Buttons, links and fields without an accessible name. */
  nameless: string[];
  /** Texts whose contrast with the background is below WCAG 2 AA (4.5, or 3 for large text). */
  faint: string[];
}

/** Looks at the whole page, in one go: the size of a window and the theme change often here. */
const lookAt = (page: Page): Promise<Look> =>
  page.evaluate(() => {
    const root = document.documentElement;
    const parts = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const lights = new Map<string, number>();
    const light = (colour: string): number => {
      let found = lights.get(colour);
      if (found === undefined) {
        const [r, g, b] = parts(colour).map((v) =>
          v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
        );
        lights.set(colour, (found = 0.2126 * r! + 0.7152 * g! + 0.0722 * b!));
      }
      return found;
    };
    const grounds = new Map<Element, string>();
    const behind = (element: Element | null): string => {
      if (!element) return getComputedStyle(root).backgroundColor;
      let ground = grounds.get(element);
      if (ground === undefined) {
        const colour = getComputedStyle(element).backgroundColor;
        ground = (parts(colour)[3] ?? 1) > 0.8 ? colour : behind(element.parentElement);
        grounds.set(element, ground);
      }
      return ground;
    };
    const nameless = [...document.querySelectorAll('button, a, input, textarea')].filter(
      (element) =>
        !element.getAttribute('aria-label') &&
        element.textContent.trim() === '' &&
        (!('labels' in element) || (element.labels as NodeList | null)?.length === 0) &&
        !element.closest('[aria-hidden="true"]'),
    );
    const texts = [
      ...document.querySelectorAll('h1, h2, h3, p, span, small, b, a, bdi, label, legend, time, button, code, dd'),
    ].filter(
      (element) =>
        [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim() !== '') &&
        !element.closest('.hidden, .chrome, .years, .thumb, .stars, :disabled, [inert]') &&
        element.getClientRects().length > 0,
    );
    return {
      background: getComputedStyle(root).backgroundColor,
      overflow: root.scrollWidth - root.clientWidth,
      nameless: nameless.map((element) => element.outerHTML.slice(0, 120)),
      faint: texts.flatMap((element) => {
        const style = getComputedStyle(element);
        const [a, b] = [light(style.color), light(behind(element))].sort((x, y) => y - x) as [number, number];
        const ratio = (a + 0.05) / (b + 0.05);
        return ratio >= (parseFloat(style.fontSize) >= 20 ? 3 : 4.5)
          ? []
          : [`${element.textContent} ${ratio.toFixed(2)}`];
      }),
    };
  });

/** Checks the current page at some widths and in both themes; restores the width. */
async function check(page: Page, what: string, at = widths): Promise<void> {
  const before = page.viewportSize()!;
  // The width at which the page is comes first, the last theme stays for the next width: both change as rarely as possible.
  const themes: (keyof typeof pages)[] = ['light', 'dark'];
  for (const width of [...at].sort((a, b) => Number(b === before.width) - Number(a === before.width))) {
    if (page.viewportSize()!.width !== width) await page.setViewportSize({ width, height });
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme });
      await expect
        .poll(() => lookAt(page), { message: `${what}, ${width} px, ${colorScheme}` })
        .toEqual({ background: pages[colorScheme], overflow: 0, nameless: [], faint: [] });
    }
    themes.reverse();
  }
  if (page.viewportSize()!.width !== before.width) await page.setViewportSize(before);
}

test('nothing overflows, everything is named and legible', async () => {
  const photos = makePhotos(120, stage.pictures);
  Object.assign(photos[0]!, {
    title: 'A very long title '.repeat(12),
    tags: ['x'.repeat(200)],
    name: `${'n'.repeat(180)}.jpg`,
  });
  const fixture = await stage.fixture(photos);
  const { page, mishaps, close } = await stage.see(fixture.url, { viewport: { width: 390, height } }, /status of 400/);
  await shown(page);
  fixture.spool({
    incoming: 1200,
    stuck: [{ name: 's'.repeat(200), claim: 'c', reason: 'r'.repeat(300), code: 'io', attempts: 1 }],
  });
  await page.getByRole('button', { name: /^More/ }).click();
  await check(page, 'more', [390]);
  await page.getByRole('link', { name: 'Activity' }).click();
  await page.waitForSelector('h1:text("Activity")');
  await check(page, 'activity', [390]);
  await page.goto(fixture.url);
  await shown(page);
  await page.setViewportSize({ width: 1440, height });
  await page.getByRole('button', { name: /^Activity/ }).click();
  await check(page, 'timeline', [820, 1000, 1440]);
  await page.setViewportSize({ width: 390, height });
  await page.goto(`${fixture.url}/photo/${photos[0]!.id}`);
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  await page.keyboard.press('i');
  await page.waitForSelector('aside .title');
  await check(page, 'photo');
  await page.goto(`${fixture.url}/?q=no+such+thing`);
  await page.waitForSelector('text=No photos found');
  await check(page, 'nothing');
  await page.goto(`${fixture.url}/?q=lense:x`);
  await page.waitForSelector('text=Check your search');
  await check(page, 'wrong');
  expect(mishaps).toEqual([]);
  await close();
});

/** Adds people, tokens and comments of a typical family; the owner can sign in. */
function furnish({ door, comments, photos }: Fixture): void {
  const password = 'three green boats';
  const at = '2026-01-01T10:00:00.000Z';
  const owner = addPerson(door, 'Owner', 'owner', password);
  const family = addPerson(door, 'Family', 'family', password);
  family.secondFactor = true;
  addPerson(door, 'Somebody with a long name who was invited', 'family');
  owner.keys.push({ id: 'k', name: 'A phone', created: at, site: 'localhost', credential: '' });
  door.tokens.push({ name: 'phone', may: ['upload', 'read'], created: at, lastUsed: at, by: 'Owner' });
  const photo = photos[0]!.id;
  for (const { id, name } of [owner, family])
    comments.all.push({ photo, id, text: 'A *good* day', by: { id, name }, added: at, edited: true });
}

/** Dialogs and panels of a page, opened one after another. */
const pagesBeside: [path: string, ready: string, ...open: string[]][] = [
  ['people', '[data-list="people"] li', 'Invite a family member', 'Edit Family', 'Remove person'],
  ['me', '[data-list="sessions"] li', 'Add passkey', 'Change password', 'Remove passkey: A phone'],
  ['tokens', '[data-list="tokens"] li', 'Create a token', 'Revoke token: phone'],
  ['access', '[role="switch"]'],
  ['audit', '[data-list="audit"] li'],
  ['health', '[data-list="findings"] li'],
  ['settings', '[data-list="sections"] li'],
  ['explore', '[data-list="explore"] li'],
  ['spool', '[data-figure="today"]'],
  ['albums', '[data-list="albums"] li a'],
  ['cameras', 'h1'],
  ['trash', 'text=The trash is empty'],
];

// Every page in both themes.
test.each([
  [390, []],
  [1440, [820]],
])('the pages beside the album, opened at %i px', { timeout: 120_000 }, async (width, more) => {
  const fixture = await stage.fixture(makePhotos(20, stage.pictures));
  furnish(fixture);
  const look = (what: string, at = [width, ...more]): Promise<void> => check(page, what, at);
  const viewport = { width, height };
  const { page, mishaps, close } = await stage.see(fixture.url, { viewport }, /status of 401/);
  await watchShift(page);
  await page.waitForSelector('h1:text("Sign in")');
  await look('door');
  await signIn(page, 'Owner', 'three green boats');
  await shown(page);
  await page.getByRole('button', { name: width < 600 ? /^More/ : 'Account' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await look('menu', [width]);
  for (const [path, ready, ...open] of pagesBeside) {
    await page.goto(`${fixture.url}/${path}`);
    await page.locator(ready).first().waitFor();
    await look(path, [width]);
    expect(await shiftOf(page), path).toBeLessThan(0.01);
    if (more.length > 0) await look(path, more);
    for (const name of open) {
      await page.getByRole('button', { name, exact: true }).click();
      await look(`${path}: ${name}`);
    }
  }
  await page.goto(`${fixture.url}/photo/${fixture.photos[0]!.id}`);
  await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
  await page.keyboard.press('i');
  await page.waitForSelector('[data-list="comments"] li:nth-child(2)');
  await look('comments');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).last().click();
  await look('a comment that is changed');
  expect(mishaps).toEqual([]);
  await close();
});

test('selecting, editing and the inbox', { timeout: 120_000 }, async () => {
  const photos = makePhotos(60, stage.pictures);
  Object.assign(photos[0]!, { title: 'A title', description: 'Some *words*', tags: ['x'.repeat(200), 'beach'] });
  const fixture = await stage.fixture(photos);
  const { page, mishaps, close } = await stage.see(fixture.url, { viewport: { width: 390, height } });
  await shown(page);
  await page.keyboard.press('?');
  await page.waitForSelector('dialog');
  await check(page, 'keys');
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  await page.focus(`a[data-id="${photos[0]!.id}"]`);
  await page.keyboard.press('x');
  await page.waitForSelector('.choose');
  await check(page, 'bar');
  for (const key of ['t', 'a', 'c', 'd', 'p']) {
    await page.keyboard.press(key);
    await page.waitForSelector('.sheet');
    await check(page, `panel ${key}`);
    while ((await page.locator('.sheet').count()) > 0) await page.keyboard.press('Escape');
  }
  await page.keyboard.press('4');
  await page.waitForSelector('.toast button:text("Undo")');
  await check(page, 'message');
  await page.goto(`${fixture.url}/photo/${photos[0]!.id}`);
  await opened(page);
  // Editors of facts are loaded on request; other fields are there before.
  const field = page.locator('aside :is(form, .field, .change) input').first();
  for (const key of ['e', 't', 'd', 'p']) {
    await page.keyboard.press(key);
    await field.waitFor();
    await check(page, `changing ${key}`);
    await field.press('Escape');
    await field.waitFor({ state: 'detached' });
  }
  await page.goto(`${fixture.url}/inbox`);
  await page.waitForSelector('h2:text("All caught up")');
  await check(page, 'inbox');
  expect(mishaps).toEqual([]);
  await close();
});

test('the page has nothing inline, and its first view is small', async () => {
  const fixture = await stage.fixture();
  const html = await (await fetch(fixture.url)).text();
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/i);
  expect(html).toContain('<meta name="robots" content="noindex" />');
  // Also those that the others import, which the page lists as preloads.
  const scripts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((match) => match[1]!);
  expect(scripts.length).toBeGreaterThan(0);
  let bytes = 0;
  for (const path of scripts) {
    const packed = await fetch(`${fixture.url}${path}.gz`);
    // Small files have no packed copy.
    const sent = packed.ok ? packed : await fetch(fixture.url + path);
    expect(sent.ok, path).toBe(true);
    bytes += (await sent.arrayBuffer()).byteLength;
  }
  expect(bytes).toBeLessThan(72 * 1024);
});
