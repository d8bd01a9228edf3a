/**
 * Reads revisions from another server with `_bulk_get`: many per response, which may take as long as a slow connection
 * needs, and fewer if they are too large. No requested revision is skipped silently: one that no longer exists appears
 * in the feed again; one that is not a valid document here, or is not delivered, is rejected by name; any other error
 * ends the call, and the caller retries.
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
/**
 * Limits of a response: ms in total and without data, since it arrives slowly over a slow connection; and bytes: eight
 * of the largest documents.
 */
export const slow = { timeout: 900_000, silence: 60_000, largest: 8 * 1024 * 1024 };

/** The error for an invalid response. */
export const notUnderstood = (host: string, what: string): PhotospoolError =>
  new PhotospoolError('io', `${host} sent an invalid response to ${what}.`, {
    hint: 'Check that it is a Photospool or CouchDB server.',
  });

type Refuse = (refused: RejectedRevision) => void;

/**
 * After this many consecutive documents that were not delivered, and none that was, the problem is the server, not the
 * documents.
 */
const patience = 16;

/**
 * Reads revisions, as `Database.readParts` does: each part is one response, requested after the previous one was
 * consumed.
 * @throws PhotospoolError like `requestJson`; `io` if a single one, or none of many, is delivered.
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
    // Large ones are requested in smaller groups: a response that is too large is wasted.
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
      // CouchDB reports an error of one document for all in the request.
      if (read.size === 0 && broken.length > 0 && part.length > 1) throw notUnderstoodAs(host, broken[0]!.reason);
      given += read.size;
      for (const { one, reason } of broken) reject(one, reason);
      return [...read.values()];
    },
  };
}

const path = '/_bulk_get?revs=true&latest=true';

/** The results, one per requested revision. */
async function resultsOf(address: Address, named: readonly RevisionId[]): Promise<unknown[]> {
  const body = { docs: named.map(({ id, rev }) => ({ id, rev })) };
  const { json } = await requestJson(address, path, { method: 'POST', body, bisectable: true, ...slow });
  const results = own(json, 'results');
  // PouchDB's own client would lose what a short response omits.
  if (Array.isArray(results) && results.length === named.length) return results as unknown[];
  throw notUnderstoodAs(hostOf(address.url), unclear);
}

const unclear = 'The response is not valid.';
const notUnderstoodAs = (host: string, reason: string): Rejection =>
  new Rejection(notUnderstood(host, '_bulk_get').message, reason);

/** The result for one revision: documents, and the reasons why others are invalid. */
function readResult(result: unknown, asked: RevisionId): { incoming: Incoming[]; reasons: string[] } {
  const docs = own(result, 'docs');
  const [incoming, reasons]: [Incoming[], string[]] = [[], []];
  if (!Array.isArray(docs) || docs.length === 0) return { incoming, reasons: [unclear] };
  for (const doc of docs) {
    const [ok, error] = [own(doc, 'ok'), own(doc, 'error')];
    if (ok === undefined) {
      // PouchDB Server has its own form of this error.
      if (own(error, 'error') === 'not_found' || own(doc, 'missing') === asked.rev) continue;
      reasons.push(isObject(error) ? `It was not delivered: ${reasonOf(error).slice(0, 200)}` : unclear);
      continue;
    }
    try {
      const one = fromWire(ok);
      if (one.id === asked.id) incoming.push(one);
      else reasons.push('A different document was delivered.');
    } catch (error) {
      reasons.push(sentence(toPhotospoolError(error, 'read', 'a document')));
    }
  }
  return { incoming, reasons };
}

/** It may be delivered next time: skipping it would lose it. */
const notGiven = (host: string, id: string, reason: string): PhotospoolError =>
  new PhotospoolError('io', `${host} did not deliver ${printable(id.slice(0, 80))}: ${printable(reason)}`, {
    hint: 'Photospool retries automatically.',
  });
