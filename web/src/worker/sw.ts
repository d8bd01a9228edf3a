/**
 * The service worker. It keeps the page's own script and styles, so that an installed album opens without a connection and
 * says so; takes what is shared to the app into the browser's database; and sends that when the network is back. No answer of
 * the API and no picture is ever in its cache: those obey HTTP alone.
 *
 * A new version has a cache of its own, and takes over when no page of the old one is open any more.
 */
import { channel } from '../features/upload/share-target-channel.js';
import { keep } from '../features/upload/share-target-files.js';
import { sendKept } from './background-upload.js';

/** What service workers have beyond pages; DOM's types leave it out. */
interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Scope {
  addEventListener(type: 'install' | 'activate', hear: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', hear: (event: Fetching) => void): void;
  addEventListener(type: 'sync', hear: (event: Extendable & { tag: string }) => void): void;
  clients: { claim(): Promise<void>; matchAll(options: object): Promise<unknown[]> };
  registration: { sync?: { register(tag: string): Promise<void> } };
}
declare const self: Scope;

/** The names of the page's files, put in by the build. */
declare const __SHELL__: readonly string[];
declare const __VERSION__: string;

const cacheName = `shell-${__VERSION__}`;
const tag = 'send-shared';

self.addEventListener('install', (event) => event.waitUntil(fill()));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));
self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (origin !== location.origin) return;
  if (method === 'POST' && pathname === '/share') event.respondWith(takeShared(event.request));
  else if (method === 'GET' && mode === 'navigate' && !/^\/(?:api|media|originals)\//.test(pathname))
    event.respondWith(open(event.request));
  else if (method === 'GET' && pathname.startsWith('/assets/')) event.respondWith(readKept(event.request));
});
self.addEventListener('sync', (event) => {
  if (event.tag === tag) event.waitUntil(sendUnlessSeen());
});

async function fill(): Promise<void> {
  const cache = await caches.open(cacheName);
  await cache.addAll(['/', ...__SHELL__]);
}

async function takeOver(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith('shell-') && name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** A page: from the server, or without it the kept one, which says so. */
async function open(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match('/')) ?? Response.error();
  }
}

/** A file of the page: its name holds its hash, so the kept one is the same. */
async function readKept(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

/** Takes what somebody shared: kept on this device first, sent after it. */
async function takeShared(request: Request): Promise<Response> {
  const form = await request.formData();
  try {
    await keepAll(form);
  } catch {
    const text =
      'There is no room on this device to keep what was shared until it is sent. Free some, and share it again.';
    return new Response(text, { status: 507, headers: { 'content-type': 'text/plain; charset=utf-8' } });
  }
  new BroadcastChannel(channel).postMessage('shared');
  // Without Background Sync it is sent when the album is open.
  await self.registration.sync?.register(tag).catch(() => undefined);
  return Response.redirect('/', 303);
}

async function keepAll(form: FormData): Promise<void> {
  for (const file of form.getAll('files')) {
    if (!(file instanceof File) || file.size === 0) continue;
    await keep({ name: file.name, file, added: Date.now(), modified: file.lastModified });
  }
}

/** An open page shows what it sends; without one it is sent unseen. */
async function sendUnlessSeen(): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window' });
  if (pages.length > 0) new BroadcastChannel(channel).postMessage('online');
  else await sendKept();
}
