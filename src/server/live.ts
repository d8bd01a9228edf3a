/**
 * The live pages: what changes in the library and the spool is told to every page that is connected. Nothing is kept: a
 * page that was away asks afresh. A page that does not read is cut off, so no buffer grows. Without pages there are no
 * timers.
 */
import { Readable } from 'node:stream';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { PhotospoolError } from '../base/errors.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Library } from '../library/library.js';
import type { SpoolPort, SpoolStatus } from '../spool/port.js';
import type { Ask } from './ask.js';
import type { Changes } from './changes.js';
import { openPhotoFeed } from './feed.js';
import { openPulse } from './pulse.js';

/** Pages that may be connected at once. */
const mostPages = 100;
/** A page this many bytes behind is cut off. */
const mostBehind = 256 * 1024;
/** Milliseconds. */
const photosRest = 250;
const spoolRest = 500;
const heartbeat = 25_000;
const poll = 1_000;

/** The live pages of a server. */
export interface Live {
  /** A stream of server-sent events (HTML standard, 9.2). @throws PhotospoolError `busy` where too many are connected. */
  connect(): Promise<Readable>;
  /** How many pages are connected. */
  pages(): number;
  /** Ends all streams. */
  close(): void;
}

/** What the live pages are told from. */
export interface LiveParts {
  library: Library;
  catalog: Catalog;
  spool: SpoolPort;
  changes: Changes;
  ask: Ask;
  clock: Clock;
  log: Log;
  version: string;
}

/** Opens the live pages. */
export function openLive(parts: LiveParts): Live {
  const { library, catalog, spool, clock, log, ask } = parts;
  const pages = new Set<Readable>();
  let stop: (() => void) | undefined;

  function send(page: Readable, text: string): void {
    if (!pages.has(page)) return;
    if (page.readableLength > mostBehind) page.destroy();
    else page.push(text);
  }
  function tell(event: object): void {
    const text = message(event);
    for (const page of pages) send(page, text);
  }
  const warn = (error: unknown): void => log.warn({ err: error }, 'The live pages could not be told of a change.');

  /** Begins to listen, when the first page comes; returns what ends it, when the last one goes. */
  function start(): () => void {
    const ended = new AbortController();
    const feed = openPhotoFeed(library, catalog, ask);
    const photos = openPulse(
      clock,
      photosRest,
      async () => {
        const event = await feed.next();
        if (event) tell(event);
      },
      warn,
    );
    const status = openPulse(clock, spoolRest, async () => tell(spoolEvent(await spool.status())), warn);
    const unlisten = [parts.changes.on(photos.ask), spool.on(status.ask)];
    let told = library.lastChange();
    every(poll, ended.signal, () => {
      const newest = library.lastChange();
      if (newest !== told) photos.ask();
      told = newest;
    });
    every(heartbeat, ended.signal, () => {
      for (const page of pages) send(page, ': \n\n');
    });
    return () => {
      ended.abort();
      photos.close();
      status.close();
      for (const end of unlisten) end();
    };
  }

  /** Does `work` again and again, until the signal. What it throws is logged, not fatal. */
  function every(ms: number, signal: AbortSignal, work: () => void): void {
    const loop = async (): Promise<void> => {
      for (;;) {
        await clock.sleep(ms, signal);
        if (signal.aborted) return;
        try {
          work();
        } catch (error) {
          warn(error);
        }
      }
    };
    void loop();
  }

  function gone(page: Readable): void {
    pages.delete(page);
    if (pages.size > 0) return;
    stop?.();
    stop = undefined;
  }

  return {
    async connect() {
      // Counts are needed to begin; while they come into memory, others are answered.
      await ask('', 'count');
      if (pages.size >= mostPages) {
        throw new PhotospoolError('busy', 'Too many pages are open.', { hint: 'Close some of them.' });
      }
      const page = new Readable({ read: () => undefined });
      page.once('close', () => gone(page));
      pages.add(page);
      stop ??= start();
      send(page, `retry: 2000\n\n${message({ type: 'hello', version: parts.version, change: library.lastChange() })}`);
      spool.status().then((now) => send(page, message(spoolEvent(now))), warn);
      return page;
    },
    pages: () => pages.size,
    close() {
      const ending = [...pages];
      pages.clear();
      for (const page of ending) page.push(null);
      stop?.();
      stop = undefined;
    },
  };
}

const message = (event: object): string => `data: ${JSON.stringify(event)}\n\n`;

/** A status short enough to be sent often. */
function spoolEvent(status: SpoolStatus): object {
  return { type: 'spool', ...status, stuck: status.stuck.slice(0, 50), ignored: status.ignored.slice(0, 50) };
}
