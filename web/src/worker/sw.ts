/**
 * The service worker. It caches the page's own script and styles, so that an installed album opens offline and shows
 * that; keeps the photos that a person saw last (kept-answers.ts); stores files shared to the app in the browser's
 * database; and sends them when the network is back. The server is always tried first.
 *
 * A new version has its own cache, and takes over when no page of the old one is open.
 */
import { channel } from '../features/upload/share-target-channel.js';
import { keep } from '../features/upload/share-target-files.js';
import { sendKept } from './background-upload.js';
import { KeptAnswers, kindOf } from './kept-answers.js';

/** Features of service workers that the DOM types lack. */
interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Scope {
  addEventListener(type: 'install' | 'activate' | 'message', hear: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', hear: (event: Fetching) => void): void;
  addEventListener(type: 'sync', hear: (event: Extendable & { tag: string }) => void): void;
  clients: { claim(): Promise<void>; matchAll(options: object): Promise<unknown[]> };
  registration: { sync?: { register(tag: string): Promise<void> } };
}
declare const self: Scope;

/** The names of the page's files, inserted by the build. */
declare const __SHELL__: readonly string[];
declare const __VERSION__: string;

const cacheName = `shell-${__VERSION__}`;
const tag = 'send-shared';
const kept = new KeptAnswers();

self.addEventListener('install', (event) => event.waitUntil(fill()));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));
self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (origin !== location.origin) return;
  if (method === 'POST' && pathname === '/share') event.respondWith(takeShared(event.request));
  else if (method === 'GET' && mode === 'navigate' && !/^\/(?:api|(?:locked\/)?(?:media|originals))\//.test(pathname))
    event.respondWith(open(event.request));
  else if (method === 'GET' && pathname.startsWith('/assets/')) event.respondWith(readKept(event.request));
  else if (method === 'GET' && kindOf(new URL(url))) event.respondWith(askFirst(event));
  else if (method === 'DELETE' && pathname === '/api/session') event.respondWith(signOut(event.request));
});
// The only message of pages: they are still connected, and about to be closed.
self.addEventListener('message', (event) => event.waitUntil(kept.touch()));
self.addEventListener('sync', (event) => {
  if (event.tag === tag) event.waitUntil(sendUnlessSeen());
});

async function fill(): Promise<void> {
  const cache = await caches.open(cacheName);
  await cache.addAll(['/', ...__SHELL__.filter(isSpoken)]);
}

/** Whether a file is in the language of the page, which registers this worker with it, or in none. */
function isSpoken(name: string): boolean {
  const language = new URL(location.href).searchParams.get('language') ?? 'en';
  const [, its = language] = /^\/assets\/catalogue-([a-z]+)-/.exec(name) ?? [];
  return its === language.split('-')[0];
}

async function takeOver(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith('shell-') && name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** A page: from the server, or offline the cached one, which shows that. */
async function open(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match('/')) ?? Response.error();
  }
}

/** A file of the page: its name contains its hash, so the cached one is identical. */
async function readKept(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

/** An answer of the server, which may be kept; a kept one only if the server can't be reached. */
async function askFirst(event: Fetching): Promise<Response> {
  const url = new URL(event.request.url);
  let response: Response | undefined;
  try {
    response = await fetch(event.request);
    if (!isFromProxy(response)) {
      event.waitUntil(kept.see(url, response));
      return response;
    }
  } catch (error) {
    if (event.request.signal.aborted) throw error;
  }
  return (await kept.find(url)) ?? response ?? Response.error();
}

/** A proxy that can't reach the server responds itself, in a format other than the server's. */
const isFromProxy = ({ status, headers }: Response): boolean =>
  [502, 503, 504].includes(status) && headers.get('content-type')?.startsWith('application/json') !== true;

async function signOut(request: Request): Promise<Response> {
  const response = await fetch(request);
  if (response.ok || response.status === 401) await kept.forget();
  return response;
}

/** Accepts shared files: stored on this device first, then sent. */
async function takeShared(request: Request): Promise<Response> {
  const form = await request.formData();
  try {
    await keepAll(form);
  } catch {
    const text = 'There is not enough space on this device. Free up some space, then share the photos again.';
    return new Response(text, { status: 507, headers: { 'content-type': 'text/plain; charset=utf-8' } });
  }
  new BroadcastChannel(channel).postMessage('shared');
  // Without Background Sync they are sent when the album is open.
  await self.registration.sync?.register(tag).catch(() => undefined);
  return Response.redirect('/', 303);
}

async function keepAll(form: FormData): Promise<void> {
  for (const file of form.getAll('files')) {
    if (!(file instanceof File) || file.size === 0) continue;
    await keep({ name: file.name, file, added: Date.now(), modified: file.lastModified });
  }
}

/** An open page shows the upload; without one it runs in the background. */
async function sendUnlessSeen(): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window' });
  if (pages.length > 0) new BroadcastChannel(channel).postMessage('online');
  else await sendKept();
}
