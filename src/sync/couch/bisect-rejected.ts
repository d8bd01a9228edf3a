/**
 * Finds the documents for which another server rejects a whole request, so that one document never blocks the others: the request
 * is repeated with halves until the culprits stand alone. Holds nothing that outlives the call.
 */
import { PhotospoolError } from '../../base/errors.js';

/**
 * A whole request that was rejected, possibly because of one of its documents. `reason` is what the server said; `isSize`: it was too
 * large, or its answer was.
 */
export class Rejection extends PhotospoolError {
  readonly reason: string;
  readonly isSize: boolean;

  constructor(message: string, reason: string, isSize = false) {
    super('io', message, { op: 'replicate', hint: 'It is tried again by itself.' });
    this.reason = reason;
    this.isSize = isSize;
  }
}

/** A request about many documents. */
export interface Bisected<T, R> {
  items: readonly T[];
  /** Asks about some of them. Throws a `Rejection` where the server rejects the request as a whole. */
  ask(part: readonly T[]): Promise<R>;
  /** Whether the server takes a request of this kind at all: then a rejection is a document's fault, else the server's. */
  isWell(): Promise<boolean>;
  /** Receives a document that is rejected even alone. */
  reject(item: T, reason: string): void;
}

/**
 * The answers to all parts of a request, in order: one, where the server takes it whole. @throws Rejection where the server does
 * not take such a request without documents either; anything else that `ask` throws.
 */
export async function bisect<T, R>(question: Bisected<T, R>): Promise<R[]> {
  const answers: R[] = [];
  for await (const answer of bisectInTurn(question)) answers.push(answer);
  return answers;
}

/** As `bisect`, each part asked about when the last answer was taken, so that only one is held. */
export async function* bisectInTurn<T, R>({ items, ask, isWell, reject }: Bisected<T, R>): AsyncGenerator<R> {
  let isTheirs = false;

  async function* parts(part: readonly T[]): AsyncGenerator<R> {
    try {
      yield await ask(part);
      return;
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      // That many are too much says nothing of one.
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
