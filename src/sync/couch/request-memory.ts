/**
 * Limits the memory for the bodies of peers' requests, over all requests: what exceeds the limit is rejected, and the
 * client retries. Only counts; a request releases its memory when it ends.
 */
import { PhotospoolError } from '../../base/errors.js';

/** The maximum bytes that all requests together may hold. */
export const memoryLimit = 128 * 1024 * 1024;

/** The memory held by one request. */
export interface HeldMemory {
  /** @throws PhotospoolError `busy` if that many more bytes exceed the limit. */
  add(bytes: number): void;
  /** Releases all of it. */
  release(): void;
}

/** The memory of all requests. */
export interface RequestMemory {
  open(): HeldMemory;
  /** The bytes held now. */
  held(): number;
}

/** Creates the counter. */
export function makeMemory(limit = memoryLimit): RequestMemory {
  let all = 0;
  return {
    held: () => all,
    open() {
      let own = 0;
      return {
        add(bytes) {
          if (all + bytes > limit)
            throw new PhotospoolError('busy', 'The memory for requests is in use by other requests.', {
              op: 'read',
              hint: 'Try again later, or request less at once.',
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
