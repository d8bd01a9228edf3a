/**
 * The floor of moving blobs: plain HTTP from a process that sends files unchanged, to one that hashes, writes, flushes
 * and renames them, with the same concurrency as ours. No tokens, no documents, no resuming. As a separate process with
 * a folder, it serves that.
 */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { Agent, createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { openPool } from '../src/base/async/concurrency-limit.js';

/** Serves files by their path below `folder`, from a separate process. */
export function startFiles(folder: string): Promise<{ url: string; close(): void }> {
  const child = fork(import.meta.filename, [folder]);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (url) => resolve({ url: url as string, close: () => child.disconnect() }));
  });
}

/**
 * Fetches files into a new folder, `width` at a time. Their names are their hashes.
 * @throws if a hash is wrong.
 */
export async function fetchFiles(url: string, paths: readonly string[], into: string, width: number): Promise<void> {
  await mkdir(into, { recursive: true });
  const agent = new Agent({ keepAlive: true });
  const pool = openPool(width);
  await Promise.all(paths.map((path) => pool(() => fetchFile(url, path, into, agent))));
  agent.destroy();
}

async function fetchFile(url: string, path: string, into: string, agent: Agent): Promise<void> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${url}/${path}`, { agent }, resolve).once('error', reject);
  });
  const name = basename(path, '.jpg');
  const part = join(into, `${name}.part`);
  const hash = createHash('sha256');
  const file = await open(part, 'wx');
  for await (const bytes of answer as AsyncIterable<Buffer>) {
    hash.update(bytes);
    await file.write(bytes);
  }
  await file.sync();
  await file.close();
  if (hash.digest('hex') !== name) throw new Error(`${name} came with another hash.`);
  await rename(part, join(into, name));
}

if (process.send && process.argv[1] === import.meta.filename) {
  const folder = process.argv[2]!;
  const server = createServer((request, response) => createReadStream(join(folder, request.url!)).pipe(response));
  process.once('disconnect', () => process.exit());
  server.listen(0, '127.0.0.1', () => process.send!(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
}
