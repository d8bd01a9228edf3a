/**
 * Events from the server (server-sent events). The browser reconnects after a loss; every connection begins with the
 * number of the newest change, and a number other than the last one seen means missed events.
 */
import { base, whenKept, type SpoolStatus } from './api.js';
import { arrived } from '../features/viewer/pending-renditions.svelte.js';
import { waiting } from './edits/waiting-edits.svelte.js';
import { session } from './session.svelte.js';

type Message =
  | { type: 'hello'; change: number }
  | { type: 'photos'; months: string[]; change: number }
  | { type: 'comments'; photo: string }
  | { type: 'peers' }
  | { type: 'pictures'; ids: string[] }
  | ({ type: 'spool' } & SpoolStatus);

/** Called with the changed months; undefined if they are unknown because events were missed. */
export type Listener = (months: string[] | undefined) => void;

/** Called with the photo whose comments changed. */
export type Hearer = (photo: string) => void;

/** How long a lost connection is not reported, in ms: a restarting server is back by then. */
const patience = 2500;
/**
 * After this time in the background, ms, the connection is closed: browsers allow six per server, for all pages
 * together.
 */
const unseen = 20_000;
/** After a loss that the browser considers final, the page reconnects itself at this interval in ms. */
const again = 3000;

/** The connection to the server's events. */
export class Live {
  /** The last state of the spool; undefined for viewers who do not get it. */
  spool: SpoolStatus | undefined = $state.raw();
  /** True after some time without a connection. */
  lost = $state(false);
  /** The time since when the server can't be reached, ms since 1970; while it is `lost`. */
  since: number | undefined = $state();
  /** The number of connections made. */
  connections = $state(0);
  /** The number of reported changes of connections to other servers. */
  links = $state(0);

  #source: EventSource | undefined;
  #change: number | undefined;
  #hidden: ReturnType<typeof setTimeout> | undefined;
  /** Whether the page shows answers that were kept on this device. */
  #outdated = false;
  #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #listeners = new Set<Listener>();
  readonly #hearers = new Set<Hearer>();

  /** Calls `listener` for every change of photos, until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `hearer` for every change of a photo's comments, until the returned function is called. */
  hear(hearer: Hearer): () => void {
    this.#hearers.add(hearer);
    return () => this.#hearers.delete(hearer);
  }

  /** Connects, and reconnects until `close`. A page that is long in the background closes its connection. */
  open(): void {
    document.addEventListener('visibilitychange', this.#rest);
    addEventListener('pagehide', this.#note);
    whenKept((since) => {
      // A single request failed, and the connection is still there.
      if (this.#source?.readyState === EventSource.OPEN) return this.#later(again, () => this.#tell(undefined));
      this.#outdated = true;
      this.#lose(since);
    });
    waiting.whenChanged(() => this.#tell(undefined));
    this.#connect();
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.#rest);
    removeEventListener('pagehide', this.#note);
    whenKept(() => undefined);
    clearTimeout(this.#hidden);
    this.#disconnect();
  }

  /** Tells the service worker that the server was reached until now: the page shows since when it is offline. */
  readonly #note = (): void => {
    if (this.#source?.readyState === EventSource.OPEN)
      (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker?.controller?.postMessage('connected');
  };

  readonly #rest = (): void => {
    clearTimeout(this.#hidden);
    if (document.hidden) this.#hidden = setTimeout(() => this.#disconnect(), unseen);
    else if (!this.#source) this.#connect();
  };

  #connect(): void {
    const source = new EventSource(`${base}/api/events`);
    this.#source = source;
    source.onmessage = (event: MessageEvent<string>) => this.#take(JSON.parse(event.data) as Message);
    source.onopen = () => {
      this.#found();
      this.connections++;
    };
    source.onerror = () => this.#miss(source);
  }

  #disconnect(): void {
    this.#source?.close();
    this.#source = undefined;
    this.#found();
  }

  #found(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.lost = false;
    this.since = undefined;
  }

  #lose(since: number): void {
    this.lost = true;
    this.since ??= since;
  }

  #miss(source: EventSource): void {
    const now = Date.now();
    if (this.#timers.size === 0) this.#later(patience, () => this.#lose(now));
    if (source.readyState !== EventSource.CLOSED) return;
    // The browser does not report the reason. It may be that the session has ended.
    void session.load();
    this.#later(again, () => {
      if (this.#source === source) this.#connect();
    });
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  #take(message: Message): void {
    if (message.type === 'spool') {
      this.spool = message;
      return;
    }
    if (message.type === 'peers') {
      this.links++;
      return;
    }
    if (message.type === 'pictures') {
      arrived(message.ids);
      return;
    }
    if (message.type === 'hello') arrived(undefined);
    if (message.type === 'comments') {
      for (const hearer of this.#hearers) hearer(message.photo);
      return;
    }
    const missed = message.type === 'hello' && this.#change !== undefined && this.#change !== message.change;
    if (message.type === 'photos') this.#tell(message.months);
    else if (missed || this.#outdated) this.#tell(undefined);
    this.#outdated = false;
    this.#change = message.change;
  }

  #tell(months: string[] | undefined): void {
    for (const listener of this.#listeners) listener(months);
  }
}
