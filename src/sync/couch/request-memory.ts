/**
 * How much of the bodies of peers' requests is kept in memory at once, over all requests: what does not fit is refused, and
 * whoever asked tries again. Counts only; a request that ends gives back what it held.
 */
import { PhotospoolError } from '../../base/errors.js';

/** The most bytes that all requests together keep of their bodies. */
export const memoryLimit = 128 * 1024 * 1024;

/** What one request keeps. */
export interface HeldMemory {
  /** @throws PhotospoolError `busy` where there is no room for so many bytes more. */
  add(bytes: number): void;
  /** Gives back all of it. */
  release(): void;
}

/** The memory of all requests. */
export interface RequestMemory {
  open(): HeldMemory;
  /** The bytes that are held. */
  held(): number;
}

/** Makes the count. */
export function makeMemory(limit = memoryLimit): RequestMemory {
  let all = 0;
  return {
    held: () => all,
    open() {
      let own = 0;
      return {
        add(bytes) {
          if (all + bytes > limit)
            throw new PhotospoolError('busy', 'Other requests take up the memory that there is for them.', {
              op: 'read',
              hint: 'Try again later, or ask for less at once.',
            });
          own += bytes;
          all += bytes;
        },
        release() {
          all -= own;
          own = 0;
        },
      };
    },
  };
}
