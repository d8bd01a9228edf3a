/** A client of the Immich-compatible API, for tests: its calls, and a spool that really writes the uploads. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openFiles } from '../../src/base/files.js';
import { placeUpload } from '../../src/spool/place-upload.js';
import type { Home } from './fixture.js';

export type Headers = Record<string, string>;
type Parts = Record<string, string | { name: string; bytes: Buffer }>;

/** A call, and its response. */
export async function call(
  { app }: Pick<Home, 'app'>,
  method: string,
  path: string,
  headers: Headers = {},
  payload?: object | string,
) {
  const url = path.startsWith('/.well-known') ? path : `/immich/api${path}`;
  const given = payload === undefined ? {} : { payload };
  const answer = await app.inject({ method: method as 'GET', url, headers, ...given });
  return Object.assign(answer, { status: answer.statusCode, bytes: answer.rawPayload });
}

/** A form with fields and files, in their order. */
export function form(parts: Parts): { headers: Headers; payload: string } {
  const text = Object.entries(parts).map(([name, value]) => {
    const isFile = typeof value !== 'string';
    const head = `Content-Disposition: form-data; name="${name}"${isFile ? `; filename="${value.name}"` : ''}`;
    return `--x\r\n${head}\r\n\r\n${isFile ? value.bytes.toString('latin1') : value}\r\n`;
  });
  return {
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    payload: `${text.join('')}--x--\r\n`,
  };
}

/** Sends a photo. */
export function upload(home: Home, headers: Headers, bytes: string, more: Parts = {}, sent: Headers = {}) {
  const made = form({
    fileCreatedAt: '2020-05-06T07:08:09.000Z',
    fileModifiedAt: '2021-05-06T07:08:09.000Z',
    assetData: { name: 'a.jpg', bytes: Buffer.from(bytes) },
    ...more,
  });
  return call(home, 'POST', '/assets', { ...headers, ...made.headers, ...sent }, made.payload);
}

/** Writes uploads into the incoming folder of a home, as the spool does. */
export function receiveFiles(home: Home): void {
  const incoming = join(home.folder, 'incoming');
  home.spool.place = (stream, name, by, still, holder, modified) =>
    placeUpload(incoming, openFiles(), stream, name, { by, ...(holder !== undefined && { holder }) }, still, modified);
}

/** The files in the incoming folder: their sender, name, content, and time; temporary ones as well. */
export function filesIn(home: Home): { path: string; text: string; modified: number }[] {
  const incoming = join(home.folder, 'incoming');
  return readdirSync(incoming, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(incoming, path)).isFile() && !path.endsWith('.from.json'))
    .map((path) => {
      const file = join(incoming, path);
      return { path, text: readFileSync(file, 'utf8'), modified: statSync(file).mtimeMs };
    });
}

/** A hash of the bytes of a text. */
export const hashOf = (kind: 'sha1' | 'sha256', text: string): string => createHash(kind).update(text).digest('hex');
