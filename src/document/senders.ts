/**
 * Who brought a photo in, by its sightings. What came in before that was kept, or by the folder itself, is the owner's. Pure.
 */
import { entriesOf, own, textOf } from './json.js';
import type { PhotoDocument } from './photo.js';

/** Who the owner of a home is, as documents name them; also who a sighting, a sidecar or a claim without `by` is from. */
export const owner = 'owner';

/** Who something is from of which that can't be told any more: nobody, with no rights. */
export const unknownSender = 'unknown';

/**
 * Everybody who brought a photo, each once: `owner`, `person:<ulid>`, `token:<name>`. Tokens belong to one server: those of others
 * than `here` (its id) are answered with that server behind their name, so that they are not taken for one of this server.
 */
export function bringersOf({ sightings }: Pick<PhotoDocument, 'sightings'>, here: string): string[] {
  const all = entriesOf(sightings).map(([, told]) => {
    const [by, server] = [textOf(own(told, 'by')) || owner, textOf(own(told, 'server'))];
    return by.startsWith('token:') && server !== here ? `${by} of ${server}` : by;
  });
  return all.length === 0 ? [owner] : [...new Set(all)];
}
