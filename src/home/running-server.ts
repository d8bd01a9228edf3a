/** The server running on a home, for commands: found by its record, called over HTTP. Loads no part of the server. */
import { X509Certificate } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { request } from 'node:http';
import { request as requestSecurely, type RequestOptions } from 'node:https';
import type { Config } from '../base/config.js';
import { PhotospoolError } from '../base/errors.js';
import { openFiles } from '../base/files.js';
import { serverRecord } from './open-read-only.js';

/** The record of a running server. Folders are real paths. */
export interface ServerRecord {
  url: string;
  pid: number;
  incoming: string;
  work: string;
  done: string;
  /** The Bearer token of this machine's commands: the file is readable by its user alone. */
  secret: string;
  /** The file of its certificate, if it uses HTTPS. */
  cert?: string;
}

/** The record of a server with this configuration. */
export async function recordOf(
  { incoming, work, done, cert }: Config,
  url: string,
  secret: string,
): Promise<ServerRecord> {
  return {
    url,
    secret,
    pid: process.pid,
    incoming: await realpath(incoming),
    work: await realpath(work),
    done: await realpath(done),
    ...(cert !== undefined && { cert }),
  };
}

/**
 * The server that runs on a home and holds this `work` folder; undefined if there is none. `signal` ends waiting for
 * one that does not respond.
 * @throws PhotospoolError `locked` if it uses another incoming folder or archive.
 */
export async function findServer(config: Config, signal?: AbortSignal): Promise<ServerRecord | undefined> {
  const text = await openFiles().readText(serverRecord(config));
  const record = text === undefined ? undefined : (JSON.parse(text) as ServerRecord);
  if (!record) return undefined;
  const work = await realpath(config.work).catch(() => config.work);
  if (record.work !== work || !(await answers(record, signal))) return undefined;
  const same = await recordOf(config, record.url, record.secret).catch(() => undefined);
  if (same?.incoming === record.incoming && same.done === record.done) return record;
  throw new PhotospoolError('locked', `A server is using ${work} with a different incoming folder or archive.`, {
    path: work,
    hint: 'Stop that server, or choose another work folder with --work.',
  });
}

/** Whether the server responds; otherwise the record is that of a killed one. */
function answers(server: ServerRecord, signal?: AbortSignal): Promise<boolean> {
  return askServer(server, 'GET', '/healthz', undefined, signal).then(
    () => true,
    () => false,
  );
}

/**
 * Calls a server and waits as long as it takes (a pass over a large folder takes hours), or until `signal` aborts.
 * @throws the server's error.
 */
export async function askServer<T>(
  server: ServerRecord,
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const trust = await trustOf(server);
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${server.secret}`,
      ...(text !== '' && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    };
    const options = { ...trust, method, headers, timeout: 0, ...(signal && { signal }) };
    const url = new URL(path, server.url);
    const asking = (url.protocol === 'https:' ? requestSecurely : request)(url, options, (response) => {
      let answer = '';
      const settle = (json: string): void => {
        try {
          resolve(JSON.parse(json) as T);
        } catch (cause) {
          reject(new PhotospoolError('unusable', `${server.url} is not a Photospool server.`, { cause }));
        }
      };
      response.setEncoding('utf8');
      response.on('data', (part: string) => (answer += part));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) return settle(answer);
        if (response.statusCode === 204) return resolve(undefined as T);
        reject(
          new PhotospoolError(
            'unusable',
            `The server at ${server.url} responded to ${path} with status ${response.statusCode ?? 'unknown'}.`,
          ),
        );
      });
    });
    asking.on('error', (cause) => {
      reject(
        new PhotospoolError('unusable', `The server at ${server.url} does not respond.`, {
          cause,
          hint: 'Restart it.',
        }),
      );
    });
    asking.end(text);
  });
}

/**
 * The trust in a server with HTTPS: its own certificate, and no other one of the same authority. Its names need not
 * include the address of this machine.
 */
async function trustOf({ cert }: ServerRecord): Promise<RequestOptions> {
  const text = cert === undefined ? undefined : await readFile(cert).catch(() => undefined);
  if (text === undefined) return {};
  const ca = new X509Certificate(text).toString();
  return { ca, allowPartialTrustChain: true, checkServerIdentity: () => undefined };
}
