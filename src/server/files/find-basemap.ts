/**
 * Finds the owner's own map: the PMTiles file in the home. It may be added, changed and removed while the server runs.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { ServerConfig } from '../context.js';

/** The file, and a name that changes with its content; undefined if there is none. Never rejects. */
export async function findBasemap({
  basemap: path,
}: Pick<ServerConfig, 'basemap'>): Promise<{ path: string; version: string } | undefined> {
  const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (path === undefined || !found?.isFile()) return undefined;
  return { path, version: createHash('sha256').update(`${found.size} ${found.mtimeMs}`).digest('hex') };
}
