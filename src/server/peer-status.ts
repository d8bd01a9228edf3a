/**
 * The servers that connect to this one, and merges with the names of their authors, for `GET /api/peers`. Contains no
 * secrets, and no hash of a person’s photo.
 */
import type { People } from '../access/people.js';
import type { Viewer } from '../access/permissions.js';
import type { Token } from '../access/api-tokens.js';
import { toleratedDrift } from '../base/clock.js';
import { house, itemId, itemOf, publicIdOf } from '../document/item-id.js';
import type { Stamp } from '../document/photo-document.js';
import { parseStamp } from '../document/stamp.js';
import type { BlobKind } from '../sync/blobs/blob-kinds.js';
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
 * The state of the mesh, for viewers with the right `spool` or `metrics`. For items and grants of a person, neither the
 * person nor the document is named: the id of a photo contains the hash of its bytes, as does that of its tags. If
 * people hold photos, only missing blobs of the house are counted, and connections have no figures: a photo whose bytes
 * another person already has needs fewer documents and blobs.
 */
export function meshState({ exchange, library, mesh }: Pick<ServerParts, 'exchange' | 'library' | 'mesh'>): MeshState {
  const hasOwn = library.items.hasOwn();
  const whose = hasOwn ? 'house' : 'everybody';
  const links = mesh.status().map((link) => ({
    ...(hasOwn ? uncounted(link) : link),
    refused: link.refused.map((one) => ({ ...one, id: nameless(one.id, hasOwn) })),
  }));
  return { links, missing: exchange.named.counts(whose), missingBytes: exchange.named.weights(whose), hasOwn };
}

/** The connections, and the missing blobs with their bytes, by kind. */
export interface MeshState {
  links: LinkStatus[];
  missing: Record<BlobKind, number>;
  missingBytes: Record<BlobKind, number>;
  /** Whether people hold photos: then the connections have no figures. */
  hasOwn: boolean;
}

const none = { count: 0, bytes: 0 };

/** A connection without its transferred and pending numbers. */
function uncounted({ missing: _missing, ...link }: LinkStatus): LinkStatus {
  return { ...link, pull: { sent: 0 }, push: { sent: 0 }, blobs: { fetched: none, brought: none } };
}

const ofPerson = /^(own|own-album|members|sharing|offer):(?!house:).*$/s;
const ofBytes = /^(exif|comment):.*$/s;

/** The id of a document that a side rejects. */
function nameless(id: string, hasOwn: boolean): string {
  const shown = id.replace(ofPerson, '$1:…');
  return hasOwn ? shown.replace(ofBytes, '$1:…') : shown;
}

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

/** The displayed id of a document: a photo by its public id. */
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
