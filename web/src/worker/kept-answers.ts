/**
 * The photos that a person saw last, kept on this device for when the server can't be reached (docs/offline.md): the
 * timeline, its newest photos and pictures. One cache, named after the person; only answers to that person's session go
 * into it, and only of photos that the timeline shows. Work is done in order, one answer at a time. A kill between two
 * steps leaves complete answers; the next start reads those that exist.
 */
import type { Segment, Tile } from '../../../src/api/answer-types.js';

/** The header with the person that an answer is for (src/server/http/person-header.ts). */
const personHeader = 'photospool-person';
/** The header of kept answers: the time of the last contact with the server, ms since 1970. */
const keptHeader = 'photospool-kept';

const prefix = 'person-';
const sessionPath = '/api/session';
const segmentsPath = '/api/timeline/segments';
const tilesPath = '/api/tiles';
/** The entry with the time of the last contact. */
const contactPath = '/kept/contact';
/** How often that time is written, ms. */
const contactEvery = 30_000;
/**
 * The delay after a change of the timeline before answers that it no longer contains are removed, ms: its new tiles
 * arrive in the meantime.
 */
const grace = 3000;
/** Kept answers are dropped this long after the last contact, ms. */
const longest = 30 * 86_400_000;

/** How many answers of a kind are kept, and the bytes of the largest. */
const limits = {
  tiles: { most: 60, bytes: 1024 * 1024 },
  photo: { most: 300, bytes: 256 * 1024 },
  thumb: { most: 1000, bytes: 512 * 1024 },
  preview: { most: 150, bytes: 2 * 1024 * 1024 },
  session: { most: 1, bytes: 64 * 1024 },
  segments: { most: 1, bytes: 4 * 1024 * 1024 },
} as const;
type Kind = keyof typeof limits;

/** The kind of a GET that may be kept, and its photo; undefined for all others. */
export function kindOf(url: URL): { kind: Kind; id?: string } | undefined {
  const { pathname, searchParams } = url;
  if (pathname === sessionPath) return { kind: 'session' };
  if (pathname === segmentsPath && !searchParams.has('q')) return { kind: 'segments' };
  if (pathname === tilesPath && !searchParams.has('q')) return { kind: 'tiles' };
  const [, photo] = /^\/api\/photos\/([0-9a-f]{64})$/.exec(pathname) ?? [];
  if (photo !== undefined) return { kind: 'photo', id: photo };
  const [, id, rendition] = /^\/media\/([0-9a-f]{64})\/(thumb|preview)$/.exec(pathname) ?? [];
  return id === undefined ? undefined : { kind: rendition as 'thumb' | 'preview', id };
}

/** Positions in the timeline, newest first; 0 is the newest. */
export interface Span {
  from: number;
  to: number;
  /** The hashes of its segments. */
  hashes: string;
}

/** Photos of the timeline. */
export interface Run extends Pick<Span, 'from' | 'to'> {
  tiles: readonly Tile[];
}

/** The positions of a request for tiles in a timeline; undefined if it is not of this timeline. */
export function spanOf(url: URL, segments: readonly Segment[]): Span | undefined {
  const cursor = url.searchParams.get('cursor') ?? segments[0]?.cursor;
  const limit = Number(url.searchParams.get('limit'));
  let from = 0;
  for (const [at, segment] of segments.entries()) {
    if (segment.cursor === cursor) {
      for (let to = from, end = at; end < segments.length; end++) {
        to += segments[end]!.count;
        if (to - from !== limit) continue;
        const hashes = segments.slice(at, end + 1).map(({ hash }) => hash);
        return { from, to, hashes: hashes.join() };
      }
      return undefined;
    }
    from += segment.count;
  }
  return undefined;
}

/** The tiles between two positions, put together from runs; undefined if some are missing. */
export function assemble(runs: readonly Run[], from: number, to: number): Tile[] | undefined {
  const found: Tile[] = [];
  for (let at = from; at < to;) {
    const run = runs.find((one) => one.from <= at && at < one.to);
    if (!run) return undefined;
    const end = Math.min(to, run.to);
    found.push(...run.tiles.slice(at - run.from, end - run.from));
    at = end;
  }
  return found;
}

/** The cache of one person, with an index in memory. */
class PersonCache {
  readonly person: string;
  readonly #cache: Cache;
  #segments: Segment[] = [];
  readonly #runs = new Map<string, Run & Span>();
  /** The photos and pictures, the least recently seen first. */
  readonly #entries = new Map<string, { kind: 'photo' | 'thumb' | 'preview'; id: string }>();
  #contact = 0;

  private constructor(person: string, cache: Cache) {
    this.person = person;
    this.#cache = cache;
  }

  /** Opens it, and reads its contents. */
  static async open(person: string): Promise<PersonCache> {
    const opened = new PersonCache(person, await caches.open(prefix + person));
    await opened.#read();
    return opened;
  }

  get contact(): number {
    return this.#contact;
  }

  async #read(): Promise<void> {
    const contact = await (await this.#cache.match(contactPath))?.text();
    if (contact === undefined) await this.touch();
    else this.#contact = Number(contact);
    const lists: URL[] = [];
    for (const { url } of await this.#cache.keys()) {
      const where = new URL(url);
      const { kind, id } = kindOf(where) ?? {};
      if (kind === 'tiles') lists.push(where);
      else if (kind === 'segments') this.#segments = await this.#json(url, []);
      else if (id !== undefined) this.#entries.set(url, { kind: kind as 'photo', id });
    }
    for (const where of lists) {
      const span = spanOf(where, this.#segments);
      const { tiles } = await this.#json<{ tiles: Tile[] }>(where.href, { tiles: [] });
      if (span && tiles.length === span.to - span.from) this.#runs.set(where.href, { ...span, tiles });
      else await this.#cache.delete(where.href);
    }
    await this.dropUnlisted();
  }

  async #json<T>(url: string, otherwise: T): Promise<T> {
    const kept = await this.#cache.match(url);
    return kept ? ((await kept.json()) as T) : otherwise;
  }

  /** The server answered. */
  async touch(now = Date.now()): Promise<void> {
    if (now - this.#contact < contactEvery) return;
    this.#contact = now;
    await this.#cache.put(contactPath, new Response(`${now}`));
  }

  /** Whether an answer is to be kept: its photo is in the timeline, and it is not here yet. */
  wants(url: string, kind: Kind, id: string | undefined): boolean {
    if (id === undefined) return true;
    if (!this.#lists(id)) return false;
    const known = this.#entries.get(url);
    if (!known) return true;
    this.#entries.delete(url);
    this.#entries.set(url, known);
    return kind === 'photo';
  }

  #lists(id: string): boolean {
    for (const { tiles } of this.#runs.values()) if (tiles.some((tile) => tile.id === id)) return true;
    return false;
  }

  /** Stores an answer, and removes answers that it makes invalid or that exceed the limits. */
  async put(url: string, kind: Kind, id: string | undefined, response: Response): Promise<void> {
    const bytes = await response.arrayBuffer();
    if (bytes.byteLength > limits[kind].bytes) return;
    const store = (): Promise<void> =>
      this.#cache.put(
        url,
        new Response(bytes, { headers: { 'content-type': response.headers.get('content-type') ?? '' } }),
      );
    if (id !== undefined) {
      await store();
      this.#entries.set(url, { kind: kind as 'photo', id });
      return this.#bound(kind as 'photo');
    }
    const text = new TextDecoder().decode(bytes);
    if (kind === 'segments') {
      // A timeline with another number of photos per segment replaces this one.
      for (const { url: old } of await this.#cache.keys())
        if (old !== url && kindOf(new URL(old))?.kind === 'segments') await this.#cache.delete(old);
      this.#segments = JSON.parse(text) as Segment[];
      // First, so that a kill leaves no tiles beside a timeline that lacks them.
      await this.#align();
      return store();
    }
    if (kind !== 'tiles') return store();
    const span = spanOf(new URL(url), this.#segments);
    const { tiles } = JSON.parse(text) as { tiles: Tile[] };
    if (span?.to !== (span?.from ?? 0) + tiles.length) return;
    for (const [old, { from, to }] of this.#runs)
      if (from < span.to && span.from < to && old !== url) await this.#removeRun(old);
    await store();
    this.#runs.delete(url);
    this.#runs.set(url, { ...span, tiles });
    while (this.#runs.size > limits.tiles.most) await this.#removeRun([...this.#runs.keys()][0]!);
  }

  async #removeRun(url: string): Promise<void> {
    this.#runs.delete(url);
    await this.#cache.delete(url);
  }

  /** Removes the tiles that are no longer in this timeline, even if others have replaced them. */
  async #align(): Promise<void> {
    for (const [url, run] of [...this.#runs]) {
      const span = spanOf(new URL(url), this.#segments);
      if (span?.hashes === run.hashes) this.#runs.set(url, { ...run, ...span });
      else await this.#removeRun(url);
    }
  }

  /** Removes everything of photos that are in no kept tiles; until then it is not shown (`find`). */
  async dropUnlisted(): Promise<void> {
    const listed = new Set([...this.#runs.values()].flatMap(({ tiles }) => tiles.map(({ id }) => id)));
    for (const [url, { id }] of [...this.#entries]) if (!listed.has(id)) await this.#remove(url);
  }

  async #bound(kind: 'photo' | 'thumb' | 'preview'): Promise<void> {
    const same = [...this.#entries].filter(([, entry]) => entry.kind === kind);
    for (const [url] of same.slice(0, Math.max(0, same.length - limits[kind].most))) await this.#remove(url);
  }

  async #remove(url: string): Promise<void> {
    this.#entries.delete(url);
    await this.#cache.delete(url);
  }

  /** Removes everything of a photo that the person can no longer see. */
  async drop(id: string): Promise<void> {
    for (const [url, entry] of [...this.#entries]) if (entry.id === id) await this.#remove(url);
  }

  /** The kept answer to a request; undefined if there is none. */
  async find(url: URL, kind: Kind, id: string | undefined): Promise<Response | undefined> {
    if (id !== undefined && !this.#lists(id)) return undefined;
    const headers = { [keptHeader]: `${this.#contact}` };
    const span = kind === 'tiles' ? spanOf(url, this.#segments) : undefined;
    const tiles = span && assemble([...this.#runs.values()], span.from, span.to);
    if (tiles) return Response.json({ tiles, next: null }, { headers });
    const kept = await this.#cache.match(url.href);
    const type = kept?.headers.get('content-type') ?? '';
    return kept && new Response(kept.body, { headers: { ...headers, 'content-type': type } });
  }
}

/** The answers kept on this device, for at most one person. */
export class KeptAnswers {
  #now: PersonCache | undefined;
  #line: Promise<unknown> = Promise.resolve();
  #dropping = false;

  constructor() {
    void this.#do(() => this.#start());
  }

  /** Runs `work` after everything before it. Without storage nothing is kept. */
  #do<T>(work: () => Promise<T>): Promise<T | undefined> {
    const next = this.#line.then(work).catch(() => undefined);
    this.#line = next;
    return next;
  }

  async #start(): Promise<void> {
    const names = (await caches.keys()).filter((name) => name.startsWith(prefix));
    // More than one: killed while one person followed another.
    if (names.length !== 1) return this.#become(undefined);
    this.#now = await PersonCache.open(names[0]!.slice(prefix.length));
    if (Date.now() - this.#now.contact > longest) await this.#become(undefined);
  }

  async #become(person: string | undefined): Promise<void> {
    if (person !== undefined && person === this.#now?.person) return;
    this.#now = undefined;
    for (const name of await caches.keys()) if (name.startsWith(prefix)) await caches.delete(name);
    if (person !== undefined) this.#now = await PersonCache.open(person);
  }

  #dropLater(): void {
    if (this.#dropping) return;
    this.#dropping = true;
    setTimeout(() => {
      this.#dropping = false;
      void this.#do(async () => this.#now?.dropUnlisted());
    }, grace);
  }

  /** An answer to a person arrived before that of the session: it may be older than their signing out. */
  async #askWho(): Promise<void> {
    const session = await fetch(sessionPath);
    if (session.ok) await this.#become(session.headers.get(personHeader) ?? undefined);
  }

  /** The person has signed out. */
  forget(): Promise<unknown> {
    return this.#do(() => this.#become(undefined));
  }

  /** The page is connected to the server. */
  touch(): Promise<unknown> {
    return this.#do(async () => this.#now?.touch());
  }

  /** Takes an answer of the server; `response` is read only if it is kept. */
  see(url: URL, response: Response): Promise<unknown> {
    const { kind, id } = kindOf(url) ?? {};
    if (kind === undefined) return Promise.resolve();
    const copy = response.clone();
    return this.#do(async () => {
      const person = response.headers.get(personHeader) ?? undefined;
      if (kind === 'session' && response.ok) await this.#become(person);
      else if (!this.#now && person !== undefined) await this.#askWho();
      const now = this.#now;
      if (!now) return;
      if (id !== undefined && (response.status === 403 || response.status === 404)) await now.drop(id);
      const isTheirs = response.status === 200 && person === now.person;
      if (isTheirs) await now.touch();
      if (isTheirs && isSmall(response, kind) && now.wants(url.href, kind, id)) await now.put(url.href, kind, id, copy);
      if (isTheirs && (kind === 'segments' || kind === 'tiles')) this.#dropLater();
    }).finally(() => void (copy.bodyUsed || copy.body?.cancel()));
  }

  /** The kept answer to a request; undefined if there is none. */
  find(url: URL): Promise<Response | undefined> {
    const { kind, id } = kindOf(url) ?? {};
    return this.#do(async () => (kind === undefined ? undefined : this.#now?.find(url, kind, id)));
  }
}

const isSmall = ({ headers }: Response, kind: Kind): boolean =>
  Number(headers.get('content-length') ?? 0) <= limits[kind].bytes;
