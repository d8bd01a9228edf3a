/**
 * A home with real parts and everybody who may come to it, for tests of effects: somebody sends something over HTTP, the spool takes
 * it in, and what everybody else is told before and after is compared.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openAccess } from '../../src/access/access.js';
import { commandLine } from '../../src/access/actor.js';
import { openPasswords } from '../../src/access/passwords.js';
import { systemClock } from '../../src/base/clock.js';
import { readConfig } from '../../src/base/config.js';
import { silent } from '../../src/base/log.js';
import { openHome } from '../../src/cli/home.js';
import { openReplication } from '../../src/cli/replication.js';
import { openSpool } from '../../src/cli/spool.js';
import { buildApp } from '../../src/server/app.js';

/** Those who send something. */
export const actors = [
  ...(['nobody', 'visitor', 'family', 'editor', 'owner', 'link'] as const),
  ...(['token read', 'token edit', 'token upload', 'token publish', 'token replicate'] as const),
] as const;
/** One of them. */
export type ActorName = (typeof actors)[number];

/** The searches that links show, by the name of the observer who comes by such a link. */
export const searches = {
  'link tag': 'tag:holiday',
  'link rating': 'rating:>=4',
  'link album': 'album:="Trip"',
  'link words': 'hacked',
  'link without': 'tag:shown -tag:hidden',
  'link year': 'taken:1999',
} as const;
const linkNames = Object.keys(searches) as (keyof typeof searches)[];

/** Those who look. Each is told what the routes below answer. */
export const observers = [
  ...(['nobody', 'visitor', 'family', 'editor', 'owner', 'token read', 'token upload', 'link photo'] as const),
  ...linkNames,
] as const;
/** One of them. */
export type ObserverName = (typeof observers)[number];

/** What is asked: lists with all that is told of photos, counts, completions, the front, the trash. */
const asked = [
  ...['/api/photos?limit=1000', '/api/photos?limit=1000&q=is:trashed', '/api/tags', '/api/albums', '/api/cameras'],
  ...['/api/timeline', '/api/home', '/api/front', '/api/albums/covers', '/api/albums/suggested'],
  '/api/albums/saved',
];

/** What an observer is told, by route. */
export type Told = Record<string, string>;

type Headers = Record<string, string>;

/** An open stage. */
export type Stage = Awaited<ReturnType<typeof openStage>>;

/** Opens a stage; `close` ends it. */
export async function openStage(folder: string) {
  const config = readConfig(join(folder, 'home'), { settle: '0', workers: '2' });
  const home = await openHome(config);
  const { library, catalog, archive, blobs, changes } = home;
  const spool = await openSpool(home, silent);
  const passwords = openPasswords({ cost: { ln: 4, r: 8, p: 1 } });
  const access = openAccess(home.db, library, { passwords });
  const { close: endReplication, ...replication } = openReplication(home, silent);
  const app = await buildApp({
    ...{ library, catalog, changes, access, spool, log: silent, clock: systemClock, ...replication },
    files: home.files,
    blobs: { rendition: blobs.path, original: archive.resolve, discard: archive.discard, temporary: blobs.temporary },
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

  /** The headers by which somebody comes; a visitor brings none, nobody a token that is none. */
  function headersOf(who: string): Headers {
    if (who === 'nobody') return { authorization: 'Bearer nobody' };
    const session = sessions.get(who);
    if (session !== undefined) return { cookie: `photospool=${session}` };
    const token = tokens.get(who);
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  /** Asks for something as somebody, below the address of a link where they come by one. */
  async function ask(who: string, method: string, url: string, payload?: object | Buffer, more: Headers = {}) {
    const link = who === 'link' ? links.get('link photo') : links.get(who);
    return app.inject({
      ...{ method: method as 'GET', url: link === undefined ? url : `/s/${link}${url}` },
      ...{ headers: { host: 'localhost:4780', ...headersOf(who), ...more }, ...(payload && { payload }) },
    });
  }

  return {
    ...{ home, access, people, ask },
    /** Puts a file into incoming itself, as the owner does. */
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
    /** Has everybody asked about some photos, too: what is told of each, its comments, its history. */
    watch: (...ids: string[]): void => void watched.push(...ids),
    /** Takes in what came. */
    pass: () => spool.pass(),
    /** Makes the links; `photo` is the one that the link to a photo shows. */
    async share(photo: string): Promise<void> {
      const make = async (name: string, scope: { photo: string } | { search: string }): Promise<void> => {
        const shown = { scope, title: '', originals: false, details: true };
        const owner = { by: `person:${people.owner}`, who: 'owner' };
        links.set(name, (await access.shares.make(shown, owner)).secret);
      };
      await make('link photo', { photo });
      for (const name of linkNames) await make(name, { search: searches[name] });
    },
    /** What everybody is told now. */
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
      await app.close();
      await endReplication();
      await spool.close();
      access.close();
      await home.close();
    },
  };
}

/** The id that bytes get as a photo. */
export const idOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Those who are told something else than before. */
export const changed = (before: Record<ObserverName, Told>, after: Record<ObserverName, Told>): ObserverName[] =>
  observers.filter((who) => JSON.stringify(before[who]) !== JSON.stringify(after[who]));

/** A JPEG with an XMP packet in it. */
export function withXmp(jpeg: Buffer, packet: string): Buffer {
  const body = Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1'), Buffer.from(packet)]);
  const marker = Buffer.from([0xff, 0xe1, 0, 0]);
  marker.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), marker, body, jpeg.subarray(2)]);
}
