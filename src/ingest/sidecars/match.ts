/**
 * Whose a sidecar is (docs/sidecars.md, “Whose it is”): by name and folder, then by what is sure, never by a guess. Pure, but
 * for what it looks up.
 */
import { shotOf } from '../../catalog/stacks.js';
import { pairOf } from '../../document/facts.js';
import { own, textOf } from '../../document/json.js';
import { photoId, photoOf, type PhotoDocument, type SidecarValues } from '../../document/photo.js';
import type { Library } from '../../library/library.js';
import { stemOf, type Name, type Names } from './names.js';

/** A sidecar that looks for its photo. */
export interface Asking {
  /** Its name as it came in, with `.xmp`. */
  name: string;
  /** The folder it came in, relative to incoming; empty at the top. */
  folder: string;
  /** Since when it lay there, UTC: photos that came in after that lay beside it. */
  since?: string;
}

/** What it says itself, where it was read. */
export type Said = Pick<SidecarValues, 'taken'>;

/**
 * `found`: the photos that it counts for, by SHA-256; it lies beside the first. `style`: how it is named after the photo.
 * `several`: so many have its name, and nothing tells which.
 */
export type Match =
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
export function* candidates({ name, folder }: Asking, names: Names): Generator<[Style, Name[]]> {
  const base = namedAfter(name);
  yield ['full', names.named(base, folder)];
  yield ['stem', names.stemmed(base, folder)];
  const version = versionOf(base);
  if (version !== undefined) yield ['version', names.named(version, folder)];
}

/** Finds the photos of a sidecar. */
export function findPhotos(asking: Asking, said: Said | undefined, names: Names, library: Library): Match {
  const byStyle = [...candidates(asking, names)];
  for (const [style, all] of byStyle) {
    const here = known(
      all.filter(({ inFolder }) => inFolder),
      library,
    );
    if (here.length > 0) return decide(here, style, asking, said);
  }
  for (const [style, all] of byStyle) {
    const same = known(all, library).filter((one) => isSaid(one, said));
    if (same.length > 0) return decide(same, style, asking, said);
  }
  return { kind: 'none' };
}

/** A candidate with its document. */
interface Known extends Name {
  photo: PhotoDocument;
}

function known(names: Name[], library: Library): Known[] {
  const stored = library.getMany(names.map(({ sha256 }) => photoId(sha256)));
  return names.flatMap((one, n) => {
    const photo = photoOf(stored[n]?.body);
    return photo ? [{ ...one, photo }] : [];
  });
}

/** Whether a photo was taken in the second that a sidecar says. */
const isSaid = ({ photo }: Known, said: Said | undefined): boolean =>
  said?.taken !== undefined && textOf(own(photo.facts, 'taken')).slice(0, 19) === said.taken.slice(0, 19);

/** Settles which of those that have the name it is, by one sure sign after the other. */
function decide(all: Known[], style: Style, asking: Asking, said: Said | undefined): Match {
  const base = namedAfter(asking.name).normalize('NFC');
  const signs: ((one: Known) => boolean)[] = [
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
function whole(left: Known[], style: Style): string[] | undefined {
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
