/**
 * Revisions read from another server by `_bulk_get`: many in one answer, which may take as long as a slow line needs, and fewer
 * where they are too much for one. Nothing that is asked for is left out without a word: what is not there any more, the feed
 * tells of again; what can't be a document here, or is not given, is refused by name; all else ends it, and whoever asked tries again.
 */
import { PhotospoolError, printable, sentence, toPhotospoolError } from '../../base/errors.js';
import { isObject, own } from '../../document/json-values.js';
import type { Incoming } from '../../library/library.js';
import { bisectInTurn, Rejection, type Bisected } from './bisect-rejected.js';
import { requestJson, hostOf, reasonOf, type Address } from './json-client.js';
import type { RevisionId, RejectedRevision } from './database.js';
import { fromWire } from './wire-format.js';

/** Revisions per request. */
const batch = 500;
/** Ms that an answer may take, and may be silent: over a slow line it comes bit by bit; and its bytes: eight of the largest documents. */
export const slow = { timeout: 900_000, silence: 60_000, largest: 8 * 1024 * 1024 };

/** An answer that is no answer. */
export const notUnderstood = (host: string, what: string): PhotospoolError =>
  new PhotospoolError('io', `${host} answered ${what} in a way that is not understood.`, {
    hint: 'Is there a Photospool or CouchDB at that address?',
  });

type Refuse = (refused: RejectedRevision) => void;

/** So many documents in a row that are not given, and not one that is: then it is the server's trouble, not theirs. */
const patience = 16;

/**
 * Reads revisions, as `Database.readParts` does: each part is one answer, asked for when the last one was taken.
 * @throws PhotospoolError as `ask`; `io` where one, or none of many, is given.
 */
export async function* readRevisions(
  address: Address,
  named: readonly RevisionId[],
  refuse?: Refuse,
): AsyncGenerator<Incoming[]> {
  const { ask, isWell, reject } = openReader(address, refuse);
  for (let [at, step] = [0, batch]; at < named.length;) {
    const items = named.slice(at, at + step);
    let answers = 0;
    for await (const part of bisectInTurn({ items, ask, isWell, reject })) {
      answers++;
      if (part.length > 0) yield part;
    }
    at += step;
    // Where they are large, fewer at once: an answer that is too large is in vain.
    step = answers > 1 ? Math.ceil(step / answers) : Math.min(batch, step * 2);
  }
}

type Reader = Omit<Bisected<RevisionId, Incoming[]>, 'items'>;

function openReader(address: Address, refuse: Refuse | undefined): Reader {
  const host = hostOf(address.url);
  let [given, failed] = [0, 0];

  function reject(one: RevisionId, reason: string): void {
    if (!refuse || (given === 0 && ++failed > patience)) throw notGiven(host, one.id, reason);
    refuse({ ...one, reason });
  }

  return {
    reject,
    async isWell() {
      const { json } = await requestJson(address, path, { method: 'POST', body: { docs: [] } });
      return Array.isArray(own(json, 'results'));
    },
    async ask(part) {
      const results = await resultsOf(address, part);
      const read = new Map<string, Incoming>();
      const broken: { one: RevisionId; reason: string }[] = [];
      for (const [n, result] of results.entries()) {
        const { incoming, reasons } = readResult(result, part[n]!);
        for (const one of incoming) read.set(`${one.id} ${one.revisions[0] ?? ''}`, one);
        broken.push(...reasons.map((reason) => ({ one: part[n]!, reason })));
      }
      // CouchDB tells the trouble of one as that of all that were asked for with it.
      if (read.size === 0 && broken.length > 0 && part.length > 1) throw notUnderstoodAs(host, broken[0]!.reason);
      given += read.size;
      for (const { one, reason } of broken) reject(one, reason);
      return [...read.values()];
    },
  };
}

const path = '/_bulk_get?revs=true&latest=true';

/** What is answered for each. */
async function resultsOf(address: Address, named: readonly RevisionId[]): Promise<unknown[]> {
  const body = { docs: named.map(({ id, rev }) => ({ id, rev })) };
  const { json } = await requestJson(address, path, { method: 'POST', body, bisectable: true, ...slow });
  const results = own(json, 'results');
  // PouchDB's own client loses what a short answer leaves out.
  if (Array.isArray(results) && results.length === named.length) return results as unknown[];
  throw notUnderstoodAs(hostOf(address.url), unclear);
}

const unclear = 'Its answer was not understood.';
const notUnderstoodAs = (host: string, reason: string): Rejection =>
  new Rejection(notUnderstood(host, '_bulk_get').message, reason);

/** What was answered for one: documents, and why others can be none. */
function readResult(result: unknown, asked: RevisionId): { incoming: Incoming[]; reasons: string[] } {
  const docs = own(result, 'docs');
  const [incoming, reasons]: [Incoming[], string[]] = [[], []];
  if (!Array.isArray(docs) || docs.length === 0) return { incoming, reasons: [unclear] };
  for (const doc of docs) {
    const [ok, error] = [own(doc, 'ok'), own(doc, 'error')];
    if (ok === undefined) {
      // PouchDB Server says it in its own way.
      if (own(error, 'error') === 'not_found' || own(doc, 'missing') === asked.rev) continue;
      reasons.push(isObject(error) ? `It is not given: ${reasonOf(error).slice(0, 200)}` : unclear);
      continue;
    }
    try {
      const one = fromWire(ok);
      if (one.id === asked.id) incoming.push(one);
      else reasons.push('Another document was given.');
    } catch (error) {
      reasons.push(sentence(toPhotospoolError(error, 'read', 'a document')));
    }
  }
  return { incoming, reasons };
}

/** It may give it next time: passing over it would lose it. */
const notGiven = (host: string, id: string, reason: string): PhotospoolError =>
  new PhotospoolError('io', `${host} does not give ${printable(id.slice(0, 80))}: ${printable(reason)}`, {
    hint: 'It is tried again by itself.',
  });
