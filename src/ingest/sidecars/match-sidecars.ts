/**
 * Matches sidecars with photos (docs/sidecars.md, “Matching”): by name and folder, then by unambiguous evidence,
 * never by guessing. Pure, except for lookups.
 */
import { shotOf } from '../../catalog/raw-jpeg-stacks.js';
import { pairOf } from '../../document/facts.js';
import { house, itemId, type Holder, type Item } from '../../document/item-id.js';
import { own, textOf } from '../../document/json-values.js';
import { photoOf, type PhotoDocument, type SidecarValues } from '../../document/photo-document.js';
import { owner } from '../../document/photo-senders.js';
import type { Library } from '../../library/library.js';
import { stemOf, type Name, type ArrivalNames } from './arrival-names.js';

/** A sidecar to match with its photo. */
export interface SidecarToMatch {
  /** Its original name, with `.xmp`. */
  name: string;
  /** The folder where it arrived, relative to incoming; empty at the top. */
  folder: string;
  /** The time since when it was there, UTC: photos that arrived later were there together with it. */
  since?: string;
  /** Its sender; absent for the owner of the home. */
  by?: string;
  /** The holder of the items to which it applies: a person (a ULID); absent for the house. It applies to no others. */
  holder?: Holder;
}

/**
 * A photo's relation to `by`, the sender of a sidecar; undefined if the sidecar may not apply to it: to the sender this
 * looks as if the photo did not exist (`mayDescribe` of access/permissions.ts).
 */
export type Describing = (by: string, item: Item, photo: PhotoDocument) => 'own' | 'house' | 'guest' | undefined;

/** Its values, if it was read. */
export type Said = Pick<SidecarValues, 'taken'>;

/**
 * `found`: the photos to which it applies, by SHA-256; it is stored beside the first. `style`: how its name derives
 * from the photo's. `several`: this many photos have its name, and nothing distinguishes them.
 */
export type SidecarMatch =
  { kind: 'found'; photos: string[]; style: Style } | { kind: 'none' } | { kind: 'several'; count: number };

/**
 * `full`: `IMG_1.CR2.xmp`. `stem`: `IMG_1.xmp`. `version`: `IMG_1_01.CR2.xmp`, which does not describe the photo
 * itself.
 */
export type Style = 'full' | 'stem' | 'version';

/** Whether a name is a sidecar's. */
export const isSidecarName = (name: string): boolean => /.\.xmp$/i.test(name);

/** The name that a sidecar is derived from: its own without `.xmp`. */
export const namedAfter = (name: string): string => name.replace(/\.xmp$/i, '');

/** The name without darktable's version number (`IMG_1_01.CR2`); undefined if it has none. */
export function versionOf(name: string): string | undefined {
  const found = /^(.+)_\d{2,4}(\.[^.]+)$/.exec(name);
  return found ? `${found[1]}${found[2]}` : undefined;
}

/** The photos that match a sidecar's name, by style, the closest style first. Only compares names. */
export function* candidates({ name, folder, holder }: SidecarToMatch, names: ArrivalNames): Generator<[Style, Name[]]> {
  const base = namedAfter(name);
  yield ['full', names.named(base, folder, holder)];
  yield ['stem', names.stemmed(base, folder, holder)];
  const version = versionOf(base);
  if (version !== undefined) yield ['version', names.named(version, folder, holder)];
}

/** The input of the match. */
export interface SidecarLookup {
  names: ArrivalNames;
  library: Library;
  describing: Describing;
}

/**
 * Finds the photos of a sidecar among those to which it may apply: first the sender's, then the owner's. Guests' photos
 * must not attract a sidecar whose photo has not arrived yet: they match only by a time in the sidecar.
 */
export function findPhotos(asking: SidecarToMatch, said: Said | undefined, finding: SidecarLookup): SidecarMatch {
  const byStyle = [...candidates(asking, finding.names)].map(
    ([style, all]) => [style, knownOf(all, asking, finding)] as const,
  );
  for (const whose of ['own', 'house', 'guest'] as const) {
    const all = byStyle.map(([style, found]) => [style, found.filter((one) => one.whose === whose)] as const);
    for (const [style, found] of all) {
      const here = found.filter((one) => one.inFolder && (whose !== 'guest' || isNotOther(one, said)));
      if (here.length > 0) return decide(here, style, asking, said);
    }
    for (const [style, found] of all) {
      const same = found.filter((one) => isSaid(one, said));
      if (same.length > 0) return decide(same, style, asking, said);
    }
  }
  return { kind: 'none' };
}

/** A candidate with its document. */
export interface SidecarCandidate extends Name {
  photo: PhotoDocument;
  whose: NonNullable<ReturnType<Describing>>;
}

/** The photos of these names to which a sidecar may apply. */
export function knownOf(
  names: Name[],
  { by = owner, holder = house }: SidecarToMatch,
  { library, describing }: SidecarLookup,
): SidecarCandidate[] {
  const stored = library.getMany(names.map(({ sha256 }) => itemId({ holder, sha256 })));
  return names.flatMap((one, n) => {
    const photo = photoOf(stored[n]?.body);
    const whose = photo && describing(by, { holder, sha256: one.sha256 }, photo);
    return photo && whose ? [{ ...one, photo, whose }] : [];
  });
}

/** Whether a sidecar that was read contains no time except the photo's. */
const isNotOther = (one: SidecarCandidate, said: Said | undefined): boolean =>
  said !== undefined && (said.taken === undefined || isSaid(one, said));

/** Whether a photo was taken in the second that a sidecar contains. */
const isSaid = ({ photo }: SidecarCandidate, said: Said | undefined): boolean =>
  said?.taken !== undefined && textOf(own(photo.facts, 'taken')).slice(0, 19) === said.taken.slice(0, 19);

/** Selects one of the photos with the name by unambiguous evidence, in order of preference. */
function decide(all: SidecarCandidate[], style: Style, asking: SidecarToMatch, said: Said | undefined): SidecarMatch {
  const base = namedAfter(asking.name).normalize('NFC');
  const signs: ((one: SidecarCandidate) => boolean)[] = [
    ({ name }) => name === base || stemOf(name) === base,
    ({ at }) => asking.since !== undefined && at >= asking.since,
    (one) => isSaid(one, said),
  ];
  let left = all;
  for (const sign of signs) {
    const photos = whole(left, style);
    if (photos) return { kind: 'found', photos, style };
    const signed = left.filter(sign);
    if (signed.length > 0) left = signed;
  }
  const photos = whole(left, style);
  return photos
    ? { kind: 'found', photos, style }
    : { kind: 'several', count: new Set(left.map((one) => one.sha256)).size };
}

/**
 * The photos, if they belong together: the same bytes, a RAW and the picture of its shot, or the two files of a Live
 * Photo.
 */
function whole(left: SidecarCandidate[], style: Style): string[] | undefined {
  const photos = [...new Map(left.map((one) => [one.sha256, one])).values()];
  if (photos.length === 1) return [photos[0]!.sha256];
  if (style !== 'stem') return undefined;
  const typed = photos.map(({ sha256, photo, name }) => ({
    sha256,
    photo,
    name,
    type: textOf(own(photo.facts, 'type')),
  }));
  const pictures = typed.filter(({ type }) => !type.startsWith('video/'));
  const [pair, ...otherPairs] = [...new Set(typed.map(({ photo }) => pairOf(photo.facts)))];
  if (pair !== undefined && otherPairs.length === 0 && pictures.length === 1) return [pictures[0]!.sha256];
  const raws = typed.filter(({ type }) => type.startsWith('image/x-'));
  const [shot, ...otherShots] = [...new Set(typed.map(({ photo, name }) => shotOf(photo.facts, name)))];
  if (raws.length !== 1 || typeof shot !== 'number' || otherShots.length > 0) return undefined;
  return [raws[0]!.sha256, ...typed.filter((one) => one !== raws[0]).map(({ sha256 }) => sha256)];
}
