/**
 * A family's server for the screenshots: the real server on a real home with imported real photos, an owner and family,
 * a share link, another server, and one unreadable file. All in temporary folders.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { APIRequestContext, Browser } from 'playwright-core';
import { openFiles } from '../../src/base/files.js';
import { placeSamples } from '../../src/ingest/samples/sample-photos.js';
import { openServedHome, type ServedHome } from '../browser/home.js';

/** The parts of the world. */
export interface World {
  home: ServedHome;
  /** The owner's session, for a browser context. */
  owner: Awaited<ReturnType<APIRequestContext['storageState']>>;
  /** The photo shown in the photo view. */
  photo: string;
  /** The month with most photos, `2024-07`. */
  month: string;
  /** The path of a share link, with its secret. */
  link: string;
  close(): Promise<void>;
}

/** Photos by other people, who are named in docs/images/README.md. Without intentionally broken ones. */
const real = fileURLToPath(new URL('../../../shared/photos/exif-samples', import.meta.url));
const unfit = /invalid|tests|orientation|xmp|tiff|corrupted|PaintTool|long_description/;
/** Photos of people who did not agree to be on a page about a program. */
const portraits = /Konica_Minolta|canon-ixus|kodak-dc210|sony-cybershot|sony-d700/;
const picture = /\.(?:jpe?g|heic|heif|webp|avif|png)$/i;

/** Albums of the real photos, by their names; with other photos there are none. */
const albums = [
  ['Animals', /^(?:Canon_40D|Kodak_CX7530|Olympus_C8080WZ|fujifilm-finepix40i|fujifilm-mx1700)/],
  ['By the sea', /^(?:Ricoh_Caplio|sanyo-vpcg250|HMD_Nokia|Panasonic)/],
  ['Flowers and leaves', /^(?:Canon_PowerShot_S40|Pentax_K10D|iphone_hdr|jolla|Fujifilm_FinePix6900)/],
] as const;

/** Puts photos into incoming: those of a folder, otherwise the real ones beside the checkout, otherwise the samples. */
async function putIn(incoming: string, folder: string | undefined): Promise<void> {
  const from = folder ?? (existsSync(real) ? real : undefined);
  if (from === undefined) {
    await placeSamples(incoming, openFiles());
    return;
  }
  const names = readdirSync(from, { recursive: true, encoding: 'utf8' }).filter((name) => picture.test(name));
  for (const name of from === real ? names.filter((one) => !unfit.test(one) && !portraits.test(one)) : names) {
    const to = join(incoming, name);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(from, name), to);
  }
}

/** Fills a home and its surroundings; the owner signs in with the set-up link, like a person. */
export async function openWorld(browser: Browser, webRoot: string, folder?: string): Promise<World> {
  const home = await openServedHome(webRoot, '/home/photos/Photospool/incoming', 'home');
  const laptop = await openServedHome(webRoot);
  await putIn(home.incoming, folder);
  const some = readdirSync(home.incoming, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('.jpg'))!;
  const bytes = readFileSync(join(home.incoming, some));
  await home.spool.pass();

  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(home.setUpLink());
  await page.getByLabel('Name').fill('Owner');
  await page.getByLabel('New password').fill('three green boats');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Account' }).waitFor();
  const ask = async (method: string, path: string, data?: object): Promise<unknown> => {
    const answer = await context.request.fetch(home.url + path, { method, ...(data && { data }) });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  };

  const { photos } = (await ask('GET', '/api/photos?limit=500')) as {
    photos: { id: string; name: string; place?: object; width: number; height: number }[];
  };
  const months = (await ask('GET', '/api/timeline')) as { month: string; count: number }[];
  const month = months.sort((a, b) => b.count - a.count)[0]!.month;
  const ids = photos.map(({ id }) => id);
  const placed = photos.filter(({ place }) => place !== undefined).map(({ id }) => id);
  const outing = placed.length > 3 ? placed : ids.slice(0, 4);
  await ask('PATCH', '/api/photos', { ids: ids.slice(5), reviewed: true });
  await ask('PATCH', '/api/photos', { ids: outing, tags: { add: ['walk', 'town'] }, albums: { add: ['A day out'] } });
  await ask('PATCH', '/api/photos', { ids: ids.filter((_, n) => n % 2 === 0), audience: 'public' });
  await ask('PATCH', '/api/photos', { ids: ids.filter((_, n) => n % 5 === 1), rating: 4 });
  for (const [album, wanted] of albums) {
    const some = photos.filter(({ name }) => wanted.test(name)).map(({ id }) => id);
    if (some.length > 0) await ask('PATCH', '/api/photos', { ids: some, albums: { add: [album] } });
  }
  await ask('POST', '/api/albums/named', {
    ...{ album: 'A day out', description: 'Through the old town, from the station up to the church.' },
    move: { ids: [outing.at(-1)!], before: outing[0]! },
  });
  const alone = photos.filter(
    ({ id, name }) => !outing.includes(id) && !albums.some(([, wanted]) => wanted.test(name)),
  );
  const trashed = alone.filter((_, n) => n % 5 === 3).map(({ id }) => id);
  if (trashed.length > 0) await ask('PATCH', '/api/photos', { ids: trashed, trashed: true });
  const photo = outing[outing.length >> 1]!;
  const words = { title: 'In the old town', description: 'Up the hill, before *lunch*.', favourite: true };
  await ask('PATCH', `/api/photos/${photo}`, words);
  await ask('POST', `/api/photos/${photo}/comments`, { text: 'We should go **again**.' });
  await ask('POST', '/api/people', { name: 'Family', role: 'family' });
  await ask('PATCH', '/api/access', { visitors: true });
  const shared = { search: 'album:="A day out"', title: 'A day out', originals: true, named: true };
  const { path } = (await ask('POST', '/api/shares', shared)) as { path: string };
  const actor = { by: 'owner', who: 'owner' };
  const { secret } = laptop.access.tokens.make('home', ['replicate'], actor);
  await ask('POST', '/api/peers', { url: laptop.url, token: secret });

  // Half a photo, as an interrupted transfer leaves it.
  writeFileSync(join(home.incoming, 'DSCN0043.jpg'), bytes.subarray(0, bytes.length / 2));
  await home.spool.pass();
  const owner = await context.storageState();
  await context.close();
  return {
    ...{ home, owner, photo, month, link: path },
    async close() {
      await home.close();
      await laptop.close();
    },
  };
}
