/**
 * Uploads one file: hashes it, sends it in one request or resumes after an interruption, and succeeds only when the
 * server confirms bytes with this hash.
 */
import { type DetailedError, Upload } from 'tus-js-client';
import { ask, send as sendJson, toApiError, ApiError } from '../../lib/api.js';
import type { Source } from './dropped-files.js';
import { hashOf } from './hash-worker-client.js';
import { m } from '../../lib/messages.js';
import type { UploadAlbum } from '../../lib/shell.svelte.js';

/** Callbacks during an upload. */
export interface Telling {
  reading(): void;
  /** The number of bytes that the server has from an earlier attempt. */
  resuming(bytes: number): void;
  /** The number of bytes on the server. */
  sending(bytes: number): void;
  /** The network is down, or the server has a temporary problem. */
  held(trouble: ApiError | undefined): void;
}

/** The reason of an abort that cancels an upload: its bytes are deleted on the server. */
export const cancelled = new DOMException('cancelled', 'AbortError');

const endpoint = '/api/uploads';
/** The delay between retries, in ms: the first, and the longest. */
const [soon, late] = [1_000, 30_000];
/** How often a file is sent again if it arrived with another hash. */
const tries = 3;

/**
 * The outcome for a file: the server has it now, or already had it; `trashed`: as this photo (its id), in the trash.
 */
export type Outcome = 'done' | 'known' | { trashed: string };

/** Resolves when the server has the file. @throws ApiError, or AbortError. */
export async function carry(source: Source, signal: AbortSignal, tell: Telling): Promise<Outcome> {
  tell.reading();
  const why = await whyNot(source).catch(() => undefined);
  signal.throwIfAborted();
  if (why !== undefined) throw new ApiError('unsupported', m.upload.unsupported(why));
  const sha256 = await hashOf(source.file);
  signal.throwIfAborted();
  if (sha256 === undefined) throw new ApiError('unreadable', m.upload.unreadable);
  for (let n = 1; ; n++) {
    try {
      return await send(source, sha256, signal, tell);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'mismatch' && n < tries)) throw error;
    }
  }
}

/** The server identifies a format by this number of bytes. */
const headLength = 4096;

/**
 * Why the server would reject a file, as a clause, after sending only its first bytes. If this request fails, the
 * server decides when it has the file.
 */
async function whyNot({ file, name }: Source): Promise<string | undefined> {
  const bytes = new Uint8Array(await file.slice(0, headLength).arrayBuffer());
  const head = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  const told = await ask<{ reasons: (string | null)[] }>(
    `${endpoint}/check`,
    sendJson('POST', { files: [{ name, head }] }),
  );
  return told.reasons[0] ?? undefined;
}

/** The metadata that puts an upload into an album. */
const albumOf = (into: UploadAlbum | undefined): Record<string, string> =>
  into
    ? { [into.shared ? 'album' : 'album-name']: into.id, ...(into.library !== undefined && { for: into.library }) }
    : {};

/** The outcome in an answer that the photo is known; undefined in the page of a network that wants a sign-in first. */
function knownIn(body: string): Outcome | undefined {
  try {
    const { state, photo, trashed } = JSON.parse(body) as { state?: string; photo?: string; trashed?: true };
    if (state !== 'known') return undefined;
    return trashed && photo !== undefined ? { trashed: photo } : 'known';
  } catch {
    return undefined;
  }
}

async function send(source: Source, sha256: string, signal: AbortSignal, tell: Telling): Promise<Outcome> {
  const seen: { known: Outcome | undefined } = { known: undefined };
  let settle: (error: unknown) => void = () => undefined;
  const { file, name, folder, modified, into } = source;
  const upload = new Upload(file, {
    endpoint,
    metadata: { filename: name, sha256, modified: `${modified}`, ...(folder !== '' && { folder }), ...albumOf(into) },
    // An upload into another album is a different one.
    fingerprint: () => Promise.resolve(`photospool-${sha256}-${folder}/${name}${into ? `-${into.id}` : ''}`),
    removeFingerprintOnSuccess: true,
    retryDelays: null,
    onProgress: (sent) => tell.sending(sent),
    onAfterResponse: (request, response) => {
      const method = request.getMethod();
      if (method === 'POST' && response.getStatus() === 200) seen.known = knownIn(response.getBody());
      if (method === 'HEAD') tell.resuming(Number(response.getHeader('upload-offset') ?? 0));
    },
    onSuccess: () => settle(undefined),
    onError: (error) => settle(error),
  });
  const [before] = await upload.findPreviousUploads();
  if (before) upload.resumeFromPreviousUpload(before);
  for (let wait = soon; ; wait = Math.min(2 * wait, late)) {
    tell.sending(0);
    const stop = (): void => {
      void upload.abort(signal.reason === cancelled).catch(() => undefined);
      settle(signal.reason);
    };
    signal.addEventListener('abort', stop);
    const failure = await new Promise<unknown>((resolve) => {
      settle = resolve;
      if (signal.aborted) stop();
      else upload.start();
    });
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    if (seen.known) return seen.known;
    const trouble = failure === undefined ? await confirm(upload.url, sha256) : troubleOf(failure);
    if (!trouble) return 'done';
    if (!passes(trouble)) throw trouble;
    tell.held(trouble.code === 'offline' ? undefined : trouble);
    await pause(wait, signal);
  }
}

/** Asks whether the server has the bytes; undefined if it has. */
async function confirm(url: string | null, sha256: string): Promise<ApiError | undefined> {
  try {
    const told = await ask<{ state: string; sha256?: string }>(new URL(url ?? '', location.href).pathname);
    if (told.state === 'received' && told.sha256 === sha256) return undefined;
    return new ApiError(told.state === 'received' ? 'mismatch' : 'busy', m.upload.confirmless);
  } catch (error) {
    return toApiError(error);
  }
}

/** Whether an automatic retry is useful: no response, or a temporary error. */
const passes = ({ code }: ApiError): boolean =>
  ['offline', 'busy', 'changing', 'locked', 'slow-down', 'timeout', 'conflict', 'disk-full', 'read-only'].includes(
    code,
  ) || ['io', 'internal', 'permission'].includes(code);

function troubleOf(error: unknown): ApiError {
  const response = (error as Partial<DetailedError>).originalResponse;
  if (!response) return new ApiError('offline', '');
  if (response.getStatus() === 401) return new ApiError('unauthorized', m.upload.signIn);
  try {
    const told = JSON.parse(response.getBody()) as { error: { code: string; message: string; hint?: string } };
    return new ApiError(told.error.code, told.error.message, told.error.hint);
  } catch {
    // The error page of a proxy, or the response to a HEAD, which has no body.
    return new ApiError(
      response.getStatus() >= 500 ? 'busy' : 'refused',
      `${m.upload.states.failed} (${response.getStatus()}).`,
    );
  }
}

/** Waits, at most until the network is back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      removeEventListener('online', done);
      signal.removeEventListener('abort', done);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
    signal.addEventListener('abort', done);
  });
}
