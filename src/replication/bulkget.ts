/**
 * Revisions read from another server by `_bulk_get`: many in one answer, which may take as long as a slow line needs, and fewer
 * where they are too much for one. Nothing that is asked for is left out without a word: what is not there any more, the feed
 * tells of again; what can't be a document here, is refused; all else ends it, and whoever asked tries again.
 */
import { PhotospoolError, printable, sentence, toPhotospoolError } from '../base/errors.js';
import { isObject, own, textOf } from '../document/json.js';
import type { Incoming } from '../library/library.js';
import { ask, hostOf, type Address } from './client.js';
import type { Named, Refused } from './database.js';
import { fromWire } from './wire.js';

/** Revisions per request. */
const batch = 500;
/** Ms that an answer may take, and may be silent: over a slow line it comes bit by bit. */
const slow = { timeout: 900_000, silence: 60_000 };

/** An answer that is no answer. */
export const notUnderstood = (host: string, what: string): PhotospoolError =>
  new PhotospoolError('io', `${host} answered ${what} in a way that is not understood.`, {
    hint: 'Is there a Photospool or CouchDB at that address?',
  });

/** Why a server did not take or give a document, in its words. */
export const reasonOf = (error: unknown): string => textOf(own(error, 'reason')) || textOf(own(error, 'error'));

type Refuse = (refused: Refused) => void;

/** Reads revisions, as `Database.read` does. @throws PhotospoolError as `ask`; `io` where one is not given. */
export async function readRevisions(address: Address, named: readonly Named[], refuse?: Refuse): Promise<Incoming[]> {
  const parts: Incoming[][] = [];
  for (let at = 0; at < named.length; at += batch)
    parts.push(await readBatch(address, named.slice(at, at + batch), refuse));
  return parts.flat();
}

async function readBatch(address: Address, named: readonly Named[], refuse?: Refuse): Promise<Incoming[]> {
  const results = await resultsOf(address, named);
  if (results === 'too-large') {
    const half = Math.ceil(named.length / 2);
    const first = await readBatch(address, named.slice(0, half), refuse);
    return [...first, ...(await readBatch(address, named.slice(half), refuse))];
  }
  const host = hostOf(address.url);
  // PouchDB's own client loses what a short answer leaves out.
  if (results?.length !== named.length) throw notUnderstood(host, '_bulk_get');
  const read = new Map<string, Incoming>();
  for (const [n, result] of results.entries()) {
    const docs = own(result, 'docs');
    if (!Array.isArray(docs) || docs.length === 0) throw notUnderstood(host, '_bulk_get');
    for (const doc of docs) {
      const one = readOne(host, doc, named[n]!, refuse);
      if (one) read.set(`${one.id} ${one.revisions[0] ?? ''}`, one);
    }
  }
  return [...read.values()];
}

/** What is answered for each; undefined where that can't be read. */
async function resultsOf(address: Address, named: readonly Named[]): Promise<unknown[] | 'too-large' | undefined> {
  const body = { docs: named.map(({ id, rev }) => ({ id, rev })) };
  try {
    const { json } = await ask(address, '/_bulk_get?revs=true&latest=true', { method: 'POST', body, ...slow });
    const results = own(json, 'results');
    return Array.isArray(results) ? results : undefined;
  } catch (error) {
    if (named.length > 1 && error instanceof PhotospoolError && error.code === 'too-large') return 'too-large';
    throw error;
  }
}

function readOne(host: string, doc: unknown, asked: Named, refuse?: Refuse): Incoming | undefined {
  const [ok, error] = [own(doc, 'ok'), own(doc, 'error')];
  if (ok === undefined) {
    // PouchDB Server says it in its own way.
    if (own(error, 'error') === 'not_found' || own(doc, 'missing') === asked.rev) return undefined;
    if (!isObject(error)) throw notUnderstood(host, '_bulk_get');
    throw notGiven(host, asked.id, error);
  }
  try {
    return fromWire(ok);
  } catch (error) {
    const ours = toPhotospoolError(error, 'read', 'a document');
    if (!refuse || ours.code !== 'invalid') throw ours;
    refuse({ ...asked, reason: sentence(ours) });
    return undefined;
  }
}

/** It may give it next time: passing over it would lose it. */
function notGiven(host: string, id: string, error: object): PhotospoolError {
  const reason = printable(reasonOf(error).slice(0, 200));
  return new PhotospoolError('io', `${host} does not give ${printable(id.slice(0, 80))}: ${reason}.`, {
    hint: 'It is tried again by itself.',
  });
}
