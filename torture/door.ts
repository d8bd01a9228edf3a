/** A server in a separate process on a new home, with a photo of each kind and a client of each role. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { commandLine } from '../src/access/actor.js';
import { mays } from '../src/access/permissions.js';
import { readConfig } from '../src/base/config.js';
import { openFiles } from '../src/base/files.js';
import { silent } from '../src/base/log.js';
import { openHomeAccess } from '../src/home/open-access.js';
import { openRecords } from '../src/home/open-records.js';
import type { ServerRecord } from '../src/home/running-server.js';
import { serverRecord } from '../src/home/open-read-only.js';
import type { Asked } from './requests.js';

/** A client. */
export interface Guest {
  name: string;
  headers: Record<string, string>;
  /** Texts that must be in no response to it. */
  hidden: readonly string[];
  /** Whether it may purge photos; a client without this right must not be able to. */
  mayPurge: boolean;
}

/**
 * A response, as far as it was read. Status 0: a large body was rejected and the connection closed before the response
 * arrived.
 */
export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: Buffer;
}

/** A server under test. */
export interface Door {
  port: number;
  /** The ids of the photos. */
  ids: readonly string[];
  /** Clients with the fewest rights come first: actions of the last ones change what is visible. */
  guests: readonly Guest[];
  /** The headers of the owner, right after signing in. */
  signIn(): Record<string, string>;
  /** Sends a request; closes an event stream after its beginning. Rejects without a response within half a minute. */
  ask(asked: Asked): Promise<Answer>;
  /** The hashes of files in the archive's trash: the originals of purged photos. */
  discarded(): Set<string>;
  /** Opens the album to visitors, or closes it. */
  receive(visitors: boolean): void;
  /** Resident memory of the server, bytes. */
  memory(): Promise<number>;
  close(): Promise<void>;
}

const kinds = (['private', 'family', 'public'] as const).flatMap((audience) =>
  [false, true].map((trashed) => ({ audience, trashed, mark: `zq${audience}${trashed ? 'gone' : 'kept'}` })),
);

/** The clients with the right to purge, and the peer, whose purges count as the owner's. */
const purging: ReadonlySet<string> = new Set(['token edit', 'owner', 'token replicate']);

/** Starts the server. */
export async function openDoor(): Promise<Door> {
  const folder = mkdtempSync(join(tmpdir(), 'photospool-door-'));
  const config = readConfig(folder, {}, {});
  const args = ['--import', 'tsx', join(import.meta.dirname, '../src/cli/main.ts'), 'serve', '--home', folder];
  const options = ['--port', '0', '--settle', '0', '--level', 'error'];
  const child = spawn(process.execPath, [...args, ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (part: Buffer) => (said += part.toString()).length);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until(() => existsSync(serverRecord(config)) || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(`The server did not start: ${said}`);
  const { url, secret } = JSON.parse(readFileSync(serverRecord(config), 'utf8')) as ServerRecord;
  const port = Number(new URL(url).port);
  const ask = (asked: Asked): Promise<Answer> => askOnce(port, asked);
  const command = { authorization: `Bearer ${secret}` };
  const traces = await fill(ask, command);

  const records = await openRecords(config, openFiles());
  const { access, close } = openHomeAccess(records, config, openFiles(), silent);
  const actor = commandLine;
  const account = (name: string, role: 'owner' | 'family'): string => {
    const { id } = access.accounts.add({ name, role }, actor);
    access.accounts.setPassword(id, 'no hash', actor);
    return id;
  };
  const cookie = (id: string): Record<string, string> => ({
    cookie: `photospool=${access.sessions.start(id, { address: '127.0.0.1', browser: '' }).secret}`,
  });
  const [owner, family, editor] = [account('owner', 'owner'), account('family', 'family'), account('editor', 'family')];
  access.accounts.change(editor, { canEdit: true }, actor);
  const tokens = new Map(mays.map((may) => [may, access.tokens.make(may, [may], actor).secret]));
  const secrets = [secret, ...tokens.values()];
  const hiddenFrom = (seen: (kind: (typeof kinds)[number]) => boolean): string[] => [
    ...kinds.flatMap((kind, n) => (seen(kind) ? [] : traces[n]!)),
    ...secrets,
  ];
  const familySees = ({ audience, trashed }: (typeof kinds)[number]): boolean => !trashed && audience !== 'private';
  const guest = (name: string, headers: Record<string, string>, seen: Parameters<typeof hiddenFrom>[0]): Guest => ({
    ...{ name, headers, hidden: hiddenFrom(seen), mayPurge: purging.has(name) },
  });
  const program = (may: (typeof mays)[number]): Guest => {
    const sees = may === 'read' || may === 'edit';
    return guest(`token ${may}`, { authorization: `Bearer ${tokens.get(may)!}` }, () => sees);
  };
  return {
    port,
    ids: traces.map(([id]) => id!),
    guests: [
      guest('nobody', {}, () => false),
      guest('stranger', { authorization: `Bearer ${'x'.repeat(43)}` }, () => false),
      guest('visitor', {}, ({ audience, trashed }) => !trashed && audience === 'public'),
      ...(['publish', 'upload'] as const).map(program),
      guest('family', cookie(family), familySees),
      guest('editor', cookie(editor), familySees),
      ...(['read', 'edit'] as const).map(program),
      guest('owner', cookie(owner), () => true),
      // A peer may change everything, like the owner.
      program('replicate'),
    ],
    signIn: () => cookie(owner),
    ask,
    discarded: () => hashesIn(join(config.done, 'trash')),
    receive: (visitors) => access.settings.change({ visitors }),
    async memory() {
      const { body } = await ask({ method: 'GET', path: '/metrics', headers: command });
      return Number(/^process_resident_memory_bytes (\d+)/m.exec(body.toString())?.[1] ?? Number.NaN);
    },
    async close() {
      await close();
      records.library.close();
      records.db.close();
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The hashes of the files in a folder; none if it does not exist. */
function hashesIn(folder: string): Set<string> {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return new Set(names.map((name) => hashOf(readFileSync(join(folder, name)))));
}

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Imports a photo of each kind; returns identifying texts of each, its id first. */
async function fill(ask: Door['ask'], headers: Record<string, string>): Promise<string[][]> {
  const made: string[][] = [];
  for (const [n, { audience, trashed, mark }] of kinds.entries()) {
    const picture = sharp({
      create: { width: 900, height: 600, channels: 3, background: { r: 40 * n, g: 90, b: 120 } },
    });
    const bytes = await picture
      .withExif({ IFD0: { Artist: mark } })
      .jpeg()
      .toBuffer();
    const id = hashOf(bytes);
    const head = `--x\r\nContent-Disposition: form-data; name="f"; filename="${mark}.jpg"\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--x--\r\n')]);
    const form = { ...headers, 'content-type': 'multipart/form-data; boundary=x' };
    await ask({ method: 'POST', path: '/api/upload', headers: form, body });
    const path = `/api/photos/${id}`;
    await until(async () => (await ask({ method: 'GET', path, headers })).status === 200);
    const edit = { title: mark, tags: { add: [mark, 'common'] }, albums: { add: [mark] }, audience, trashed };
    const json = { ...headers, 'content-type': 'application/json' };
    const edited = await ask({ method: 'PATCH', path, headers: json, body: Buffer.from(JSON.stringify(edit)) });
    const { renditions } = JSON.parse(edited.body.toString()) as { renditions: Record<string, { sha256: string }> };
    made.push([id, mark, ...Object.values(renditions).map(({ sha256 }) => sha256)]);
  }
  return made;
}

function askOnce(port: number, { method, path, headers, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = { host: `127.0.0.1:${port}`, ...headers, ...(body && { 'content-length': body.length }) };
    const asking = request({ host: '127.0.0.1', port, method, path, headers: sent, timeout: 30_000 }, (response) => {
      const parts: Buffer[] = [];
      const done = (): void =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
      response.on('data', (part: Buffer) => {
        parts.push(part);
        if (!String(response.headers['content-type']).startsWith('text/event-stream')) return;
        done();
        response.destroy();
      });
      response.on('end', done).on('error', done);
    });
    asking.on('timeout', () => asking.destroy(new Error('no answer within 30 s')));
    asking.on('error', (error: NodeJS.ErrnoException) => {
      const cut = ['EPIPE', 'ECONNRESET'].includes(error.code ?? '') && (body?.length ?? 0) > 64 * 1024;
      if (cut) resolve({ status: 0, headers: {}, body: Buffer.alloc(0) });
      else reject(error);
    });
    asking.end(body);
  });
}
