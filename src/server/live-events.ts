/**
 * The live pages: sends changes of the library and the spool to every connected page, filtered for each viewer. Stores
 * nothing: a page that reconnects requests the current state. A page that does not read is disconnected, so no buffer
 * grows. A page whose viewer has changed (signed out, revoked, another role) is disconnected within a second. Without
 * pages there are no timers.
 */
import { Readable } from 'node:stream';
import { addressGroups } from '../access/address-prefix.js';
import { actions, countedAs, may, seesArrivals, seesComments, type Viewer } from '../access/permissions.js';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { PhotospoolError } from '../base/errors.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Library } from '../library/library.js';
import type { Sees, SpoolPort, SpoolStatus } from '../spool/spool-interface.js';
import { statusFor } from '../spool/spool-view.js';
import { openNoticed, type Noticed } from './unseen-stuck-files.js';
import type { Ask } from '../album/query-catalog.js';
import type { Changes } from '../library/change-signal.js';
import { siteShare } from './http/rate-limit.js';
import { openPhotoFeed, type PhotoFeed } from '../album/photo-changes.js';
import type { Subscribe } from '../base/async/listeners.js';
import { openCoalescer } from '../base/async/coalesce.js';
import { sightOf } from '../album/visibility.js';

/**
 * The maximum number of connected pages: of owners, of family and programs, and of visitors, separately, so that none
 * of these groups can exhaust the connections of another; and per person, token or visitor's address (a /48: five times
 * as many).
 */
const [mostPages, mostOfOne] = [100, 20];
/** A page with this many unread bytes is disconnected. */
const mostBehind = 256 * 1024;
/** Milliseconds. */
const photosRest = 250;
const spoolRest = 500;
const linksRest = 1_000;
const picturesRest = 500;
/** The maximum number of pictures per event. */
const mostPictures = 500;
const heartbeat = 25_000;
const poll = 1_000;

/** The live pages of a server. */
export interface Live {
  /**
   * A stream of server-sent events (HTML standard, 9.2). `viewerNow` is called repeatedly for the current viewer;
   * `address` is the client address of a visitor.
   * @throws PhotospoolError `busy` if too many pages are connected.
   */
  connect(viewer: Viewer, viewerNow: () => Viewer | undefined, address?: string): Promise<Readable>;
  /** The number of connected pages. */
  pages(): number;
  /** Ends all streams. */
  close(): void;
}

/** The dependencies of the live pages. */
export interface LiveParts {
  library: Library;
  catalog: Catalog;
  spool: SpoolPort;
  changes: Changes;
  /** Signals a change in the state of a connection to a peer. */
  mesh: { on: Subscribe };
  /** Signals the arrival of a picture from another server. */
  exchange: { onArrival: Subscribe<[photo: string, sha256: string]> };
  ask: Ask;
  clock: Clock;
  log: Log;
  version: string;
}

/** The viewers who see the same photos, and their shared feed. */
interface Circle {
  name: string;
  feed: PhotoFeed;
}

/** The viewer of a connected page. */
interface Listener {
  circle: Circle;
  spool: boolean;
  comments: boolean;
  /** Its permissions when it connected (`rightsOf`): they determine the actions on the page. */
  rights: string;
  /** The groups it counts towards: the shared limit, then its own. */
  counted: readonly [string, ...string[]];
  viewerNow: () => Viewer | undefined;
}

/** The permissions of a viewer, as a key. */
const rightsOf = (viewer: Viewer): string => actions.filter((action) => may(viewer, action)).join();

const circleName = (viewer: Viewer): string => JSON.stringify(sightOf(viewer));

/** Opens the live pages. */
export function openLive(parts: LiveParts): Live {
  const { library, spool, clock, ask } = parts;
  const noticed = openNoticed(library, clock);
  let stop: (() => void) | undefined;
  const end = (): void => {
    stop?.();
    stop = undefined;
  };
  const connected = openPages(parts, end);
  const { pages, send, join } = connected;
  const { warn, start } = openTelling(parts, noticed, connected);

  return {
    async connect(viewer, viewerNow, address = '') {
      // The first event needs the counts; other requests are answered while they are loaded.
      await ask('', 'count');
      const { page, listener } = join(viewer, viewerNow, address);
      stop ??= start();
      const change = listener.circle.feed.change();
      send(page, `retry: 2000\n\n${message({ type: 'hello', version: parts.version, change })}`);
      if (listener.spool) spool.status().then((now) => send(page, spoolMessage(spool, now, noticed, viewer)), warn);
      return page;
    },
    pages: () => pages.size,
    close() {
      const ending = [...pages.keys()];
      pages.clear();
      for (const page of ending) page.push(null);
      end();
    },
  };
}

/** The connected pages, and sending events to them. `emptied` is called when the last page disconnects. */
type Pages = ReturnType<typeof openPages>;

function openPages(parts: LiveParts, emptied: () => void) {
  const pages = new Map<Readable, Listener>();
  const circles = (): Set<Circle> => new Set([...pages.values()].map(({ circle }) => circle));

  function send(page: Readable, text: string): void {
    if (!pages.has(page)) return;
    if (page.readableLength > mostBehind) page.destroy();
    else page.push(text);
  }

  function tell(event: object, hears: (listener: Listener) => boolean): void {
    const text = message(event);
    for (const [page, listener] of pages) if (hears(listener)) send(page, text);
  }

  function gone(page: Readable): void {
    pages.delete(page);
    if (pages.size > 0) return;
    emptied();
  }

  /**
   * Disconnects pages whose viewer has changed; returns the circles of the others. Called before each change is sent:
   * the page of a link that follows its album to another search must not be notified that its photos are gone.
   */
  function endOthers(): Set<Circle> {
    for (const [page, { circle, rights, viewerNow }] of pages) {
      const now = viewerNow();
      if (now && may(now, 'see') && circleName(now) === circle.name && rightsOf(now) === rights) continue;
      page.push(null);
      gone(page);
    }
    return circles();
  }

  /** The circle of a viewer; creates it if necessary. */
  function circleOf(viewer: Viewer): Circle {
    const name = circleName(viewer);
    const there = [...circles()].find((circle) => circle.name === name);
    return there ?? { name, feed: openPhotoFeed(parts, viewer) };
  }

  function join(
    viewer: Viewer,
    viewerNow: () => Viewer | undefined,
    address: string,
  ): { page: Readable; listener: Listener } {
    const counted = placesTaken(viewer, address);
    const isFull = (group: string, n: number): boolean =>
      [...pages.values()].filter((other) => other.counted.includes(group)).length >= placesOf[n]!;
    if (counted.some(isFull)) {
      throw new PhotospoolError('busy', 'Too many browser tabs are open.', { hint: 'Close some of them.' });
    }
    const [spool, comments] = [may(viewer, 'spool'), seesComments(viewer)];
    const rights = rightsOf(viewer);
    const listener = { circle: circleOf(viewer), spool, comments, rights, counted, viewerNow };
    const page = new Readable({ read: () => undefined });
    page.once('close', () => gone(page));
    pages.set(page, listener);
    return { page, listener };
  }
  return { pages, circles, send, tell, endOthers, join };
}

/** Listens for changes and sends them to the pages. */
function openTelling(parts: LiveParts, noticed: Noticed, { pages, circles, send, tell, endOthers }: Pages) {
  const { library, spool, clock, log } = parts;

  const warn = (error: unknown): void => log.warn({ err: error }, 'Open pages could not be notified of a change.');

  /** Repeats `work` until the signal aborts. Its errors are logged, and not fatal. */
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

  /** Starts listening for the first page; returns the function that stops it after the last one. */
  function start(): () => void {
    const ended = new AbortController();
    const tellPhotos = async (): Promise<void> => {
      for (const circle of endOthers()) {
        const { photos, comments } = await circle.feed.next();
        if (photos) tell(photos, (listener) => listener.circle === circle);
        for (const photo of comments)
          tell({ type: 'comments', photo }, (listener) => listener.circle === circle && listener.comments);
      }
    };
    const tellSpool = async (): Promise<void> => {
      const status = await spool.status();
      for (const [page, listener] of pages)
        if (listener.spool) send(page, spoolMessage(spool, status, noticed, listener.viewerNow()));
    };
    const photos = openCoalescer(clock, photosRest, tellPhotos, warn);
    const status = openCoalescer(clock, spoolRest, tellSpool, warn);
    const tellLinks = (): Promise<void> => Promise.resolve(tell({ type: 'peers' }, (listener) => listener.spool));
    const links = openCoalescer(clock, linksRest, tellLinks, warn);
    const came = new Set<string>();
    const tellPictures = (): Promise<void> => {
      const some = [...came].slice(0, mostPictures);
      for (const id of some) came.delete(id);
      for (const circle of circles()) {
        const ids = circle.feed.mayTell(some);
        if (ids.length > 0) tell({ type: 'pictures', ids }, (listener) => listener.circle === circle);
      }
      if (came.size > 0) pictures.ask();
      return Promise.resolve();
    };
    const pictures = openCoalescer(clock, picturesRest, tellPictures, warn);
    const arrived = (photo: string): void => {
      came.add(photo);
      pictures.ask();
    };
    const unlisten = [parts.changes.on(photos.ask), spool.on(status.ask), parts.mesh.on(links.ask)];
    unlisten.push(parts.exchange.onArrival(arrived));
    let told = library.lastChange();
    every(poll, ended.signal, () => {
      endOthers();
      const newest = library.lastChange();
      if (newest !== told) photos.ask();
      told = newest;
    });
    every(heartbeat, ended.signal, () => {
      for (const page of pages.keys()) send(page, ': \n\n');
    });
    return () => {
      ended.abort();
      photos.close();
      status.close();
      links.close();
      pictures.close();
      for (const end of unlisten) end();
    };
  }
  return { warn, start };
}

/** The limits of the groups that a page counts towards. */
const placesOf = [mostPages, mostOfOne, mostOfOne * siteShare];

/** The groups that a page counts towards: its kind; then its person or token, or its address prefixes. */
function placesTaken(viewer: Viewer, address: string): [string, ...string[]] {
  const outside = viewer.role === 'visitor' || viewer.role === 'link';
  if (outside) return ['outside', ...addressGroups(address)];
  return viewer.role === 'owner' ? ['owner'] : ['inside', countedAs(viewer)];
}

const message = (event: object): string => `data: ${JSON.stringify(event)}\n\n`;

/** The spool's status for a viewer, shortened because it is sent often. */
function spoolMessage(
  { processed }: Pick<SpoolPort, 'processed'>,
  all: SpoolStatus,
  { news }: Noticed,
  viewer: Viewer | undefined,
): string {
  const sees: Sees = (holder) => seesArrivals(viewer, holder);
  const status = statusFor(all, sees);
  return message({
    type: 'spool',
    ...status,
    processed: processed(sees),
    news: news(statusFor(all)),
    stuck: status.stuck.slice(0, 50),
    ignored: status.ignored.slice(0, 50),
  });
}
