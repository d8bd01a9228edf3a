/**
 * Finds the documents because of which another server rejects a whole request, so that one document never blocks the
 * others: repeats the request with halves until each such document is alone. Keeps no state after the call.
 */
import { PhotospoolError } from '../../base/errors.js';

/**
 * A request rejected as a whole, possibly because of one of its documents. `reason` is the message of the server;
 * `isSize`: the request or its response was too large.
 */
export class Rejection extends PhotospoolError {
  readonly reason: string;
  readonly isSize: boolean;

  constructor(message: string, reason: string, isSize = false) {
    super('io', message, { op: 'replicate', hint: 'Photospool retries automatically.' });
    this.reason = reason;
    this.isSize = isSize;
  }
}

/** A request about many documents. */
export interface Bisected<T, R> {
  items: readonly T[];
  /** Sends the request for a part of them. Throws a `Rejection` if the server rejects it as a whole. */
  ask(part: readonly T[]): Promise<R>;
  /**
   * Whether the server accepts this kind of request at all: then a rejection is caused by a document, otherwise by the
   * server.
   */
  isWell(): Promise<boolean>;
  /** Called with a document that is rejected even alone. */
  reject(item: T, reason: string): void;
}

/**
 * The responses to all parts of a request, in order: one if the server accepts it as a whole. @throws Rejection if the
 * server rejects the request even without documents; any other error of `ask`.
 */
export async function bisect<T, R>(question: Bisected<T, R>): Promise<R[]> {
  const answers: R[] = [];
  for await (const answer of bisectInTurn(question)) answers.push(answer);
  return answers;
}

/** As `bisect`, but sends each part only after the previous response was consumed, so that only one is in memory. */
export async function* bisectInTurn<T, R>({ items, ask, isWell, reject }: Bisected<T, R>): AsyncGenerator<R> {
  let isTheirs = false;

  async function* parts(part: readonly T[]): AsyncGenerator<R> {
    try {
      yield await ask(part);
      return;
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      // A size error of many documents does not imply that a single one is too large.
      if (!error.isSize || part.length === 1) isTheirs ||= await isWell();
      if (!error.isSize && !isTheirs) throw error;
      if (part.length === 1 && !isTheirs) throw error;
      if (part.length === 1) reject(part[0]!, error.reason);
    }
    if (part.length === 1) return;
    const half = Math.ceil(part.length / 2);
    yield* parts(part.slice(0, half));
    yield* parts(part.slice(half));
  }

  if (items.length > 0) yield* parts(items);
}
