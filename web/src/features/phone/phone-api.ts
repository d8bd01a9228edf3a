/**
 * The photos that phones sent, the token of a new one, and the files that are safe on the server (docs/interface.md).
 */
import { ask, send } from '../../lib/api.js';
import { fetchTokens, makeToken, type Token } from '../../lib/access-api.js';
import { tokenLibraries, type Library } from '../../lib/token-libraries.js';

/** A token that may upload, and the library it sends to. */
export type Sender = Token & { to: Library };

/** Whether an original is safe on the server; `trashed`: it is in the trash there; null: it is not there. */
export type Safety = 'safe' | 'trashed' | null;

/** The library for the person's uploads that do not name one. @throws ApiError */
export async function usualLibrary(): Promise<Library | undefined> {
  const libraries = tokenLibraries();
  if (libraries.length < 2) return libraries[0];
  return (await ask<{ to: Library }>('/api/me/upload-to')).to;
}

/** The tokens that may upload, the one with the newest photo first. @throws ApiError */
export async function fetchSenders(): Promise<Sender[]> {
  const all = await Promise.all(
    tokenLibraries().map(async (to) => (await fetchTokens(to)).map((token) => ({ ...token, to }))),
  );
  const sending = all.flat().filter(({ may }) => may.includes('upload'));
  return sending.sort((one, other) => (other.lastPhoto ?? '').localeCompare(one.lastPhoto ?? ''));
}

/** Creates a token that may only upload; its secret. @throws ApiError */
export const makeSender = async (name: string, to: Library): Promise<string> =>
  (await makeToken(name, ['upload'], to)).token;

/** The safety of originals by their hashes. @throws ApiError */
export async function fetchSafety(hashes: readonly string[]): Promise<Safety[]> {
  const states: Safety[] = [];
  for (let at = 0; at < hashes.length; at += atOnce) {
    const part = hashes.slice(at, at + atOnce);
    states.push(...(await ask<{ states: Safety[] }>('/api/uploads/safe', send('POST', { sha256: part }))).states);
  }
  return states;
}

/** The maximum number of hashes per request. */
const atOnce = 500;
