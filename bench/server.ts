/** A server for benches, in a separate process, on a home with synthetic photos. */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openSqlite } from '../src/base/sqlite.js';
import { openCatalog } from '../src/catalog/catalog.js';
import type { Body } from '../src/document/photo-document.js';
import { openLibrary } from '../src/library/library.js';
import { benchFolder, benchHome } from './photos.js';
import { cli } from './run.js';
import { syntheticPhotos } from './synthetic.js';

/** A running server. */
export interface BenchServer {
  url: string;
  pid: number;
  home: string;
  /** Stops it and removes its home. */
  stop(): Promise<void>;
  /** Kills it, like a power cut, and leaves its home. */
  kill(): Promise<void>;
}

/**
 * Creates a home and fills its library with `photos` synthetic documents, whose pictures do not exist. A bench that
 * needs several gives each a name.
 */
export function makeHome(photos: number, name?: string, { pictures = true } = {}): string {
  const home = name === undefined ? benchHome : join(benchFolder, `${name}-${process.pid}`);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(join(home, '.photospool'), { recursive: true });
  mkdirSync(join(home, 'incoming'));
  const db = openSqlite(join(home, '.photospool/library.sqlite'));
  const catalog = openCatalog(db);
  const library = openLibrary(db, { index: (id, body, n) => catalog.index(id, body, n) });
  let batch: [string, Body][] = [];
  const flush = (): void => {
    library.transaction(() => {
      for (const [id, body] of batch) library.update(id, () => body);
    });
    batch = [];
  };
  for (const { id, document } of syntheticPhotos(photos, 1)) {
    batch.push([id, (pictures ? document : { ...document, renditions: { recipe: 1 } }) as unknown as Body]);
    if (batch.length === 2000) flush();
  }
  flush();
  library.close();
  db.close();
  return home;
}

/** Starts `serve` on a home. Files are claimed at once. */
export async function startServer(home: string, port = 0): Promise<BenchServer> {
  const child = spawn(process.execPath, [cli, 'serve', '--home', home, '--port', String(port), '--settle', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (part: Buffer) => {
      out += part.toString();
      const found = /http:\S+/.exec(out);
      if (found) resolve(found[0]);
    });
    void ended.then(() => reject(new Error('The server ended by itself.')));
  });
  return {
    url,
    pid: child.pid!,
    home,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
