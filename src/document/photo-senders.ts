/**
 * Who brought a photo in, by its sightings. What came in before that was kept, or by the folder itself, is the owner's. Pure.
 */
import { compareText, entriesOf, own, textOf } from './json-values.js';
import type { PhotoDocument } from './photo-document.js';

/** Who the owner of a home is, as documents name them; also who a sighting, a sidecar or a claim without `by` is from. */
export const owner = 'owner';

/** Who something is from of which that can't be told any more: nobody, with no rights. */
export const unknownSender = 'unknown';

/**
 * Whose a photo is where photos are put together: null for the owner's, which is every one that somebody brought who may share;
 * else the one who brought it first. The same on every server.
 */
export function sideOf(
  { sightings }: Pick<PhotoDocument, 'sightings'>,
  mayShare: (author: string, how: 'file') => boolean,
): string | null {
  const all = entriesOf(sightings).map(([, told]) => ({
    at: textOf(own(told, 'at')),
    by: textOf(own(told, 'by')) || owner,
    server: textOf(own(told, 'server')),
  }));
  if (all.length === 0 || all.some(({ by }) => mayShare(by, 'file'))) return null;
  const sides = all.map(({ at, by, server }) => [at, by.startsWith('token:') ? `${by} ${server}` : by] as const);
  return sides.sort(([a, x], [b, y]) => compareText(a, b) || compareText(x, y))[0]![1];
}

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
