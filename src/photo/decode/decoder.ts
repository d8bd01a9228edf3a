/**
 * The decoder program: renders what its standard input requests, one request per line, and responds with frames on its
 * standard output. Started by decoder-pool.ts with two arguments: the number of threads and the bytes of memory it may
 * use. It ends at once when its input ends, so it never outlives its parent. Writes nothing to disk: a crash leaves
 * nothing.
 */
import { createInterface } from 'node:readline';
import sharp from 'sharp';
import { packConverted, packError, packLook, packRendered } from './decoder-protocol.js';
import type { Question } from './decoder-pool.js';
import { convert, look, render } from './render.js';

const [threads = 1, memory = Infinity] = process.argv.slice(2).map(Number);
sharp.concurrency(threads);

/** Not by `exit`, which waits for decoding threads. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

/**
 * Ends this process when it exceeds its memory, on systems that do not limit it. Decoding runs in other threads, so
 * this one has time to check.
 */
function watchMemory(): NodeJS.Timeout {
  return setInterval(() => {
    if (process.memoryUsage.rss() <= memory) return;
    process.stderr.write('out of memory\n', end);
  }, 50);
}

async function work({ path, format, to, look: looked, asIs, develop }: Question): Promise<Uint8Array[]> {
  if (looked) return packLook(await look(path));
  return to === undefined
    ? packRendered(await render(path, format, asIs === true, develop))
    : packConverted(await convert(path, format, to, develop));
}

async function answer(question: string): Promise<void> {
  const watch = watchMemory();
  try {
    const parts = await work(JSON.parse(question) as Question).catch(packError);
    for (const part of parts) process.stdout.write(part);
  } finally {
    clearInterval(watch);
  }
}

// A signal to the whole process group or unit means that the current picture should be finished.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.stdout.on('error', end);
createInterface({ input: process.stdin })
  .on('line', (question) => void answer(question))
  .on('close', end);
