/** The first steps in a real browser: the ways to add photos, then the account, then the family; each until it is done. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { breaches } from './axe.js';
import { fill } from './fill.js';
import { openServedHome } from './home.js';
import { openStage, type Seen, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const step = ({ page }: Seen) => page.getByRole('region', { name: 'Next steps' });

test(
  'an empty library shows the ways to add photos, then come the account and the family, until they are done',
  { timeout: 120_000 },
  async () => {
    const home = await openServedHome(stage.folder);
    onTestFinished(() => home.close());
    const newcomer = await stage.see(home.url, {}, undefined, true);
    onTestFinished(newcomer.close);
    const { page } = newcomer;
    const ways = page.locator('[data-list="ways"] h3');
    await expect
      .poll(() => ways.allInnerTexts())
      .toEqual(['From this computer', 'From a phone', 'From a folder', 'From Google or Apple']);
    await page.getByText(home.incoming).waitFor();
    await page.getByText('Phones can’t reach this server yet').waitFor();
    await page.getByRole('link', { name: 'Create account' }).click();
    await page.getByRole('heading', { name: 'Create your account first' }).waitFor();
    await page.goBack();
    await ways.first().waitFor();
    expect(await step(newcomer).count()).toBe(0);

    await fill(home, stage.pictures, 3);
    await page.locator('a.tile').first().waitFor();
    await step(newcomer).getByText('Create your account').waitFor();
    // It takes its own space above the photos.
    const [below, above] = [await page.locator('section h2').first().boundingBox(), await step(newcomer).boundingBox()];
    expect(above!.y + above!.height).toBeLessThanOrEqual(below!.y);
    await step(newcomer).getByRole('link', { name: 'Create account' }).click();
    await page.getByText('photospool users add NAME').waitFor();
    await page.goBack();

    await page.goto(home.setUpLink());
    await page.getByLabel('Name').fill('Owner');
    await page.getByLabel('New password').fill('three green boats');
    await page.keyboard.press('Enter');
    await step(newcomer).getByText('Invite your family').waitFor();
    await step(newcomer).getByRole('link', { name: 'Invite family' }).click();
    await page.getByRole('button', { name: 'Invite a family member' }).click();
    await page.getByLabel('Name').fill('Anna');
    await page.getByRole('button', { name: 'Create invitation' }).click();
    const link = await page.locator('.secret code').innerText();
    await page.goto(home.url);
    await page.locator('a.tile').first().waitFor();
    await expect.poll(() => step(newcomer).count()).toBe(0);

    // Who is invited, has no such steps.
    expect((await (await page.request.get(`${home.url}/api/session`)).json()) as object).not.toHaveProperty('alone');

    // Anna begins with photos of her own.
    const invited = await stage.see(link, {}, undefined, true);
    onTestFinished(invited.close);
    await invited.page.getByLabel('New password').fill('a boat on the hill');
    await invited.page.keyboard.press('Enter');
    await invited.page.getByText('Your photos are private until you share them.').waitFor();
    expect(await invited.page.locator('[data-list="ways"] h3').allInnerTexts()).toEqual([
      'From this computer',
      'From a phone',
    ]);
    expect(await breaches(invited.page)).toEqual([]);
    const [chooser] = await Promise.all([
      invited.page.waitForEvent('filechooser'),
      invited.page.getByRole('button', { name: 'Add photos' }).click(),
    ]);
    const buffer = Buffer.from(stage.pictures[3]!.preview);
    await chooser.setFiles([{ name: 'hill.jpg', mimeType: 'image/jpeg', buffer }]);
    await expect.poll(() => invited.page.locator('[data-uploads] li[data-state="done"]').count()).toBe(1);
    await home.spool.pass();
    await expect.poll(() => invited.page.locator('a.tile').count()).toBe(1);
    expect(await breaches(invited.page)).toEqual([]);
    expect([...newcomer.mishaps, ...invited.mishaps]).toEqual([]);
  },
);

test(
  'a dismissed step stays away; a server that is joined to another one says where photos come from',
  { timeout: 120_000 },
  async () => {
    const fixture = await stage.fixture();
    fixture.mesh({ guests: [{ name: 'attic', publish: false, connected: true }] });
    const joined = await stage.see(fixture.url, {}, undefined, true);
    onTestFinished(joined.close);
    await joined.page.getByText('This server is connected to attic.').waitFor();
    const home = await openServedHome(stage.folder);
    onTestFinished(() => home.close());
    await fill(home, stage.pictures, 1);
    const newcomer = await stage.see(home.url, {}, undefined, true);
    onTestFinished(newcomer.close);
    const { page } = newcomer;
    await step(newcomer).getByRole('button', { name: 'Dismiss: Create your account' }).click();
    await expect.poll(() => step(newcomer).count()).toBe(0);
    await page.reload();
    await page.locator('a.tile').first().waitFor();
    expect(await step(newcomer).count()).toBe(0);
    expect([...joined.mishaps, ...newcomer.mishaps]).toEqual([]);
  },
);
