/**
 * Documents of unknown kinds: written by a hostile or odd program, or by one that an owner no longer uses. An owner may
 * remove such a document permanently, on every server; never a photo, an album or a comment. A crash leaves it complete
 * or gone.
 */
import { PhotospoolError, printable } from '../base/errors.js';
import { textOf, own } from '../document/json-values.js';
import { isNewer } from '../document/merge.js';
import type { Body } from '../document/photo-document.js';
import { purge } from '../document/purge.js';
import { newestStamp } from '../document/stamp.js';
import type { Library } from './library.js';

/** The known kinds of documents, which are also the prefixes of their ids. */
const kinds: ReadonlySet<string> = new Set([
  'photo',
  'own',
  'exif',
  'album',
  'own-album',
  'members',
  'sharing',
  'offer',
  'comment',
  'person',
  'people',
  'public',
  'withdrawn',
]);

/** Why a document can't be removed as an unknown one, as a sentence; undefined if it can. */
export function whyNotForeign(id: string, body: object | undefined): string | undefined {
  if (body === undefined) return `${printable(id.slice(0, 80))} does not exist on this server.`;
  const kind = [id.slice(0, Math.max(0, id.indexOf(':'))), textOf(own(body, 'kind'))].find((one) => kinds.has(one));
  if (kind === 'photo') return 'It is a photo. Move it to the trash and delete it there.';
  if (kind !== undefined)
    return `It is one of Photospool’s own documents (${kind}). Change or delete it in the web app.`;
  return isNewer(body) ? 'It was written by a newer version of Photospool. Upgrade this server.' : undefined;
}

/**
 * Removes a document of an unknown kind permanently, here and on every server that it replicates to.
 * @throws PhotospoolError `conflict`.
 */
export function removeForeign(library: Library, id: string, by: string): void {
  library.transaction(() => {
    const found = library.get(id);
    const why = whyNotForeign(id, found?.body);
    if (why !== undefined) throw new PhotospoolError('conflict', why, { op: 'remove' });
    library.update<object>(id, (body) => body && purge(body as Body, { at: library.stamp(newestStamp(body)), by }));
  });
}
