/**
 * Requests to the server (docs/interface.md, "HTTP"). Every failure is an ApiError: the server's sentence and hint, or
 * `offline` without an answer.
 */
import type { HomeAnswer, Photo, Segment, SpoolAnswer, Tile } from '../../../src/api/answer-types.js';

export type { Segment, Tile };
/** A photo, as much of it as the viewer may see. */
export type PhotoView = Photo;
/** What the spool holds, and how much of its trouble no owner has seen yet. An older server leaves `news` out. */
export type SpoolStatus = Omit<SpoolAnswer, 'news'> & Partial<Pick<SpoolAnswer, 'news'>>;

// Without a page, as in tests of what this file gives to others, there is no address.
const where = typeof location === 'undefined' ? '' : location.pathname;
/** What all addresses begin with: on the page of a share link the link's own (docs/sharing.md), else nothing. */
export const base = /^\/s\/[\w-]{43}(?=\/|$)/.exec(where)?.[0] ?? '';

/** A request that failed. `code` is the server's (docs/interface.md, "Errors"), or `offline`. */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.hint = hint;
  }
}

/** True for the error of a request that was called off. */
export const isCalledOff = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

/** Anything thrown, as ApiError. */
export const toApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError('internal', error instanceof Error ? error.message : String(error));

let refused: () => void = () => undefined;

/** Does `act` whenever the server no longer knows who asks (401). */
export const whenRefused = (act: () => void): void => {
  refused = act;
};

let confirm: () => Promise<boolean> = () => Promise.resolve(false);

/** Does `act` where the server wants to know once more who asks; it resolves to true where that was proved. */
export const whenUnconfirmed = (act: () => Promise<boolean>): void => {
  confirm = act;
};

/** Asks the server for JSON; an answer without a body is undefined. @throws ApiError */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(base + path, init).catch((error: unknown) => {
    if (isCalledOff(error)) throw error;
    throw new ApiError('offline', '');
  });
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const trouble = await readTrouble(response);
  // What was asked is asked once more, so that nothing that was typed is lost.
  if (trouble.code === 'confirmation-needed' && (await confirm())) return ask(path, init);
  if (response.status === 401) refused();
  throw trouble;
}

async function readTrouble(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const error = field(body, 'error');
  const text = (key: string): string | undefined => {
    const value = field(error, key);
    return typeof value === 'string' ? value : undefined;
  };
  return new ApiError(text('code') ?? 'internal', text('message') ?? `${response.status}`, text('hint'));
}

const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

/** A request that changes something. */
export const send = (method: 'POST' | 'PATCH' | 'DELETE', body?: unknown): RequestInit =>
  body === undefined
    ? { method }
    : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };

/** A path with what is asked for; what is undefined or empty is left out. */
export const addressed = (path: string, values: Record<string, string | number | undefined>): string => {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(values))
    if (value !== undefined && value !== '') query.set(key, `${value}`);
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
};

/** The stretches of a search's timeline, newest first, at most `size` photos each. */
export const fetchSegments = (q: string, size: number, signal?: AbortSignal): Promise<Segment[]> =>
  ask(addressed('/api/timeline/segments', { q, size }), signal && { signal });

/** The photos of one stretch. */
export const fetchTiles = async (q: string, segment: Segment, signal?: AbortSignal): Promise<Tile[]> => {
  const path = addressed('/api/tiles', { q, cursor: segment.cursor, limit: segment.count });
  return (await ask<{ tiles: Tile[] }>(path, signal && { signal })).tiles;
};

/** One photo with all that is known of it. */
export const fetchPhoto = (id: string, signal?: AbortSignal): Promise<PhotoView> =>
  ask(`/api/photos/${id}`, signal && { signal });

export const fetchHome = (): Promise<HomeAnswer> => ask('/api/home');

/** Asks for sample pictures to be put into `incoming`. */
export const placeSamples = (): Promise<unknown> => ask('/api/samples', send('POST'));

/** Tries stuck files again; `asIs`: those that are damaged are imported as they are. */
export const retryStuck = (names: string[] | 'all', asIs = false): Promise<unknown> =>
  ask('/api/spool/retry', send('POST', { names, ...(asIs && { asIs }) }));

/** The address of a picture, or of the short film without sound that the timeline shows. */
export const mediaOf = ({ id, v }: Pick<Tile, 'id' | 'v'>, rendition: 'thumb' | 'preview' | 'hover'): string =>
  addressed(`${base}/media/${id}/${rendition}`, { v });

/** The address of what plays of a photo: a video, or what moves in a Live or motion photo. */
export const filmOf = (id: string): string => `${base}/media/${id}/video`;

/** The address of the picture of an original as JPEG. */
export const jpegOf = (id: string): string => `${base}/originals/${id}/jpeg`;

/** The address of an original; with `download` the browser keeps it as a file. */
export const originalOf = (id: string, download = false): string =>
  `${base}/originals/${id}${download ? '?download' : ''}`;
