/** `photospool process`: one pass over the spool. With a server running on that home, the server makes the pass. */
import { resolve } from 'node:path';
import type { Config } from '../../base/config.js';
import { PhotospoolError } from '../../base/errors.js';
import { openLog } from '../../base/log.js';
import type { PassSummary } from '../../spool/port.js';
import type { Processor } from '../../spool/processor.js';
import { systemClock as clock } from '../../base/clock.js';
import { openHome } from '../home.js';
import { counted, exit, openProgress, print, printJson, say } from '../output.js';
import { askServer, findServer, openSpool } from '../spool.js';
import { addVerb, configOf, type Flags, type Verb } from '../verb.js';

/** The verb `process`. */
export const processVerb: Verb = (program, run) => {
  addVerb(program, 'process', 'makes one pass over the spool, waiting for files that are not yet still')
    .argument('[INCOMING]', 'where photos come in, instead of the configured folder')
    .argument('[WORK]', 'where they are worked on')
    .argument('[DONE]', 'the archive')
    .action((incoming: string | undefined, work: string | undefined, done: string | undefined, flags: Flags) =>
      run(() => onePass(withFolders(flags, incoming, work, done))),
    );
};

function withFolders(flags: Flags, incoming?: string, work?: string, done?: string): Flags {
  if (incoming === undefined) return flags;
  if (work === undefined || done === undefined) {
    throw new PhotospoolError('usage', 'process takes no folder or three.', { hint: 'Name INCOMING, WORK and DONE.' });
  }
  return { ...flags, incoming: resolve(incoming), work: resolve(work), done: resolve(done) };
}

async function onePass(flags: Flags): Promise<number> {
  const config = configOf(flags);
  const summary = await passBy(config);
  if (flags.json) {
    const { stuckItems: _named, ...numbers } = summary;
    printJson(numbers);
  } else print(describe(summary));
  for (const { name, reason } of summary.stuckItems) say(`stuck: ${name}: ${reason}`);
  return summary.stuck > 0 ? exit.stuck : exit.done;
}

/** A pass by the server that holds this spool, else by this process, which waits for another that does. */
async function passBy(config: Config): Promise<PassSummary> {
  const log = openLog(config.level === 'info' ? 'error' : config.level);
  for (;;) {
    const server = await findServer(config);
    if (server) return askServer<PassSummary>(server, 'POST', '/api/spool/process');
    const home = await openHome(config, log);
    try {
      const spool = await openSpool(home, log);
      const stop = endBySignal(spool);
      try {
        return await withProgress(spool);
      } finally {
        stop();
        await spool.close();
      }
    } catch (error) {
      if (!(error instanceof PhotospoolError) || error.code !== 'locked' || error.path !== config.work) throw error;
      await clock.sleep(500);
    } finally {
      await home.close();
    }
  }
}

/** SIGTERM and SIGINT let the items in hand end. Returns what takes the handlers away. */
export function endBySignal(spool: Processor): () => void {
  const end = (): void => void spool.close();
  const signals = ['SIGTERM', 'SIGINT'] as const;
  for (const signal of signals) process.once(signal, end);
  return () => {
    for (const signal of signals) process.off(signal, end);
  };
}

/** A pass with a progress line on a terminal. */
export async function withProgress(spool: Processor): Promise<PassSummary> {
  const progress = openProgress();
  let [stored, duplicates] = [0, 0];
  const off = spool.on((event) => {
    if (event.type === 'stored') stored++;
    if (event.type === 'duplicate') duplicates++;
    const now = event.type === 'item' ? `, ${event.step} ${event.name}` : '';
    progress.show(`${counted(stored, 'photo')} stored, ${counted(duplicates, 'duplicate')}${now}`);
  });
  try {
    return await spool.pass();
  } finally {
    off();
    progress.end();
  }
}

/** The summary of a pass, for people. */
export function describe({ stored, duplicates, stuck, ignored, seconds }: PassSummary): string {
  const parts = [`${counted(stored, 'photo')} stored`];
  if (duplicates > 0) parts.push(counted(duplicates, 'duplicate'));
  if (stuck > 0) parts.push(`${stuck} stuck`);
  if (ignored > 0) parts.push(`${ignored} left alone`);
  return `${parts.join(', ')} in ${seconds.toFixed(1)} s`;
}
