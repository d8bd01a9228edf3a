/**
 * The senders of a photo, by its sightings. Files from before senders were recorded, and those dropped in the folder
 * itself, count as the owner's. Pure.
 */
import { compareText, entriesOf, own, textOf } from './json-values.js';
import type { PhotoDocument } from './photo-document.js';

/** The owner of a home as named in documents; also the sender of a sighting, sidecar or claim without `by`. */
export const owner = 'owner';

/** A sender that is no longer known: has no rights. */
export const unknownSender = 'unknown';

/**
 * The side of a photo where photos are grouped: null if anyone with the right to share sent it, which includes the owner;
 * otherwise its first sender. Photos of different sides are not grouped. The same on every server.
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
 * All senders of a photo, without duplicates: `owner`, `person:<ulid>`, `token:<name>`. A token belongs to one server:
 * one of another server than `here` (its id) gets that server's id appended, so that it is not mistaken for a token of
 * this server.
 */
export function bringersOf({ sightings }: Pick<PhotoDocument, 'sightings'>, here: string): string[] {
  const all = entriesOf(sightings).map(([, told]) => {
    const [by, server] = [textOf(own(told, 'by')) || owner, textOf(own(told, 'server'))];
    return by.startsWith('token:') && server !== here ? `${by} of ${server}` : by;
  });
  return all.length === 0 ? [owner] : [...new Set(all)];
}

/** A sender of a server, from a time on (ms since 1970). */
export interface Bringing {
  server: string;
  sender: string;
  since: number;
}

/** Whether every sighting of a photo is by this sender of this server, and from that time or later. */
export function isBroughtBy({ sightings }: Pick<PhotoDocument, 'sightings'>, by: Bringing): boolean {
  const all = entriesOf(sightings);
  const isTheirs = (told: unknown): boolean =>
    own(told, 'server') === by.server &&
    (textOf(own(told, 'by')) || owner) === by.sender &&
    Date.parse(textOf(own(told, 'at'))) >= by.since;
  return all.length > 0 && all.every(([, told]) => isTheirs(told));
}

/** Whether all senders of a photo were guests, who use share links: then it waits for approval by its holder. */
export function isFromGuests(photo: object): boolean {
  const bringers = entriesOf(own(photo, 'sightings')).map(([, told]) => textOf(own(told, 'by')));
  return bringers.length > 0 && bringers.every((by) => by.startsWith('link:'));
}
