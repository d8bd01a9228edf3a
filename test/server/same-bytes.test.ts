/**
 * Nobody learns from any answer that somebody else has the same bytes. Two homes of real parts live through the same day. In one of them
 * the bytes that arrive are already in the libraries of others, in the other one these have other bytes that look the same. Every answer to
 * everybody else must be the same in both, but for ids, times and the order in lists.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openAccess } from '../../src/access/access.js';
import { commandLine } from '../../src/access/actor.js';
import { openPasswords } from '../../src/access/password-hash.js';
import { systemClock } from '../../src/base/clock.js';
import { readConfig } from '../../src/base/config.js';
import { silent } from '../../src/base/log.js';
import { house, itemId, publicIdOf } from '../../src/document/item-id.js';
import { openHome } from '../../src/home/open-home.js';
import { openReplication } from '../../src/home/open-sync.js';
import { openSpool } from '../../src/home/open-spool.js';
import { buildApp } from '../../src/server/app.js';
import { temporaryFolder } from '../folder.js';
import { makePhoto } from '../picture.js';
import { sharedReaders } from '../readers.js';

type Headers = Record<string, string>;
const viewers = ['ada', 'ben', 'cleo', 'dora', 'link', 'visitor'] as const;
type ViewerName = (typeof viewers)[number];

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The photos that arrive, each with one of the same size and content that is not the same file. */
const pictures = await Promise.all(
  Array.from({ length: 8 }, (_, n) => makePhoto(3, { exif: { DateTimeOriginal: `2024:07:01 12:00:0${n}` } })),
);
const arriving = pictures.map((picture) => Buffer.concat([picture, Buffer.from('a')]));
const lookAlikes = pictures.map((picture) => Buffer.concat([picture, Buffer.from('b')]));

/** Opens a home with an owner, three of the family, and what the others hold: photos of cleo, and from the sixth on of the house. */
// Longer than a screen: a home, what can be done in it, and what it answers.
async function openWorld(held: readonly Buffer[]) {
  const config = readConfig(join(temporaryFolder(), 'home'), { settle: '0', workers: '1' });
  const home = await openHome(config, silent, sharedReaders());
  const { library, catalog, archive, blobs, changes, files } = home;
  const spool = await openSpool(home, silent);
  const access = openAccess(home.db, library, { passwords: openPasswords({ cost: { ln: 4, r: 8, p: 1 } }) });
  const { close: endReplication, ...replication } = openReplication(home, silent);
  const gate = { ...replication.gate, state: () => ({ on: true as const }) };
  const app = await buildApp({
    ...{ library, catalog, changes, access, spool, files, log: silent, clock: systemClock, ...replication, gate },
    blobs: {
      rendition: blobs.path,
      original: archive.resolve,
      discard: archive.discard,
      retrieve: archive.retrieve,
      temporary: blobs.temporary,
    },
    folders: { incoming: config.incoming, files, folders: library.local.personFolders },
    toJpeg: () => Promise.resolve(undefined),
    toBare: () => Promise.resolve(undefined),
    samples: () => Promise.resolve(0),
    config: { host: '127.0.0.1', port: 0, role: 'home', incoming: config.incoming, version: '1', webRoot: config.data },
  });
  const pages = new Map<ViewerName, { page: IncomingMessage; text: string }>();
  onTestFinished(async () => {
    for (const { page } of pages.values()) page.destroy();
    await app.close();
    await endReplication();
    await spool.close();
    access.close();
    await home.close();
  });
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
  access.settings.change({ visitors: true });
  const ids = new Map<string, string>();
  const headers = new Map<ViewerName, Headers>([['visitor', {}]]);
  for (const name of ['ada', 'ben', 'cleo', 'dora'] as const) {
    const { id } = access.accounts.add({ name, role: name === 'ada' ? 'owner' : 'family' }, commandLine);
    access.accounts.setPassword(id, 'no hash', commandLine);
    const { secret } = access.sessions.start(id, { address: '127.0.0.1', browser: 'a browser' });
    headers.set(name, { cookie: `photospool=${secret}` });
    ids.set(id, name);
    if (name === 'ben' || name === 'cleo') library.local.personFolders.set(`@${name}`, id);
  }
  const idOf = (name: string): string => [...ids].find(([, one]) => one === name)![0];
  let [link, shareId] = ['', ''];

  const ask = (who: ViewerName, method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object | Buffer, more = {}) =>
    app.inject({
      ...{ method, url: who === 'link' && !url.startsWith(link) ? `${link}${url}` : url },
      headers: { ...headers.get(who), ...more },
      ...(payload !== undefined && { payload }),
    });
  type Answer = Awaited<ReturnType<typeof ask>>;

  /** What is not the same in any two homes gets the same name in both. */
  function masked(text: string): string {
    let found = text.replaceAll(config.incoming, 'incoming').replaceAll(shareId || '/s/', 'share');
    for (const [id, name] of ids) found = found.replaceAll(id, name);
    for (const [n, bytes] of [...arriving.entries(), ...held.entries()])
      for (const holder of [house, ...ids.keys()])
        found = found.replaceAll(publicIdOf({ holder, sha256: hashOf(bytes) }), `photo ${n}`);
    return found
      .replaceAll(link || '/s/', '/s/link')
      .replaceAll(library.server, 'server')
      .replace(
        /^((?:process_|photospool_uptime|photospool_spool_rate|photospool_step_seconds_(?:bucket|sum))\S*) .*$/gm,
        '$1',
      )
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
      .replace(/\b\d{15}-[0-9a-f]{4}-\w+/g, 'stamp')
      .replace(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, 'ulid')
      .replace(/\b[0-9a-f]{32}\b/g, 'upload')
      .replace(/"(seconds|rate)":[\d.]+/g, '"$1":0');
  }
  const said: string[] = [];
  const varying = new Set([
    'date',
    'etag',
    'content-length',
    'last-modified',
    'server-timing',
    'x-request-id',
    'upload-expires',
  ]);
  function note(what: string, { statusCode, headers: sent, body }: Answer): void {
    const kept = Object.entries(sent).filter(([name]) => !varying.has(name));
    const type = String(sent['content-type']);
    const text = masked(body);
    const shown = type.includes('json') && body !== '' ? JSON.stringify(sorted(JSON.parse(text))) : text;
    said.push(`${what}: ${statusCode} ${masked(JSON.stringify(kept.sort()))} ${shown}`);
  }

  const put = (holder: string, name: string, bytes: Buffer): void => {
    const path = join(config.incoming, holder === house ? '' : `@${holder}`, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  };
  const tus = { 'tus-resumable': '1.0.0' };
  const begin = (who: ViewerName, url: string, length: number, metadata: Record<string, string>) =>
    ask(who, 'POST', url, undefined, {
      ...{ ...tus, 'upload-length': `${length}` },
      'upload-metadata': Object.entries(metadata)
        .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
        .join(','),
    });

  const { paths } = (await app.inject('/api/openapi.json')).json<{ paths: Record<string, { get?: object }> }>();
  const routes = [
    ...Object.keys(paths).filter((path) => paths[path]!.get && !path.includes('{') && !unlike.has(path)),
    ...['/metrics', '/api/photos?limit=1000&q=is:trashed', '/api/photos?limit=1000&q=type:photo', '/api/map?zoom=20'],
  ];
  const world = {
    ...{ said, put },
    /** Whose items have these bytes. */
    holdersOf: (bytes: Buffer): string[] =>
      [house, ...ids.keys()]
        .filter((holder) => library.get(itemId({ holder, sha256: hashOf(bytes) })))
        .map((holder) => ids.get(holder) ?? holder)
        .sort(),
    /** What everybody is answered about everything, cleo’s own library aside. */
    async askEverything(when: string): Promise<void> {
      for (const who of viewers)
        for (const url of routes) note(`${when}: ${who} GET ${url}`, await ask(who, 'GET', url));
      // By the ids of what the others may have.
      for (const [n, bytes] of arriving.slice(0, 7).entries())
        for (const who of ['ben', 'dora'] as const) {
          const url = `/api/photos/${publicIdOf({ holder: n < 5 ? idOf('cleo') : house, sha256: hashOf(bytes) })}`;
          note(`${when}: ${who} GET photo ${n} of the others`, await ask(who, 'GET', url));
        }
    },
    /** Asks before an upload whether the photo is there. */
    async check(who: ViewerName, bytes: Buffer, whom: string): Promise<void> {
      const payload = { files: [{ name: 'x.jpg', head: bytes.toString('base64') }] };
      note(`${who} checks`, await ask(who, 'POST', '/api/uploads/check', payload));
      note(
        `${who} begins with the hash`,
        await begin(who, '/api/uploads', bytes.length, { sha256: hashOf(bytes), for: whom, filename: 'x.jpg' }),
      );
    },
    /** Asks whether the original is safe here. */
    async askIfSafe(who: ViewerName, bytes: Buffer): Promise<void> {
      const payload = { sha256: [hashOf(bytes)] };
      note(`${who} asks if it is safe`, await ask(who, 'POST', '/api/uploads/safe', payload));
    },
    async resume(who: ViewerName, bytes: Buffer, whom: string, to = '/api/uploads'): Promise<void> {
      const begun = await begin(who, to, bytes.length, { filename: 'tus.jpg', for: whom });
      note(`${who} begins`, begun);
      const url = String(begun.headers['location']);
      const more = { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
      note(`${who} sends`, await ask(who, 'PATCH', url, bytes, more));
      note(`${who} asks what became of it`, await ask(who, 'GET', url));
      await spool.pass();
      note(`${who} asks after the import`, await ask(who, 'GET', url));
    },
    async send(who: ViewerName, bytes: Buffer, whom: string): Promise<void> {
      const body = Buffer.concat([
        Buffer.from(`--x\r\nContent-Disposition: form-data; name="for"\r\n\r\n${whom}\r\n`),
        Buffer.from('--x\r\nContent-Disposition: form-data; name="f"; filename="form.jpg"\r\n\r\n'),
        ...[bytes, Buffer.from('\r\n--x--\r\n')],
      ]);
      note(
        `${who} sends a form`,
        await ask(who, 'POST', '/api/upload', body, { 'content-type': 'multipart/form-data; boundary=x' }),
      );
      await spool.pass();
    },
    pass: () => spool.pass(),
    async listen(): Promise<void> {
      for (const who of viewers) {
        const path = who === 'link' ? `${link}/api/events` : '/api/events';
        const page = await new Promise<IncomingMessage>((resolve, reject) =>
          get({ host: '127.0.0.1', port, path, headers: headers.get(who) ?? {}, agent: false }, resolve).on(
            'error',
            reject,
          ),
        );
        const heard = { page, text: '' };
        page.setEncoding('utf8').on('data', (part: string) => (heard.text += part));
        pages.set(who, heard);
      }
    },
    /** What live events told anybody of, of photos; the last one is about a photo that everybody sees. */
    async heard(): Promise<string[]> {
      const bell = hashOf(arriving[7]!);
      library.update(itemId({ holder: house, sha256: bell }), (body) => body && { ...body, tick: 1 });
      const listening = [...pages].filter(([who, { page }]) => page.statusCode === 200 && who !== 'link');
      await expect.poll(() => listening.every(([, { text }]) => text.includes(bell))).toBe(true);
      return [...pages].flatMap(([who, { text, page }]) =>
        [
          `${who} ${page.statusCode}`,
          ...new Set([...text.matchAll(/[0-9a-f]{64}/g)].map(([id]) => `${who} heard of ${masked(id)}`)),
        ].sort(),
      );
    },
    /** A link of ben by which guests send photos. */
    async invite(): Promise<void> {
      const party = await ask('ben', 'POST', '/api/albums/shared', { name: 'Party' });
      const { album } = party.json<{ album: string }>();
      const shared = await ask('ben', 'POST', '/api/shares', { album: `${idOf('ben')}:${album}`, uploads: true });
      const made = shared.json<{ path: string; share: { id: string } }>();
      [link, shareId] = [made.path, made.share.id];
    },
  };
  for (const [n, bytes] of held.entries()) put(n < 5 ? 'cleo' : house, `held ${n}.jpg`, bytes);
  await spool.pass();
  // One that everybody sees, by which they notice that no event is left.
  await ask('ada', 'PATCH', `/api/photos/${hashOf(arriving[7]!)}`, { audience: 'public' });
  return world;
}

/** Routes that answer differently at every request, or for ever. */
const unlike = new Set(['/api/events', '/api/openapi.json']);

/** The same with all lists in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const texts = value.map((one) => JSON.stringify(sorted(one)));
    return texts.sort().map((text): unknown => JSON.parse(text));
  }
  if (typeof value !== 'object' || value === null) return value;
  // Which photo is on the front page, and the hash of a segment, depend on the ids.
  const known = Object.entries(value).map(([key, one]): [string, unknown] =>
    key === 'featured' ? [key, one !== null] : key === 'hash' ? [key, typeof one] : [key, sorted(one)],
  );
  return Object.fromEntries(known);
}

/** What was asked, and the place from which two answers are not the same. */
function whereDifferent(one: string, other: string): string[] {
  const at = [...one].findIndex((letter, n) => letter !== other[n]);
  return [one.slice(0, 60), ...[one, other].map((text) => text.slice(Math.max(0, at - 40), at + 100))];
}

/** What happens in both homes. */
async function live(world: Awaited<ReturnType<typeof openWorld>>): Promise<string[]> {
  await world.invite();
  await world.listen();
  for (const [n, bytes] of arriving.entries()) {
    // Of the house, ben may ask whether it has a photo; he is told the truth.
    if (n < 7) await world.check('ben', bytes, 'me');
    if (n < 5) await world.check('ben', bytes, 'house');
    await world.check('ada', bytes, 'me');
    if (n < 7) await world.askIfSafe('ben', bytes);
    // She sees what the house has.
    if (n < 5) await world.askIfSafe('ada', bytes);
  }
  // Of what cleo has too: for ben in each way, for the house, and from a guest.
  await world.resume('ben', arriving[0]!, 'me');
  await world.send('ben', arriving[1]!, 'me');
  world.put('ben', 'folder.jpg', arriving[2]!);
  await world.pass();
  await world.send('ada', arriving[3]!, 'house');
  await world.resume('link', arriving[4]!, 'me', '/api/contributions');
  // Of what the house has.
  await world.resume('ben', arriving[5]!, 'me');
  world.put('ben', 'again.jpg', arriving[6]!);
  await world.pass();
  // The second time it is in one’s own library.
  await world.check('ben', arriving[0]!, 'me');
  await world.askIfSafe('ben', arriving[0]!);
  await world.send('ben', arriving[1]!, 'me');
  world.put('ben', 'folder again.jpg', arriving[2]!);
  await world.pass();
  await world.askEverything('at the end');
  return [...world.said, ...(await world.heard())];
}

test('no answer, count or event tells that somebody else has the same bytes', async () => {
  const [same, others] = [await openWorld(arriving), await openWorld([...lookAlikes.slice(0, 7), arriving[7]!])];
  const [here, there] = [await live(same), await live(others)];
  const differing = here.flatMap((line, n) => (line === there[n] ? [] : [whereDifferent(line, there[n] ?? '')]));
  expect(differing).toEqual([]);
  expect(there.length).toBe(here.length);
  expect(here.length).toBeGreaterThan(300);

  // The others had them in one home only, and everything came in.
  const holders = arriving.map((bytes) => same.holdersOf(bytes));
  expect(holders.map((some) => some.join())).toEqual([
    ...['ben,cleo', 'ben,cleo', 'ben,cleo', 'cleo,house', 'ben,cleo', 'ben,house', 'ben,house', 'house'],
  ]);
  expect(arriving.map((bytes) => others.holdersOf(bytes).join())).toEqual([
    ...['ben', 'ben', 'ben', 'house', 'ben', 'ben', 'ben', 'house'],
  ]);
  // To its holder what came again is nothing new.
  const told = (pattern: RegExp): number => here.filter((line) => pattern.test(line)).length;
  expect(told(/^ben begins with the hash: 200 /)).toBe(1);
  expect(told(/^at the end: ben GET \/api\/me\/arrivals: 200 .*"outcome":"duplicate"/)).toBe(1);
});
