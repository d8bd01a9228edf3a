/**
 * Real processes for hostile documents and requests: a home with photos, a second home connected to it, a public server
 * that it publishes to, and a CouchDB in between, the strict fake or a real one. And the conditions that must hold
 * after every case.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePhoto } from '../picture.js';
import { openStrictCouch, type StrictCouch } from '../sync/strictcouch.js';
import type { Doc, Known } from './generate.js';

const main = join(import.meta.dirname, '../../dist/cli/main.js');

/** A server process. */
interface Server {
  url: string;
  child: ChildProcess;
  /** The stderr output so far. */
  errors(): string;
  run(...args: string[]): Promise<string>;
}

/** The world of a trial. */
export interface World {
  home: Server;
  other: Server;
  couch: { url: string; strict?: StrictCouch; headers: Record<string, string> };
  known(): Promise<Known>;
  /** Sends a request to `/db/photos` of the home with the token of a peer. */
  db(path: string, method?: string, body?: string): Promise<{ status: number; ms: number; text: string }>;
  /** Violated conditions, as sentences. With `all` including the slower checks. */
  check(n: number, all: boolean): Promise<string[]>;
  close(): Promise<void>;
}

/** The maximum memory of the home, in MiB, and the maximum duration of a request, in ms. */
export const bounds = { memory: 1_500, answer: 30_000 };
/** The maximum time for a change to arrive on a busy machine, in ms. */
const patience = 60_000;
const json = { 'content-type': 'application/json' };

async function start(folder: string, ...args: string[]): Promise<Server> {
  mkdirSync(join(folder, 'incoming'), { recursive: true });
  const env = { ...process.env, PHOTOSPOOL_HOME: folder, PHOTOSPOOL_SETTLE: '0' };
  const child = spawn(process.execPath, [main, 'serve', '--port', '0', ...args], { env });
  let [out, err] = ['', ''];
  child.stderr.on('data', (part: Buffer) => (err = (err + part.toString()).slice(-20_000)));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (part: Buffer) => {
      out += part.toString();
      // A public server prints only its address.
      const found = /https?:\S+(?=\s)/.exec(out)?.[0];
      if (found !== undefined) resolve(found.replace(/\/$/, ''));
    });
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${err}`)));
  });
  const run = (...command: string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const one = spawn(process.execPath, [main, ...command], { env });
      let said = '';
      one.stdout.on('data', (part: Buffer) => (said += part.toString()));
      one.once('exit', (code) =>
        code === 0 ? resolve(said.trim()) : reject(new Error(`${command.join(' ')}: ${code}`)),
      );
    });
  return { url, child, errors: () => err, run };
}

async function post({ url }: Server, path: string, body: object): Promise<unknown> {
  const answer = await fetch(url + path, { method: 'POST', headers: json, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** The status of a server's connection to another one. */
async function linkAt({ url }: Server, peer: string): Promise<string> {
  const { peers } = (await (await fetch(`${url}/api/peers`)).json()) as { peers: { url: string }[] };
  return JSON.stringify(peers.find((one) => one.url.endsWith(new URL(peer).pathname)));
}

async function until(what: string, holds: () => Promise<boolean>, ms: number): Promise<string[]> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100)))
    if (await holds().catch(() => false)) return [];
  return [`${what}, after ${ms / 1_000} s.`];
}

/** The CouchDB in between: a real one if its address is given, otherwise the strict fake. */
async function openCouch(
  address: string | undefined,
): Promise<World['couch'] & { peer: string; close(): Promise<void> }> {
  const name = `hostile-${Date.now()}-${process.pid}`;
  if (address === undefined) {
    const strict = await openStrictCouch();
    return {
      url: `${strict.url}/${name}`,
      peer: `${strict.url}/${name}`,
      strict,
      headers: {},
      close: () => strict.close(),
    };
  }
  const { origin, username, password, protocol, host } = new URL(address);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
  const url = `${origin}/${name}`;
  const close = async (): Promise<void> => {
    for (const one of [url, `${url}-blobs`]) await fetch(one, { method: 'DELETE', headers: { authorization } });
  };
  return { url, peer: `${protocol}//${username}:${password}@${host}/${name}`, headers: { authorization }, close };
}

/** Opens the world; `couchUrl` names a real CouchDB. Requires `npm run build`. */
export async function openWorld(couchUrl?: string): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'photospool-hostile-'));
  const couch = await openCouch(couchUrl);
  const home = await start(join(folder, 'home'));
  const other = await start(join(folder, 'other'));
  const shown = await start(join(folder, 'public'), '--role', 'public');
  for (let n = 0; n < 3; n++) writeFileSync(join(folder, 'home/incoming', `${n}.jpg`), await makePhoto(n));
  const tokenFor = async (name: string): Promise<string> =>
    ((await post(home, '/api/tokens', { name, may: ['replicate'] })) as { token: string }).token;
  const mine = await tokenFor('hostile');
  await post(other, '/api/peers', { url: home.url, token: await tokenFor('other'), originals: 'none' });
  await post(home, '/api/peers', { url: couch.peer, originals: 'none' });
  // A public server is managed only by its command line.
  const token = await shown.run('tokens', 'add', 'home', '--may', 'publish');
  await post(home, '/api/peers', { url: shown.url, token, publish: true });

  const idsAt = async ({ url }: Server, q = ''): Promise<string[]> => {
    const answer = await fetch(`${url}/api/photos?limit=500${q}`);
    return ((await answer.json()) as { photos: { id: string }[] }).photos.map(({ id }) => id);
  };
  const troubles = await until('The photos did not come in', async () => (await idsAt(home)).length === 3, 60_000);
  if (troubles.length > 0) throw new Error(troubles.join());
  const photos = await idsAt(home);
  const titleAt = async ({ url }: Server, id: string): Promise<unknown> =>
    ((await (await fetch(`${url}/api/photos/${id}`)).json()) as { title?: string }).title;

  async function db(path: string, method = 'GET', body?: string) {
    const begun = performance.now();
    const answer = await fetch(`${home.url}/db/photos${path}`, {
      method,
      headers: { authorization: `Bearer ${mine}`, ...(body !== undefined && json) },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(bounds.answer),
    });
    const text = await answer.text();
    return { status: answer.status, text, ms: performance.now() - begun };
  }

  async function patch(id: string, change: object): Promise<string[]> {
    const body = JSON.stringify(change);
    const answer = await fetch(`${home.url}/api/photos/${id}`, { method: 'PATCH', headers: json, body });
    return answer.ok ? [] : [`${body} was answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`];
  }

  async function checkCouch(title: string): Promise<string[]> {
    const id = `photo:${photos[0]!}`;
    // Beside the home's revision there may be one that no home accepts, and the CouchDB may show that one.
    const arrives = async (): Promise<boolean> => {
      // After 403 it is tried again after five minutes, or when the owner adds it again.
      if ((await linkAt(home, couch.url)).includes('"unauthorized"')) {
        const { peers } = (await (await fetch(`${home.url}/api/peers`)).json()) as { peers: { url: string }[] };
        const { url } = peers.find((one) => one.url.endsWith(new URL(couch.url).pathname))!;
        await fetch(`${home.url}/api/peers/${encodeURIComponent(url)}`, { method: 'DELETE' });
        await post(home, '/api/peers', { url: couch.peer, originals: 'none' });
      }
      const { _rev: rev } = JSON.parse((await db(`/${id}`)).text) as { _rev: string };
      const body = JSON.stringify({ docs: [{ id, rev }] });
      const headers = { ...couch.headers, ...json };
      const answer = await fetch(`${couch.url}/_bulk_get`, { method: 'POST', headers, body });
      return (await answer.text()).includes(title);
    };
    const wrong = await until(`“${title}” did not reach the CouchDB`, arrives, patience);
    return wrong.length === 0 ? [] : [...wrong, `Its link: ${await linkAt(home, couch.url)}`];
  }

  async function checkTakeBack(id: string): Promise<string[]> {
    const isShown = async (): Promise<boolean> => (await idsAt(shown)).length > 0;
    const published = await patch(id, { audience: 'public' });
    // Widening the audience of a newer version's document may be rejected; narrowing never is.
    if (published.some((what) => what.includes('"newer-version"'))) return patch(id, { audience: 'private' });
    return [
      ...published,
      ...(await until('A public photo is not shown', isShown, patience)),
      ...(await patch(id, { audience: 'private' })),
      ...(await until('A photo that was taken back is shown', async () => !(await isShown()), patience)),
    ];
  }

  async function checkEdits(n: number): Promise<string[]> {
    const [first, second] = photos as [string, string];
    const title = `title ${n}`;
    const wrong = [
      ...(await patch(first, { trashed: false })),
      // A peer may make a photo public; the owner reverts that.
      ...(await patch(first, { audience: 'private' })),
      ...(await patch(second, { audience: 'private' })),
      ...(await patch(second, { trashed: true })),
    ];
    const titled = await patch(first, { title });
    // A document of a newer version, or one that claims to be, keeps its text; the owner still decides its audience.
    const isKept = titled.some((what) => what.includes('"newer-version"'));
    if (!isKept) wrong.push(...titled);
    if (!isKept && (await titleAt(home, first)) !== title) wrong.push(`The photo is not called “${title}”.`);
    if ((await idsAt(home)).includes(second)) wrong.push('A trashed photo is in the album.');
    wrong.push(...(await patch(second, { trashed: false })));
    if (isKept) return wrong;
    wrong.push(
      ...(await until(
        `“${title}” did not reach the other home`,
        async () => (await titleAt(other, first)) === title,
        patience,
      )),
    );
    return [...wrong, ...(await checkCouch(title))];
  }

  function checkProcess(): string[] {
    const status = home.child.exitCode === null ? readFileSync(`/proc/${home.child.pid}/status`, 'utf8') : '';
    if (status === '') return [`The home ended with ${home.child.exitCode}: ${home.errors().slice(-500)}`];
    const memory = Number(/VmRSS:\s*(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    return memory > bounds.memory ? [`The home takes ${Math.round(memory)} MiB.`] : [];
  }

  return {
    home,
    other,
    couch,
    db,
    async known() {
      const { text } = await db('/_changes');
      const { results } = JSON.parse(text) as { results: { id: string; changes: { rev: string }[] }[] };
      const some = results.filter(({ id }) => /^(photo|exif):/.test(id)).slice(0, 6);
      const docs = some.map(({ id, changes }) => ({ id, rev: changes[0]!.rev }));
      const answer = await db('/_bulk_get?revs=true', 'POST', JSON.stringify({ docs }));
      const got = (JSON.parse(answer.text) as { results: { docs: { ok?: Doc }[] }[] }).results;
      return { photos, docs: got.flatMap((one) => one.docs.flatMap(({ ok }) => (ok ? [ok] : []))) };
    },
    async check(n, all) {
      const process = checkProcess();
      if (process.length > 0) return process;
      return [...(await checkEdits(n)), ...(all ? await checkTakeBack(photos[2]!) : []), ...checkProcess()];
    },
    async close() {
      for (const { child } of [home, other, shown]) child.kill('SIGKILL');
      await couch.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
