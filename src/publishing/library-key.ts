/**
 * The key of a library, `library:key`: 32 random bytes from which public ids are derived, so that all homes use the
 * same ids. Created at the first publication; it replicates to the other homes like any document, but not to public
 * servers. If two homes each created one before they were linked, the later one stays.
 */
import { isObject, own, type JsonObject } from '../document/json-values.js';
import { format } from '../document/photo-document.js';
import type { Library } from '../library/library.js';

/** The id of the document. */
export const keyId = 'library:key';

/** The key, 64 hex digits; undefined if there is none yet. */
export function readKey(library: Pick<Library, 'get'>): string | undefined {
  return keyIn(library.get(keyId)?.body);
}

/** The key, created if there is none yet: `random` returns its bytes. */
export function makeKey(library: Library, random: (length: number) => Uint8Array): string {
  const made = Buffer.from(random(32)).toString('hex');
  library.update(keyId, (body) => {
    if (keyIn(body) !== undefined) return undefined;
    const key: JsonObject = { value: made, at: library.stamp(), by: library.server };
    return { ...(isObject(body) && body), format, kind: 'key', key };
  });
  return readKey(library) ?? made;
}

function keyIn(body: object | undefined): string | undefined {
  const value = own(own(body, 'key'), 'value');
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value : undefined;
}
