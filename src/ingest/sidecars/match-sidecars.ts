/**
 * Whose a sidecar is (docs/sidecars.md, “Whose it is”): by name and folder, then by what is sure, never by a guess. Pure, but
 * for what it looks up.
 */
import { shotOf } from '../../catalog/raw-jpeg-stacks.js';
import { pairOf } from '../../document/facts.js';
import { house, itemId, type Holder, type Item } from '../../document/item-id.js';
import { own, textOf } from '../../document/json-values.js';
import { photoOf, type PhotoDocument, type SidecarValues } from '../../document/photo-document.js';
import { owner } from '../../document/photo-senders.js';
import type { Library } from '../../library/library.js';
import { stemOf, type Name, type ArrivalNames } from './arrival-names.js';

/** A sidecar that looks for its photo. */
export interface SidecarToMatch {
  /** Its name as it came in, with `.xmp`. */
  name: string;
  /** The folder it came in, relative to incoming; empty at the top. */
  folder: string;
  /** Since when it lay there, UTC: photos that came in after that lay beside it. */
  since?: string;
  /** Who sent it in; absent for the owner of the home. */
  by?: string;
  /** Whose items it is for: a person’s (a ULID); absent for the house’s. It counts for no others. */
  holder?: Holder;
}

/**
 * Whose a photo is to whoever sent a sidecar, `by`; undefined where it may not count for it, which for them is as if there were no
 * such photo (`mayDescribe` of access/permissions.ts).
 */
export type Describing = (by: string, item: Item, photo: PhotoDocument) => 'own' | 'house' | 'guest' | undefined;

/** What it says itself, where it was read. */
export type Said = Pick<SidecarValues, 'taken'>;

/**
 * `found`: the photos that it counts for, by SHA-256; it lies beside the first. `style`: how it is named after the photo.
 * `several`: so many have its name, and nothing tells which.
 */
export type SidecarMatch =
  { kind: 'found'; photos: string[]; style: Style } | { kind: 'none' } | { kind: 'several'; count: number };

/** `full`: `IMG_1.CR2.xmp`. `stem`: `IMG_1.xmp`. `version`: `IMG_1_01.CR2.xmp`, which says nothing of the photo itself. */
export type Style = 'full' | 'stem' | 'version';

/** Whether a name is that of a sidecar. */
export const isSidecarName = (name: string): boolean => /.\.xmp$/i.test(name);

/** What a sidecar is named after: its name without `.xmp`. */
export const namedAfter = (name: string): string => name.replace(/\.xmp$/i, '');

/** The name of which a name is a numbered version in darktable (`IMG_1_01.CR2`); undefined where it is none. */
export function versionOf(name: string): string | undefined {
  const found = /^(.+)_\d{2,4}(\.[^.]+)$/.exec(name);
  return found ? `${found[1]}${found[2]}` : undefined;
}

/** The photos that have a sidecar's name, by style, the nearest style first. Only names are looked at. */
export function* candidates({ name, folder, holder }: SidecarToMatch, names: ArrivalNames): Generator<[Style, Name[]]> {
  const base = namedAfter(name);
  yield ['full', names.named(base, folder, holder)];
  yield ['stem', names.stemmed(base, folder, holder)];
  const version = versionOf(base);
  if (version !== undefined) yield ['version', names.named(version, folder, holder)];
}

/** What the photos of a sidecar are found in. */
export interface SidecarLookup {
  names: ArrivalNames;
  library: Library;
  describing: Describing;
}

/**
 * Finds the photos of a sidecar, of those for which it may count: those of whoever sent it first, then the owner's. What only
 * guests brought is not to catch a sidecar whose own photo is still to come: a time that it says has to be theirs.
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

/** Of those that have a name, the photos for which a sidecar may count. */
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

/** Whether a sidecar, which has been read, says no time that is not the photo's. */
const isNotOther = (one: SidecarCandidate, said: Said | undefined): boolean =>
  said !== undefined && (said.taken === undefined || isSaid(one, said));

/** Whether a photo was taken in the second that a sidecar says. */
const isSaid = ({ photo }: SidecarCandidate, said: Said | undefined): boolean =>
  said?.taken !== undefined && textOf(own(photo.facts, 'taken')).slice(0, 19) === said.taken.slice(0, 19);

/** Settles which of those that have the name it is, by one sure sign after the other. */
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

/** The photos where they are one: the same bytes, a RAW and the picture of its shot, or the halves of a Live Photo. */
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
