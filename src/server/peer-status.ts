/**
 * The servers that connect to this one, and merges with the names of their authors, for `GET /api/peers`. Contains no
 * secret, and no hash of a person’s photo.
 */
import type { People } from '../access/people.js';
import type { Viewer } from '../access/permissions.js';
import type { Token } from '../access/api-tokens.js';
import { toleratedDrift } from '../base/clock.js';
import { house, itemId, itemOf, publicIdOf } from '../document/item-id.js';
import type { Stamp } from '../document/photo-document.js';
import { parseStamp } from '../document/stamp.js';
import type { LinkStatus } from '../sync/connections/connection.js';
import type { Merge, MergeTally } from '../library/merge-log.js';
import { authorFor } from '../album/author-names.js';
import type { ServerParts } from './context.js';

/** A guest counts as connected for this time after its last request, ms: it sends one at least once a minute. */
const silence = 180_000;

/** The servers that connect to this one: known by the use of their tokens. */
export const guestsOf = (tokens: readonly Token[], now: number) =>
  tokens
    .filter(({ may }) => may.includes('replicate') || may.includes('publish'))
    .map(({ name, may, used }) => ({
      name,
      publish: !may.includes('replicate'),
      ...(used !== undefined && { lastUsed: new Date(used).toISOString() }),
      connected: used !== undefined && now - used < silence,
    }));

/** Merges with the names of the authors of conflicting edits. */
export const mergesFor = (viewer: Viewer, people: Pick<People, 'find'>, { days, last }: MergeTally, now: number) => ({
  days,
  last: last.map((merge) => mergeFor(viewer, people, merge, now)),
});

/**
 * The connections with their set aside documents. Of what a person holds or shares, neither the person is named nor the
 * document: the id of a photo contains the hash of its bytes.
 */
export const linksFor = (links: readonly LinkStatus[]): LinkStatus[] =>
  links.map((link) => ({
    ...link,
    refused: link.refused.map((one) => ({ ...one, id: one.id.replace(ofPerson, '$1:…') })),
  }));

const ofPerson = /^(own|own-album|members|sharing|offer):(?!house:).*$/s;

/** A merge with the names of the authors of conflicting edits. */
export const mergeFor = (
  viewer: Viewer,
  people: Pick<People, 'find'>,
  { contests, id, ...merge }: Merge,
  now: number,
) => ({
  id: shownId(id),
  ...merge,
  contests: contests.map(({ field, sides }) => ({
    field,
    sides: sides.map(({ value, at, made, by, won }) => ({
      ...{ value, ...momentOf({ at, made }, now), by: authorFor(viewer, people, by), won },
    })),
  })),
});

/** The id of a document as it is shown: a photo by its public id. */
function shownId(id: string): string {
  const item = itemOf(id);
  return item ? itemId({ holder: house, sha256: publicIdOf(item) }) : id;
}

/**
 * When an edit was made, UTC, by the wall clock of its server. A time later than `now` (ms; plus two minutes of
 * tolerance) means that that clock was ahead.
 */
export function momentOf(
  { at, made }: { at: Stamp; made?: string | undefined },
  now: number,
): { at: string; ahead?: true } {
  const said = /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/.test(made ?? '') ? Date.parse(made!) : NaN;
  const ms = Number.isNaN(said) ? (parseStamp(at)?.ms ?? 0) : said;
  return { at: new Date(ms).toISOString(), ...(ms > now + toleratedDrift && { ahead: true as const }) };
}

/**
 * Whether another server may send an original: one that connects to this one, or one that this one connects to and that
 * sends some.
 */
export const hasPeers = ({ exchange, mesh }: Pick<ServerParts, 'exchange' | 'mesh'>): boolean =>
  exchange.isServed() || mesh.status().some(({ publish, originals }) => !publish && originals !== 'none');
