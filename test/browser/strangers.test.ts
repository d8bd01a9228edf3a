/**
 * Names given by others, through the real server and its pages: tags, albums, cameras, places, the inbox, a history,
 * share links and their pages, uploads, the spool, downloads. All of them stay text: nothing runs, changes the
 * direction of text around it, or breaks a page.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { fill } from './fill.js';
import { openServedHome, type ServedHome } from './home.js';
import { expectWhole, names } from './hostile.js';
import { openMore, openStage, shown, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** The longest names that the server accepts from people. */
const short = names.map((name) => name.slice(0, 180));

/**
 * Gives a home photos, albums, comments and links with these names; returns the photos and the addresses of the links.
 */
async function furnish(home: ServedHome): Promise<{ ids: string[]; links: string[] }> {
  const tell = (n: number) => {
    const name = names[n]!;
    return {
      name,
      facts: {
        ...{ tags: [name, 'common'], camera: { make: name, model: name }, lens: name, title: name, description: name },
        place: { city: name, region: name, country: 'XX' },
      },
    };
  };
  const ids = await fill(home, stage.pictures, names.length, { originals: names.length, tell });
  const ask = async (method: string, path: string, body: object): Promise<{ path: string }> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(home.url + path, { method, headers, body: JSON.stringify(body) });
    expect(answer.status, `${method} ${path} ${JSON.stringify(body).slice(0, 80)}`).toBeLessThan(300);
    return (await answer.json()) as { path: string };
  };
  const links: string[] = [];
  for (const [n, name] of short.entries()) {
    const again = { title: `${name}.`, albums: { add: [name] }, tags: { add: [`${name}.`] } };
    await ask('PATCH', '/api/photos', { ids: [ids[n]], ...again });
    await ask('PATCH', '/api/photos', { ids: [ids[n]], title: name });
    await ask('POST', `/api/photos/${ids[n]}/comments`, { text: names[n] === name ? name : `${name} *x*` });
    links.push((await ask('POST', '/api/shares', { search: 'tag:common', title: name, details: true })).path);
  }
  await ask('PATCH', '/api/photos', { ids: [ids[0]], trashed: true });
  return { ids, links };
}

// Every page.
test.each([390, 1440])('names by others break no page at %i px', { timeout: 120_000 }, async (width) => {
  const home = await openServedHome(stage.folder);
  onTestFinished(() => home.close());
  const { ids, links } = await furnish(home);
  const broken = stage.pictures[0]!.preview.subarray(0, 2000);
  for (const name of short) {
    if (!name.includes('\0'))
      writeFileSync(join(home.incoming, `${name}.jpg`), Buffer.concat([broken, Buffer.from(name)]));
  }
  await home.spool.pass();
  const { page, mishaps, close } = await stage.see(home.url, { viewport: { width, height: 844 } });
  onTestFinished(close);
  await shown(page);
  await expectWhole(page, 'timeline');

  for (const [path, ready] of [
    ['tags', '[data-list="tag-tiles"] a'],
    ['albums', '[data-list="albums"] li a'],
    ['cameras', '[data-list="cameras"] li'],
    ['trash', 'a.tile img.shown'],
    ['shares', `[data-list="shares"] li:nth-child(${names.length})`],
    ['spool', '[data-list="stuck"] li:nth-child(3)'],
    ['inbox', 'main img'],
    [`?q=${encodeURIComponent(`tag:="${names[4]}"`)}`, 'a.tile img.shown'],
    [`?q=${encodeURIComponent(`"${names[4]}" nothing`)}`, 'text=No photos found'],
  ] as const) {
    await page.goto(`${home.url}/${path}`);
    await page.locator(ready).first().waitFor();
    await expectWhole(page, path);
  }
  await page.goto(`${home.url}/tags`);
  await page.getByRole('button', { name: 'List' }).click();
  await page.locator('[data-list="tags"] li button').first().click();
  await page.getByRole('textbox', { name: 'New name' }).waitFor();
  await expectWhole(page, 'a tag that is renamed');

  for (const id of ids.slice(1)) {
    await page.goto(`${home.url}/photo/${id}`);
    await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
    await page.keyboard.press('i');
    await page.locator('[data-part="history"] summary').click();
    await page.locator('[data-list="history"] li').nth(3).waitFor();
    await page.locator('[data-list="comments"] li').waitFor();
    await expectWhole(page, 'history');
    const download = page.waitForEvent('download');
    await openMore(page);
    await page.getByRole('menuitem', { name: 'Download original' }).click();
    expect((await download).suggestedFilename()).not.toMatch(/[\u0000-\u001f\u202a-\u202e\u2066-\u2069/\\<>]/);
  }

  for (const link of links) {
    await page.goto(home.url + link);
    await shown(page);
    await expectWhole(page, 'a link');
    await page.locator('a.tile').first().click();
    await page.waitForSelector('.picture[aria-hidden="false"] img.shown');
    await expectWhole(page, 'a photo of a link');
  }
  expect(mishaps).toEqual([]);
});

test.each([390, 1440])(
  'names of uploads are shown as text in the upload list and in the spool, at %i px',
  async (width) => {
    const home = await openServedHome(stage.folder);
    onTestFinished(() => home.close());
    const { page, mishaps, close } = await stage.see(home.url, { viewport: { width, height: 844 } });
    onTestFinished(close);
    const files = short.map((name) => ({
      name: `${name}.jpg`,
      mimeType: 'image/jpeg',
      buffer: Buffer.concat([stage.pictures[1]!.thumb, Buffer.from(name)]),
    }));
    await page.locator('input[data-add="files"]').setInputFiles(files);
    const panel = page.locator('[data-uploads]');
    await panel.waitFor();
    if (width < 600) await panel.getByRole('button', { name: 'Show files' }).click();
    await expect.poll(() => panel.locator('li').count()).toBe(names.length);
    await expect.poll(() => panel.locator('li[data-state="sending"], li[data-state="waiting"]').count()).toBe(0);
    await expectWhole(page, 'uploads');
    await home.spool.pass();
    await page.goto(`${home.url}/spool`);
    await page.waitForSelector('[data-figure="today"]');
    await expectWhole(page, 'spool');
    expect(mishaps).toEqual([]);
  },
);
