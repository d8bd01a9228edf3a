/**
 * From an edit on one server to its effect in a browser at another one, both live, on one machine. Both the connecting
 * side and the other one edit, because the paths differ: one change is fetched by a longpoll, the other is sent. The
 * effect is a photo that disappears (to the trash) and comes back. `npm run bench edit [edits] [photos]`
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { openChromium } from '../test/browser/chromium.js';
import { link, untilLive } from './pair.js';
import { median, table } from './run.js';
import { makeHome, startServer, type BenchServer } from './server.js';

/** The question of this bench. */
export const title = 'Edit to visible: from an edit on one server to a browser that looks at another';

/** The goal of the median, in ms. */
const wanted = 150;

/** Runs it. Arguments: edits each way (60), photos in the library (1,000). */
export async function run([edits = '60', photos = '1000']: string[]): Promise<void> {
  const there = await startServer(makeHome(Number(photos), 'there'));
  const here = await startServer(makeHome(0, 'here'));
  const { browser, close } = await openChromium();
  const rows: string[][] = [];
  try {
    await link(here, there);
    await untilLive(here);
    for (const [name, from, to] of [
      ['fetched: edited at the peer, seen at the one with the link', there, here],
      ['sent: edited at the one with the link, seen at the peer', here, there],
    ] as const) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      const times = await editAndLook(from, to, page, Number(edits));
      await page.close();
      rows.push(rowOf(name, times));
    }
  } finally {
    await close();
    await here.stop();
    await there.stop();
  }
  console.log(`\n${edits} edits each way, ${Number(photos).toLocaleString('en')} photos, one edit at a time\n`);
  console.log(table(['way', 'answered, ms', 'median ms', 'p95 ms', 'slowest ms', 'median below 150 ms'], rows));
}

/** Ms from the request to its response, and to the browser's page. */
interface Times {
  answered: number[];
  seen: number[];
}

async function editAndLook(from: BenchServer, to: BenchServer, page: Page, edits: number): Promise<Times> {
  await page.goto(to.url);
  const first = await page.waitForSelector('[data-id]');
  const id = (await first.getAttribute('data-id'))!;
  const times: Times = { answered: [], seen: [] };
  for (let n = 0; n < edits; n++) {
    // Not in step with anything periodic.
    await sleep(400 + ((n * 137) % 300));
    const trashed = n % 2 === 0;
    const shown = page.waitForFunction(
      ([id, gone]) => (document.querySelector(`[data-id="${String(id)}"]`) === null) === gone,
      [id, trashed],
    );
    const began = performance.now();
    const answer = await fetch(`${from.url}/api/photos/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ trashed }),
    });
    if (answer.status !== 200) throw new Error(`The edit was answered ${answer.status}: ${await answer.text()}`);
    times.answered.push(performance.now() - began);
    await shown;
    times.seen.push(performance.now() - began);
  }
  return times;
}

function rowOf(name: string, { answered, seen }: Times): string[] {
  const sorted = [...seen].sort((a, b) => a - b);
  const middle = median(seen);
  const figures = [median(answered), middle, sorted[Math.floor(sorted.length * 0.95)]!, sorted.at(-1)!];
  return [name, ...figures.map((ms) => ms.toFixed(0)), middle < wanted ? 'yes' : 'no'];
}
