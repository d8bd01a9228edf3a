/** Opening the spool of a home, and reaching a server that holds it. */
import { request } from 'node:http';
import type { Config } from '../base/config.js';
import { PhotospoolError } from '../base/errors.js';
import { openFiles } from '../base/files.js';
import type { Log } from '../base/log.js';
import { openProcessor, type Processor, type ProcessorOptions } from '../spool/processor.js';
import { systemClock as clock } from '../base/clock.js';
import { type Home } from './home.js';
import { serverRecord } from './view.js';

/** Opens the processor of a home; `changed` replaces single options. */
export function openSpool(home: Home, log: Log, changed: Partial<ProcessorOptions> = {}): Promise<Processor> {
  const { incoming, work, mode, settle, workers, rescan, poll } = home.config;
  const parts = { files: home.files, clock, log, ingest: home.ingest, local: home.library.local };
  return openProcessor(parts, { incoming, work, mode, settle, workers, rescan, poll, ...changed });
}

/** What a running server writes down of itself. */
export interface ServerRecord {
  url: string;
  pid: number;
  work: string;
}

/** The server that runs on a home and holds this `work` folder; undefined where there is none. */
export async function findServer(config: Config): Promise<ServerRecord | undefined> {
  const text = await openFiles().readText(serverRecord(config));
  if (text === undefined) return undefined;
  const record = JSON.parse(text) as ServerRecord;
  if (record.work !== config.work) return undefined;
  try {
    process.kill(record.pid, 0);
  } catch {
    // The record of a server that was killed.
    return undefined;
  }
  return record;
}

/** Asks a server and waits as long as it takes (a pass over a big folder takes hours). @throws what the server answers. */
export function askServer<T>(server: ServerRecord, method: string, path: string, body?: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers =
      text === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const asking = request(new URL(path, server.url), { method, headers, timeout: 0 }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (answer += part));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) return resolve(JSON.parse(answer) as T);
        reject(
          new PhotospoolError(
            'unusable',
            `The server at ${server.url} answered ${response.statusCode ?? 'nothing'} to ${path}.`,
          ),
        );
      });
    });
    asking.on('error', (cause) => {
      reject(
        new PhotospoolError('unusable', `The server at ${server.url} does not answer.`, {
          cause,
          hint: 'Start it again.',
        }),
      );
    });
    asking.end(text);
  });
}
