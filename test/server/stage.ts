/**
 * A home with real parts and viewers of all roles, for tests of effects: someone sends something over HTTP, the spool
 * imports it, and the responses to all others before and after are compared.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { openAccess } from '../../src/access/access.js';
import { commandLine } from '../../src/access/actor.js';
import { openPasswords } from '../../src/access/password-hash.js';
import { systemClock } from '../../src/base/clock.js';
import { readConfig } from '../../src/base/config.js';
import { silent } from '../../src/base/log.js';
import { openHome } from '../../src/home/open-home.js';
import { openReplication } from '../../src/home/open-sync.js';
import { openSpool } from '../../src/home/open-spool.js';
import { photoId } from '../../src/document/photo-document.js';
import { atomPath } from '../../src/server/pages/atom-xml.js';
import { buildApp } from '../../src/server/app.js';
import { sharedReaders } from '../readers.js';

/** The senders. */
export const actors = [
  ...(['nobody', 'visitor', 'family', 'editor', 'owner', 'link'] as const),
  ...(['token read', 'token edit', 'token upload', 'token publish', 'token replicate'] as const),
] as const;
/** One of them. */
export type ActorName = (typeof actors)[number];

/** The searches of share links, by the name of the observer. */
export const searches = {
  'link tag': 'tag:holiday',
  'link rating': 'rating:>=4',
  'link album': 'album:="Trip"',
  'link words': 'hacked',
  'link without': 'tag:shown -tag:hidden',
  'link year': 'taken:1999',
  // Without details.
  'link bare': 'tag:holiday',
} as const;
const linkNames = Object.keys(searches) as (keyof typeof searches)[];

/** The observers. Each gets the responses of the routes below. */
export const observers = [
  ...(['nobody', 'visitor', 'family', 'editor', 'owner', 'token read', 'token upload'] as const),
  ...(['link photo', 'link photo bare'] as const),
  ...linkNames,
] as const;
/** One of them. */
export type ObserverName = (typeof observers)[number];

const seeEverything: ReadonlySet<ObserverName> = new Set(['owner', 'token read']);

/**
 * The requests: lists with all details of photos, counts, completions, the front page, the trash, the map, the feed.
 */
const asked = [
  ...['/api/photos?limit=1000', '/api/photos?limit=1000&q=is:trashed', '/api/tags', '/api/albums', '/api/cameras'],
  ...['/api/timeline', '/api/home', '/api/front', '/api/albums/covers', '/api/albums/suggested'],
  ...['/api/albums/saved', '/api/map?zoom=20', atomPath],
];

/** The responses to an observer, by route. */
export type Told = Record<string, string>;

type Headers = Record<string, string>;

/** An open stage. */
export type Stage = Awaited<ReturnType<typeof openStage>>;

/** Opens a stage; `close` ends it. */
export async function openStage(folder: string) {
  const config = readConfig(join(folder, 'home'), { settle: '0', workers: '2' });
  const home = await openHome(config, silent, sharedReaders());
  // Power losses are not tested here: a commit does not wait for the disk.
  home.db.exec('PRAGMA synchronous = OFF');
  const { library, catalog, archive, blobs, changes } = home;
  const spool = await openSpool(home, silent);
  const passwords = openPasswords({ cost: { ln: 4, r: 8, p: 1 } });
  const access = openAccess(home.db, library, { passwords });
  const { close: endReplication, ...replication } = openReplication(home, silent);
  const app = await buildApp({
    ...{ library, catalog, changes, access, spool, log: silent, clock: systemClock, ...replication },
    files: home.files,
    blobs: {
      rendition: blobs.path,
      original: archive.resolve,
      discard: archive.discard,
      retrieve: archive.retrieve,
      temporary: blobs.temporary,
    },
    toJpeg: async () => undefined,
    toBare: async () => undefined,
    samples: async () => 0,
    config: {
      ...{
        host: '127.0.0.1',
        port: 0,
        role: 'home' as const,
        incoming: config.incoming,
        version: '1',
        webRoot: folder,
      },
    },
  });

  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);

  const add = (name: string, role: 'owner' | 'family'): string => {
    const { id } = access.accounts.add({ name, role }, commandLine);
    access.accounts.setPassword(id, `no hash of ${name}`, commandLine);
    return id;
  };
  const people = { owner: add('owner', 'owner'), family: add('family', 'family'), editor: add('editor', 'family') };
  access.accounts.change(people.editor, { canEdit: true }, commandLine);
  access.settings.change({ visitors: true });
  const mays = ['read', 'edit', 'upload', 'publish', 'replicate'] as const;
  const tokens = new Map(mays.map((may) => [`token ${may}`, access.tokens.make(may, [may], commandLine).secret]));
  const sessions = new Map(
    Object.entries(people).map(([name, id]) => [
      name,
      access.sessions.start(id, { address: '127.0.0.1', browser: 'b' }).secret,
    ]),
  );
  const links = new Map<string, string>();
  const watched: string[] = [];

  /** The headers of a viewer; a visitor has none, `nobody` an invalid token. */
  function headersOf(who: string): Headers {
    if (who === 'nobody') return { authorization: 'Bearer nobody' };
    const session = sessions.get(who);
    if (session !== undefined) return { cookie: `photospool=${session}` };
    const token = tokens.get(who);
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  /** A path as a viewer requests it: below the address of a link if they have one. */
  function addressed(who: string, url: string): { url: string; headers: Headers } {
    const link = who === 'link' ? links.get('link photo') : links.get(who);
    return {
      url: link === undefined ? url : `/s/${link}${url}`,
      headers: { host: 'localhost:4780', ...headersOf(who) },
    };
  }

  /** Sends a request as a viewer. */
  async function ask(who: string, method: string, path: string, payload?: object | Buffer, more: Headers = {}) {
    const { url, headers } = addressed(who, path);
    const all = { ...headers, ...more };
    return app.inject({ method: method as 'GET', url, headers: all, ...(payload && { payload }) });
  }

  const pages = new Map<ObserverName, { page: IncomingMessage; text: string }>();
  let shared = '';

  /** Starts listening to the live events of all permitted viewers. */
  async function listen(): Promise<void> {
    for (const { page } of pages.values()) page.destroy();
    pages.clear();
    const open = async (): Promise<string> => (await ask('token read', 'GET', '/metrics')).body;
    await expect.poll(open).toMatch(/^photospool_live_pages 0$/m);
    for (const who of observers) {
      const { url, headers } = addressed(who, '/api/events');
      const page = await new Promise<IncomingMessage>((resolve, reject) =>
        get({ host: '127.0.0.1', port, path: url, headers, agent: false }, resolve).on('error', reject),
      );
      if (page.statusCode !== 200) {
        page.destroy();
        continue;
      }
      const heard = { page, text: '' };
      page.setEncoding('utf8').on('data', (part: string) => (heard.text += part));
      pages.set(who, heard);
    }
  }

  /**
   * The photos in events for a viewer since the last call although they are invisible to them; viewers who see
   * everything also get events for purged ones. The last event leaves a photo unchanged that everyone sees and no other
   * test changes, so that all events before it were received.
   */
  async function overheard(): Promise<string[]> {
    home.library.update(photoId(shared), (body) => body && { ...body, tick: ++ticks });
    await expect.poll(() => [...pages.values()].every(({ text }) => text.includes(shared))).toBe(true);
    const all = [...pages].map(async ([who, heard]) => {
      const ids = new Set(heard.text.match(/[0-9a-f]{64}/g));
      heard.text = '';
      const unseen: string[] = [];
      for (const id of seeEverything.has(who) ? [] : ids)
        if ((await ask(who, 'GET', `/api/photos/${id}`)).statusCode !== 200) unseen.push(`${who} heard of ${id}`);
      return unseen;
    });
    return (await Promise.all(all)).flat();
  }
  let ticks = 0;

  return {
    ...{ home, access, people, ask, overheard },
    /** Puts a file into incoming directly, like the owner. */
    drop(name: string, bytes: Buffer | string): void {
      const path = join(config.incoming, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    },
    /** Sends files in one form; resolves to the status. */
    async send(who: string, files: Record<string, Buffer | string>): Promise<number> {
      const parts = Object.entries(files).flatMap(([name, bytes]) => [
        Buffer.from(`--x\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n`),
        ...[Buffer.from(bytes), Buffer.from('\r\n')],
      ]);
      const body = Buffer.concat([...parts, Buffer.from('--x--\r\n')]);
      const type = { 'content-type': 'multipart/form-data; boundary=x' };
      return (await ask(who, 'POST', '/api/upload', body, type)).statusCode;
    },
    /** Sends files one by one with resumable uploads (tus), each with its creation. */
    async resume(who: string, files: Record<string, Buffer | string>): Promise<void> {
      for (const [name, bytes] of Object.entries(files)) {
        const body = Buffer.from(bytes);
        await ask(who, 'POST', '/api/uploads', body, {
          ...{ 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' },
          ...{ 'upload-length': `${body.length}` },
          'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`,
        });
      }
    },
    /** Imports what arrived. */
    pass: () => spool.pass(),
    /**
     * Adds requests for some photos: details, comments, history of each. `photo` is in every link, and is the one of
     * the links to a photo.
     */
    async watch(photo: string, ids: readonly string[]): Promise<void> {
      const make = async (name: string, scope: { photo: string } | { search: string }): Promise<void> => {
        const shown = { scope, title: '', originals: false, details: !name.endsWith('bare') };
        const owner = { by: `person:${people.owner}`, who: 'owner' };
        links.set(name, (await access.shares.make(shown, owner)).secret);
      };
      if (links.size === 0) for (const name of linkNames) await make(name, { search: searches[name] });
      for (const name of ['link photo', 'link photo bare']) await make(name, { photo });
      watched.splice(0, watched.length, ...ids);
      shared = photo;
      await listen();
    },
    /** Purges the album, with all comments. */
    async empty(): Promise<void> {
      for (;;) {
        const lists = await Promise.all(
          ['', '&q=is:trashed'].map((q) => ask('owner', 'GET', `/api/photos?limit=1000${q}`)),
        );
        const ids = lists.flatMap((list) => list.json<{ photos: { id: string }[] }>().photos.map(({ id }) => id));
        if (ids.length === 0) break;
        await ask('owner', 'PATCH', '/api/photos', { ids, trashed: true });
        await ask('owner', 'POST', '/api/trash/empty', { ids });
      }
      const saved = await ask('owner', 'GET', '/api/albums/saved');
      for (const { id } of saved.json<{ albums: { id: string }[] }>().albums)
        await ask('owner', 'DELETE', `/api/albums/saved/${id}`);
    },
    /** The current responses to all observers. */
    async told(): Promise<Record<ObserverName, Told>> {
      const all = observers.map(async (who) => {
        const ofPhotos = watched.flatMap((id) =>
          ['', '/comments', '/history'].map((part) => `/api/photos/${id}${part}`),
        );
        const answers = [...asked, ...ofPhotos].map(async (url) => {
          const { statusCode, body } = await ask(who, 'GET', url);
          return [url, `${statusCode} ${body}`] as const;
        });
        return [who, Object.fromEntries(await Promise.all(answers))] as const;
      });
      return Object.fromEntries(await Promise.all(all)) as Record<ObserverName, Told>;
    },
    async close(): Promise<void> {
      for (const { page } of pages.values()) page.destroy();
      await app.close();
      await endReplication();
      await spool.close();
      access.close();
      await home.close();
    },
  };
}

/** The photo id of these bytes. */
export const idOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The observers whose responses changed. */
export const changed = (before: Record<ObserverName, Told>, after: Record<ObserverName, Told>): ObserverName[] =>
  observers.filter((who) => JSON.stringify(before[who]) !== JSON.stringify(after[who]));

/** The responses that changed, by observer. */
export const differing = (before: Record<ObserverName, Told>, after: Record<ObserverName, Told>): string[] =>
  changed(before, after).flatMap((who) =>
    Object.keys(after[who])
      .filter((url) => before[who][url] !== after[who][url])
      .map((url) => `${who} ${url}`),
  );

/** A JPEG with an XMP packet in it. */
export function withXmp(jpeg: Buffer, packet: string): Buffer {
  const body = Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1'), Buffer.from(packet)]);
  const marker = Buffer.from([0xff, 0xe1, 0, 0]);
  marker.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), marker, body, jpeg.subarray(2)]);
}
