/**
 * First contact with an existing library: an empty server is connected to one with many photos. Measures when the first
 * of them are in its album, how long the album takes to respond meanwhile, its reported progress, and that a kill in
 * between costs no more than the last seconds. Documents only. `npm run bench contact [photos]`
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { link, linksOf } from './pair.js';
import { median, table } from './run.js';
import { makeHome, startServer, type BenchServer } from './server.js';

/** The question of this bench. */
export const title = 'First contact: an empty server meets a library that is there already';

/** Ms between checks. */
const look = 250;

/** Runs it. Arguments: photos (100,000). */
export async function run([photos = '100000']: string[]): Promise<void> {
  const there = await startServer(makeHome(Number(photos), 'there'));
  // Photos in the trash are not in the album.
  const count = await photosOf(there);
  let here = await startServer(makeHome(0, 'here'));
  const began = performance.now();
  const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(1)} s`;
  const rows: string[][] = [];
  try {
    await link(here, there);
    const first = await untilPhotos(here, 1);
    rows.push(['the first photos are in the album', `${seconds()}: ${first.photos}, ${first.pending ?? '?'} to go`]);
    const half = await untilPhotos(here, count / 2);
    rows.push(['half of them', seconds()]);
    const { home } = here;
    await here.kill();
    here = await startServer(home);
    const kept = await photosOf(here);
    rows.push(['killed there and started again', `${seconds()}: ${kept} are there`]);
    const rest = await untilPhotos(here, count);
    rows.push(['all of them', seconds()]);
    const sent = (await linksOf(here))[0]!.pull.sent;
    rows.push(['sent after the kill', `${sent} of ${photos}`]);
    const times = [...half.times, ...rest.times].sort((a, b) => a - b);
    rows.push(['newest 100 photos meanwhile, median', `${median(times).toFixed(0)} ms`]);
    rows.push(['the slowest of twenty', `${times[Math.floor(times.length * 0.95)]!.toFixed(0)} ms`]);
    if (kept + sent > Number(photos) + 10_000 || kept < first.photos) throw new Error('It began anew after the kill.');
  } finally {
    await here.stop();
    await there.stop();
  }
  console.log(`\n${Number(photos).toLocaleString('en')} photos, two servers on one machine\n`);
  console.log(table(['', ''], rows));
}

const photosOf = async ({ url }: BenchServer): Promise<number> =>
  ((await (await fetch(`${url}/api/home`)).json()) as { photos: number }).photos;

/** Waits until so many photos are in the album; returns the response times meanwhile, in ms. */
async function untilPhotos(
  server: BenchServer,
  wanted: number,
): Promise<{ photos: number; pending?: number; times: number[] }> {
  const times: number[] = [];
  for (;;) {
    const began = performance.now();
    const page = await fetch(`${server.url}/api/photos?limit=100`);
    await page.json();
    times.push(performance.now() - began);
    const [photos, links] = [await photosOf(server), await linksOf(server)];
    const pending = links[0]?.pull.pending;
    if (photos >= wanted) return { photos, times, ...(pending !== undefined && { pending }) };
    await sleep(wanted === 1 ? 20 : look);
  }
}
