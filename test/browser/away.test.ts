/**
 * Photos whose pictures have not arrived yet, in a real browser: their ThumbHash is shown with a note, a picture
 * appears as soon as it arrives, and an original on another server is fetched on request. Two real servers.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openServedHome, type ServedHome } from './home.js';
import { openMore, openStage, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

async function home(): Promise<ServedHome> {
  const opened = await openServedHome(stage.folder);
  onTestFinished(() => opened.close());
  return opened;
}

const renditionsOf = async ({ url }: ServedHome, id: string): Promise<string[]> => {
  const photo = (await (await fetch(`${url}/api/photos/${id}`)).json()) as {
    renditions: Record<string, { sha256: string } | undefined>;
  };
  return Object.values(photo.renditions).flatMap((one) => one?.sha256 ?? []);
};

test.each(['light', 'dark'] as const)(
  'a picture still to arrive is announced, and shown when it arrives: %s',
  async (colorScheme) => {
    const [near, far] = [await home(), await home()];
    writeFileSync(join(far.incoming, 'a.jpg'), stage.pictures[0]!.preview);
    await far.spool.pass();
    const { photos } = (await (await fetch(`${far.url}/api/photos`)).json()) as { photos: { id: string }[] };
    const id = photos[0]!.id;
    // The pictures are unavailable at first, as over a slow link.
    const hidden = (await renditionsOf(far, id)).map((hash) => far.rendition(hash));
    for (const path of hidden) renameSync(path, `${path}.away`);
    const { secret } = far.access.tokens.make('near', ['replicate'], { by: 'owner', who: 'owner' });
    const peer = { url: far.url, token: secret, originals: 'on-demand' };
    const headers = { 'content-type': 'application/json' };
    await fetch(`${near.url}/api/peers`, { method: 'POST', headers, body: JSON.stringify(peer) });

    const expected = /status of 404/;
    const { page, mishaps, close } = await stage.see(
      near.url,
      { viewport: { width: 390, height: 844 }, colorScheme },
      expected,
    );
    onTestFinished(close);
    const tile = page.locator(`a.tile[data-id="${id}"]`);
    await tile.waitFor();
    await expect.poll(() => tile.getAttribute('aria-label')).toContain('On its way from another server');
    expect(await tile.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBeLessThanOrEqual(32);
    const large = await stage.see(`${near.url}/photo/${id}`, { colorScheme }, expected);
    onTestFinished(large.close);
    await large.page.getByText('On its way from another server').waitFor();
    expect(await large.page.getByText('can’t be loaded').count()).toBe(0);
    const shots = process.env['SHOTS'];
    if (shots !== undefined) {
      await page.screenshot({ path: join(shots, `away-${colorScheme}.png`) });
      await large.page.screenshot({ path: join(shots, `away-photo-${colorScheme}.png`) });
    }

    for (const path of hidden) renameSync(`${path}.away`, path);
    await tile.locator('img.shown').waitFor();
    expect(await tile.getAttribute('aria-label')).not.toContain('Getting original');
    await large.page.locator('.picture[aria-hidden="false"] img.shown').first().waitFor();
    await expect.poll(() => large.page.getByText('On its way from another server').count()).toBe(0);

    // The original is fetched on request.
    await large.page.keyboard.press('i');
    await large.page.getByText('The original is on another server').waitFor();
    await openMore(large.page);
    expect(await large.page.getByRole('menuitem', { name: 'Download original' }).count()).toBe(0);
    await large.page.keyboard.press('Escape');
    await large.page.getByRole('button', { name: 'Get original' }).click();
    await expect.poll(() => large.page.getByText('The original is on another server').count()).toBe(0);
    await openMore(large.page);
    await large.page.getByRole('menuitem', { name: 'Download original' }).waitFor();
    expect([...mishaps, ...large.mishaps]).toEqual([]);
  },
  120_000,
);

test('an original that no server can deliver is announced for later', async () => {
  const [near, far] = [await home(), await home()];
  writeFileSync(join(far.incoming, 'a.jpg'), stage.pictures[1]!.preview);
  await far.spool.pass();
  near.library.insert(
    far.library.changes(0).changes.flatMap(({ id, leaves }) =>
      leaves.map(({ rev }) => {
        const { revisions, deleted, body } = far.library.revision(id, rev)!;
        return { id, revisions, deleted, body };
      }),
    ),
  );
  const [{ id }] = ((await (await fetch(`${near.url}/api/photos`)).json()) as { photos: [{ id: string }] }).photos;
  const { page, close } = await stage.see(`${near.url}/photo/${id}`, {}, /status of 404/);
  onTestFinished(close);
  await page.locator('.picture').first().waitFor();
  await page.keyboard.press('i');
  await page.getByRole('button', { name: 'Get original' }).click();
  await page.getByText('No server with the original can be reached right now.').waitFor();
});
