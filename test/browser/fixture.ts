/**
 * A server for the page's tests that responds as in docs/interface.md, from memory. It can have a hundred thousand
 * photos, add more while a page is open, lose its connections, and be slow or broken on demand.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { actionsOnItems, type ItemAction } from '../../src/access/permissions.js';
import type { Segment, Tile } from '../../src/catalog/catalog.js';
import type { PhotoView } from '../../src/document/photo-view.js';
import { groupsOf } from '../../src/spool/stuck-groups.js';
import { idleStatus as idle, type SpoolStatus } from '../../src/spool/spool-interface.js';
import { type Comments, makeComments } from './comments.js';
import { type Door, makeDoor } from './door.js';
import type { FixturePicture } from './pictures.js';

/** A photo of the fixture: its view, and the picture that shows it. */
export interface FixturePhoto extends PhotoView {
  picture: FixturePicture;
  /** What every viewer can do with it; without, what the viewer can do with photos of the house. */
  can?: readonly ItemAction[];
}

export interface Fixture {
  url: string;
  /** The known people, and their permissions. At first there is no account, and every viewer is the owner. */
  door: Door;
  comments: Comments;
  /** All photos, newest first. */
  photos: FixturePhoto[];
  /** The requested paths, in order. */
  requests: string[];
  /** The bodies of these requests, if any. */
  sent: { path: string; body: Record<string, unknown> }[];
  /** Adds photos and notifies the pages. */
  add(...photos: FixturePhoto[]): void;
  /** Sets the response of `/api/peers`, and notifies the pages. */
  mesh(now: object): void;
  /** The earlier state of every photo. */
  history: object;
  /** Sets the state of the spool. */
  spool(status: Partial<SpoolStatus> & { news?: { stuck: number; ignored: number } }): void;
  /** Ends all live connections; with `refuse`, no request gets a response until `refuse(false)`. */
  cut(): void;
  refuse(on: boolean): void;
  /** The video (MP4) of every photo; without one, videos are still being made. */
  film(bytes: Buffer | undefined): void;
  /** Delays responses below `/api/tiles`, in ms. */
  slow(ms: number): void;
  close(): Promise<void>;
}

const noBlobs = { thumb: 0, preview: 0, original: 0, hover: 0, video: 0 };
/** A separate server. */
const noMesh = {
  ...{ name: 'home', server: 's', peers: [], guests: [], merges: { days: [], last: [] }, copies: [] },
  ...{ missing: noBlobs, missingBytes: noBlobs },
};

/** The content security policy of the album. */
export const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; " +
  "media-src 'self' blob:; manifest-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

/** A photo made from a picture. `n` determines the id; later keys override its defaults. */
export function makePhoto(n: number, picture: FixturePicture, over: Partial<PhotoView> = {}): FixturePhoto {
  return {
    id: n.toString(16).padStart(64, '0'),
    name: `IMG_${String(n).padStart(4, '0')}.jpg`,
    type: 'image/jpeg',
    bytes: 3_400_000 + n,
    width: picture.width * 2,
    height: picture.height * 2,
    taken: '2024-07-01T12:00:00.000',
    takenSource: 'exif',
    title: '',
    description: '',
    tags: [],
    albums: [],
    rating: 0,
    favourite: false,
    audience: 'private',
    reviewed: false,
    archived: false,
    trashed: false,
    added: '2026-01-01T10:00:00.000Z',
    thumbhash: picture.thumbhash,
    renditions: {},
    original: { here: true, path: `2024/07/IMG_${n}.jpg` },
    picture,
    ...over,
  };
}

/** `count` photos, one every `minutes` back in time from `newest`. */
export function makePhotos(
  count: number,
  pictures: readonly FixturePicture[],
  minutes = 45,
  newest = Date.UTC(2024, 6, 20, 18),
): FixturePhoto[] {
  return Array.from({ length: count }, (_, i) => {
    const taken = new Date(newest - i * minutes * 60_000).toISOString().slice(0, -1);
    return makePhoto(i + 1, pictures[(i * 7 + (i >> 3)) % pictures.length]!, { taken });
  });
}

const bounded = ({ width, height }: { width: number; height: number }): number =>
  height > 0 ? Math.min(4, Math.max(0.3, width / height)) : 1;

function toSegments(photos: readonly FixturePhoto[], size: number): Segment[] {
  const segments: Segment[] = [];
  photos.forEach((photo, i) => {
    const month = photo.taken.slice(0, 7);
    let segment = segments.at(-1);
    if (segment?.month !== month || segment.count === size) {
      segments.push(
        (segment = { month, count: 0, ratio: 0, cursor: i === 0 ? 'start' : `after-${photos[i - 1]!.id}`, hash: 0 }),
      );
    }
    segment.count++;
    segment.ratio += bounded(photo);
    segment.hash = (segment.hash * 31 + Number.parseInt(photo.id.slice(-7), 16)) | 0;
  });
  return segments;
}

const toTile = ({ id, width, height, taken, thumbhash, type, ...rest }: FixturePhoto): Tile => ({
  id,
  width,
  height,
  taken,
  type,
  ...(thumbhash !== undefined && { thumbhash }),
  ...(rest.animated && { animated: true }),
  ...(rest.seconds !== undefined && { seconds: rest.seconds }),
  ...(rest.motion && { motion: true }),
  ...(rest.sphere && { sphere: true }),
  ...(rest.unshown && { unshown: rest.unshown }),
  ...(rest.damaged && { damaged: rest.damaged }),
  ...(rest.stack?.some((other) => other.type.startsWith('image/x-')) && { raw: true }),
});

/** Opens a fixture that serves the built page in `folder`. */
export async function openFixture(folder: string, first: FixturePhoto[] = []): Promise<Fixture> {
  const listeners = new Set<ServerResponse>();
  let change = 1;
  let status = idle;
  let mesh: object = noMesh;
  let film: Buffer | undefined;
  let refused = false;
  let delay = 0;
  let sorted = first;
  const at = new Map<string, number>();
  const sort = (): void => {
    sorted.sort((a, b) => (a.taken < b.taken ? 1 : a.taken > b.taken ? -1 : a.id < b.id ? 1 : -1));
    at.clear();
    sorted.forEach((photo, i) => at.set(photo.id, i));
  };
  sort();

  const tell = (message: object): void => {
    for (const listener of listeners) listener.write(`data: ${JSON.stringify(message)}\n\n`);
  };
  const find = (q: string): FixturePhoto[] =>
    q === '' ? sorted : sorted.filter((photo) => `${photo.title} ${photo.name} ${photo.tags.join(' ')}`.includes(q));

  type Route = (url: URL, match: RegExpExecArray, response: ServerResponse, cookie: string | undefined) => unknown;
  const routes: [RegExp, Route][] = [
    [
      /^\/api\/timeline\/segments$/,
      (url) => toSegments(find(url.searchParams.get('q') ?? ''), Number(url.searchParams.get('size') ?? 500)),
    ],
    [
      /^\/api\/timeline$/,
      (url) => {
        const counts = new Map<string, number>();
        for (const { taken } of find(url.searchParams.get('q') ?? ''))
          counts.set(taken.slice(0, 7), (counts.get(taken.slice(0, 7)) ?? 0) + 1);
        return [...counts].map(([month, count]) => ({ month, count }));
      },
    ],
    [/^\/api\/gazetteer$/, () => ({ towns: [], countries: [] })],
    [/^\/api\/timeline\/places(?:\/days)?$/, () => []],
    [/^\/api\/(?:tags|albums|places|cameras|lenses)$/, () => [{ value: 'beach', count: 3 }]],
    [
      /^\/api\/explore$/,
      (url) => ({
        count: find(url.searchParams.get('q') ?? '').length,
        places: [],
        years: [],
        cameras: [],
        folders: [],
        holders: [],
        kinds: [],
      }),
    ],
    [/^\/api\/facets$/, () => ({ tags: [{ value: 'beach', count: 1 }], albums: [{ value: 'Summer', count: 1 }] })],
    [/^\/api\/photos\/[0-9a-f]{64}\/exif$/, (_url, [path]) => ({ id: path.split('/')[3], tags: {} })],
    [
      /^\/api\/tiles$/,
      async (url) => {
        if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
        const photos = find(url.searchParams.get('q') ?? '');
        if (photos.length === 0) return { tiles: [], next: null };
        const cursor = url.searchParams.get('cursor') ?? 'start';
        const start =
          cursor === 'start'
            ? 0
            : (photos === sorted ? at.get(cursor.slice(6))! : photos.findIndex((p) => p.id === cursor.slice(6))) + 1;
        return { tiles: photos.slice(start, start + Number(url.searchParams.get('limit') ?? 500)).map(toTile) };
      },
    ],
    [
      /^\/api\/photos\/([0-9a-f]{64})$/,
      (_url, match, _response, cookie) => {
        const photo = sorted[at.get(match[1]!) ?? -1];
        if (!photo) return undefined;
        const { picture: _, ...view } = photo;
        const may: readonly string[] = door.viewer(cookie).may;
        // All photos belong to the house, which can't lock any.
        const can = actionsOnItems.filter((action) => may.includes(action) && !/lock$/.test(action));
        return { can, ...view };
      },
    ],
    [
      /^\/api\/home$/,
      () => ({
        incoming: '/home/ada/Photospool/incoming',
        version: '0.1.0',
        empty: sorted.length === 0,
        photos: sorted.length,
      }),
    ],
    [/^\/api\/spool$/, () => status],
    [/^\/api\/peers(?:\/.*)?$/, () => mesh],
    [/^\/api\/photos\/[0-9a-f]{64}\/history$/, () => fixture.history],
    [/^\/api\/spool\/retry$/, () => ({ retried: status.stuck.map((item) => item.name), unknown: [] })],
    [
      /^\/api\/spool\/(?:ignore|trash)$/,
      () => ({ chosen: status.stuck.map((item) => item.name), refused: [], unknown: [] }),
    ],
    [/^\/api\/spool\/(?:restore|seen)$/, () => ({})],
    [/^\/api\/spool\/process$/, () => ({ stored: 0, duplicates: 0, stuck: 0, ignored: 0, seconds: 0, stuckItems: [] })],
    [/^\/api\/trash\/delete-after$/, () => ({ house: null })],
    [/^\/api\/samples$/, () => ({ placed: 5 })],
    [
      /^\/media\/[0-9a-f]{64}\/(?:hover|video)$/,
      (_url, _match, response) => {
        if (!film) return undefined;
        response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': film.length });
        response.end(film);
        return response;
      },
    ],
    [
      /^\/originals\/([0-9a-f]{64})\/jpeg$/,
      (_url, match, response) => {
        const photo = sorted[at.get(match[1]!) ?? -1];
        if (!photo) return undefined;
        const name = photo.name.replace(/\.[^.]*$/, '.jpg');
        response.writeHead(200, {
          'content-type': 'image/jpeg',
          'content-disposition': `attachment; filename="${name}"`,
        });
        response.end(photo.picture.preview);
        return response;
      },
    ],
    [
      /^\/(?:media\/([0-9a-f]{64})\/(thumb|preview)|originals\/([0-9a-f]{64}))$/,
      (_url, match, response) => {
        const picture = sorted[at.get(match[1] ?? match[3]!) ?? -1]?.picture;
        if (!picture) return undefined;
        const thumb = match[2] === 'thumb';
        response.writeHead(200, {
          'content-type': thumb ? 'image/webp' : 'image/jpeg',
          'cache-control': 'private, max-age=31536000, immutable',
        });
        response.end(thumb ? picture.thumb : picture.preview);
        return response;
      },
    ],
  ];

  /** Values are stored as received; sets are tested with the real server. */
  function apply({ each }: { each?: { ids: string[] }[] }): object {
    const undo = (each ?? []).flatMap(({ ids, ...told }) =>
      ids.map((id) => {
        const photo = sorted[at.get(id)!]! as unknown as Record<string, unknown>;
        const before = Object.fromEntries(Object.keys(told).map((key) => [key, photo[key]]));
        Object.assign(photo, told);
        return { ...before, ids: [id] };
      }),
    );
    return { changed: undo.length, missing: [], undo };
  }

  const door = makeDoor();
  const comments = makeComments(tell);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fixture');
    fixture.requests.push(url.pathname + url.search);
    const method = request.method ?? 'GET';
    const body = await readBody(request);
    if (Object.keys(body).length > 0) fixture.sent.push({ path: url.pathname, body });
    const known = door.answer(method, url.pathname + url.search, request.headers.cookie, body);
    if (known) {
      if (known.cookie !== undefined)
        response.setHeader('set-cookie', `${known.cookie}; HttpOnly; SameSite=Lax; Path=/`);
      return known.status === 204 ? void response.writeHead(204).end() : send(response, known.status, known.body);
    }
    if (url.pathname === '/api/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(`data: ${JSON.stringify({ type: 'hello', version: '0.1.0', change })}\n\n`);
      if (door.viewer(request.headers.cookie).may.includes('spool'))
        response.write(`data: ${JSON.stringify({ type: 'spool', ...status })}\n\n`);
      listeners.add(response);
      response.on('close', () => listeners.delete(response));
      return;
    }
    const spoken = comments.answer(method, url.pathname, door.viewer(request.headers.cookie), body);
    if (spoken) return send(response, spoken.status, spoken.body);
    if (method === 'PATCH' && url.pathname === '/api/photos/each') return send(response, 200, apply(body));
    const edited = method === 'PATCH' && /^\/api\/photos\/([0-9a-f]{64})$/.exec(url.pathname)?.[1];
    if (edited) Object.assign(sorted[at.get(edited)!]!, body);
    const q = url.pathname.startsWith('/api/') ? url.searchParams.get('q') : null;
    const wrong = /^(?!(?:day|tag|album|camera|lens|place|is|type|taken):)([a-z]+):/.exec(q ?? '')?.[1];
    if (wrong !== undefined) {
      const error = {
        code: 'invalid',
        message: `There is no search key “${wrong}:”.`,
        hint: 'Use tag:, camera:, place: or taken:.',
      };
      return send(response, 400, { error });
    }
    for (const [path, make] of routes) {
      const match = path.exec(url.pathname);
      if (!match) continue;
      const body = await make(url, match, response, request.headers.cookie);
      if (body === response) return;
      return body === undefined
        ? send(response, 404, { error: { code: 'not-found', message: 'It is not there.' } })
        : send(response, request.method === 'POST' ? 202 : 200, body);
    }
    await page(url, response);
  }

  async function page(url: URL, response: ServerResponse): Promise<void> {
    const wanted = extname(url.pathname) === '' ? 'index.html' : normalize(url.pathname);
    const bytes = await readFile(join(folder, wanted)).catch(() => undefined);
    if (!bytes) return send(response, 404, { error: { code: 'not-found', message: 'It is not there.' } });
    const headers = {
      'content-type': types[extname(wanted)] ?? 'application/octet-stream',
      'content-security-policy': policy,
      // As on the real server, so that a reloaded page compiles nothing again.
      'cache-control': wanted.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    };
    response.writeHead(200, headers).end(bytes);
  }

  const server = createServer((request, response) => {
    if (refused) return void request.socket.destroy();
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const fixture: Fixture = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    door,
    comments,
    photos: sorted,
    requests: [],
    sent: [],
    add(...photos) {
      sorted = [...sorted, ...photos];
      sort();
      fixture.photos = sorted;
      change += photos.length;
      tell({
        type: 'photos',
        months: [...new Set(photos.map((p) => p.taken.slice(0, 7)))],
        ids: photos.map((p) => p.id),
        count: photos.length,
        change,
      });
    },
    history: { added: '2026-01-01T10:00:00.000Z', edits: [], sightings: [], sidecars: [], more: 0, merges: [] },
    mesh(now) {
      mesh = { ...noMesh, ...now };
      tell({ type: 'peers' });
    },
    spool(next) {
      status = { ...idle, groups: groupsOf(next.stuck ?? []), ...next };
      tell({ type: 'spool', ...status });
    },
    cut() {
      for (const listener of listeners) listener.destroy();
    },
    refuse(on) {
      refused = on;
      if (on) fixture.cut();
    },
    film(bytes) {
      film = bytes;
    },
    slow(ms) {
      delay = ms;
    },
    async close() {
      fixture.cut();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fixture;
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const part of request) text += String(part);
  return text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
