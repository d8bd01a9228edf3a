/**
 * Requests to the server (docs/interface.md, "HTTP"). Every failure is an ApiError: the server's sentence and hint, or
 * `offline` without an answer.
 */
import { albumOfSearch } from './album-search.js';
import { namedSearches } from './named-searches.js';
import type { HomeAnswer, Photo, Segment, SpoolAnswer, Tile } from '../../../src/api/answer-types.js';

export type { Segment, Tile };
/** A photo, as much of it as is visible to the viewer. */
export type PhotoView = Photo;
/** The parts of the spool's state that servers of earlier versions don't report. */
type NewerAnswers = 'news' | 'processed';
/** The state of the spool, with the number of problems that no owner has seen yet. */
export type SpoolStatus = Omit<SpoolAnswer, NewerAnswers> & Partial<Pick<SpoolAnswer, NewerAnswers>>;

// Without a page, as in tests, there is no location.
const where = typeof location === 'undefined' ? '' : location.pathname;
/** The prefix of all paths: on the page of a share link the link's own (docs/sharing.md), otherwise empty. */
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

/** True for the error of an aborted request. */
export const isCalledOff = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

/** Converts anything thrown to an ApiError. */
export const toApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError('internal', error instanceof Error ? error.message : String(error));

let refused: () => void = () => undefined;

/** Calls `act` when the server no longer knows the viewer (401). */
export const whenRefused = (act: () => void): void => {
  refused = act;
};

let confirm: () => Promise<boolean> = () => Promise.resolve(false);

/** Calls `act` when the server requires the viewer to confirm their identity; it resolves to true if they did. */
export const whenUnconfirmed = (act: () => Promise<boolean>): void => {
  confirm = act;
};

let outOfDate: (since: number) => void = () => undefined;

/**
 * Calls `act` when the server can't be reached and an answer was kept on this device (docs/offline.md), with the time of
 * the last contact, ms since 1970.
 */
export const whenKept = (act: (since: number) => void): void => {
  outOfDate = act;
};

/** A proxy that can't reach the server responds itself, in a format other than the server's. */
const isFromProxy = ({ status, headers }: Response): boolean =>
  [502, 503, 504].includes(status) && headers.get('content-type')?.startsWith('application/json') !== true;

/** Sends a request for JSON; a response without a body is undefined. @throws ApiError */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(base + path, init).catch((error: unknown) => {
    if (isCalledOff(error)) throw error;
    throw new ApiError('offline', '');
  });
  if (isFromProxy(response)) throw new ApiError('offline', '');
  const since = response.headers.get('photospool-kept');
  if (since !== null) outOfDate(Number(since));
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const trouble = await readTrouble(response);
  // Repeats the request, so that nothing typed is lost.
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

/** The options of a request that changes something. */
export const send = (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', body?: unknown): RequestInit =>
  body === undefined
    ? { method }
    : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };

/** A path with query parameters, without undefined and empty ones. */
export const addressed = (path: string, values: Record<string, string | number | undefined>): string => {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(values))
    if (value !== undefined && value !== '') query.set(key, `${value}`);
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
};

/**
 * An album, also one behind a share link, has its own order; recently added photos are ordered by the time they were
 * added.
 */
function orderOf(q: string): 'album' | 'added' | undefined {
  if (q === namedSearches.recent) return 'added';
  return albumOfSearch(q) !== undefined || (base !== '' && q === '') ? 'album' : undefined;
}

/**
 * The segments of a search's timeline, newest first or in the order of `orderOf`, with at most `size` photos each;
 * without a month in an order by hand or by arrival. One photo stands for each burst.
 */
export const fetchSegments = (q: string, size: number, signal?: AbortSignal): Promise<Segment[]> =>
  ask(addressed('/api/timeline/segments', { q, size, order: orderOf(q), bursts: 'stacked' }), signal && { signal });

/** How photos and tiles look after edits that wait to be sent. */
interface Waiting {
  photo: (photo: PhotoView) => PhotoView;
  tiles: (tiles: Tile[]) => Tile[];
}
let waiting: Waiting = { photo: (photo) => photo, tiles: (tiles) => tiles };

/** Shows photos with the edits that wait to be sent (edits/waiting-edits.svelte.ts). */
export const showWaiting = (edits: Waiting): void => {
  waiting = edits;
};

/** The photos of one segment. */
export const fetchTiles = async (
  q: string,
  segment: Pick<Segment, 'cursor' | 'count'>,
  signal?: AbortSignal,
): Promise<Tile[]> => {
  const { cursor, count: limit } = segment;
  const path = addressed('/api/tiles', { q, cursor, limit, order: orderOf(q), bursts: 'stacked' });
  return waiting.tiles((await ask<{ tiles: Tile[] }>(path, signal && { signal })).tiles);
};

/** One photo with all details. */
export const fetchPhoto = async (id: string, signal?: AbortSignal): Promise<PhotoView> =>
  waiting.photo(await ask<PhotoView>(`/api/photos/${id}`, signal && { signal }));

export const fetchHome = (): Promise<HomeAnswer> => ask('/api/home');

/** Requests sample pictures in `incoming`. */
export const placeSamples = (): Promise<unknown> => ask('/api/samples', send('POST'));

/** Retries stuck files; with `asIs`, damaged ones are imported as they are. */
export const retryStuck = (names: string[] | 'all', asIs = false): Promise<unknown> =>
  ask('/api/spool/retry', send('POST', { names, ...(asIs && { asIs }) }));

/** The URL of a picture, or of the hover preview. */
export const mediaOf = ({ id, v }: Pick<Tile, 'id' | 'v'>, rendition: 'thumb' | 'preview' | 'hover'): string =>
  addressed(`${base}/media/${id}/${rendition}`, { v });

/** The URL of the large picture of the original of an edited photo. */
export const uneditedOf = (id: string): string => `${base}/media/${id}/unedited`;

/** The URL of the playable video of a photo: a video, or the motion of a Live or motion photo. */
export const filmOf = ({ id, v }: Pick<Tile, 'id' | 'v'>): string => addressed(`${base}/media/${id}/video`, { v });

/** The URL of an original's picture as JPEG. */
export const jpegOf = (id: string): string => `${base}/originals/${id}/jpeg`;

/** The URL of an original; with `download` the browser saves it as a file. */
export const originalOf = (id: string, download = false): string =>
  `${base}/originals/${id}${download ? '?download' : ''}`;

/** The URL of a rotated video as it is played, which the browser saves as a file. */
export const rotatedOf = (id: string): string => `${originalOf(id, true)}&edited`;
