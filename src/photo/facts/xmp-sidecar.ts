/**
 * The values of an XMP sidecar (docs/sidecars.md), by ExifTool's names of the tags (XMP specification, parts 1 and 2;
 * darktable, digiKam, Lightroom, Microsoft). Pure.
 */
import type { SidecarValues } from '../../document/photo-document.js';
import type { ExifToolAnswer } from './exiftool.js';
import { readTaken } from './embedded-time-taken.js';
import { readPosition } from './position-and-place.js';
import { clean, line, openTags, type Tags } from './exif-tags.js';
import { starsOf, wordLimits } from './captions.js';

/** The values of a sidecar from ExifTool's answer; missing ones are absent. */
export function readSidecarValues(answer: ExifToolAnswer): SidecarValues {
  const tags = openTags(answer);
  const { zone, ...position } = readPosition(tags);
  const { taken, offset } = readTaken(tags, zone);
  const title = line(tags.text('XMP-dc:Title') ?? '', wordLimits.title);
  const description = clean(tags.text(...descriptions) ?? '', wordLimits.description);
  const rating = readRating(tags);
  const keywords = readKeywords(tags);
  return {
    ...position,
    ...(taken !== undefined && { taken, ...(offset !== undefined && { offset }) }),
    ...(title !== '' && { title }),
    ...(description !== '' && { description }),
    ...(rating !== undefined && { rating }),
    ...(keywords.length > 0 && { tags: keywords }),
  };
}

const descriptions = ['XMP-dc:Description', 'XMP-exif:UserComment', 'XMP-tiff:ImageDescription'];

/** 0 to 5, or -1 for rejected (XMP, part 1, 8.4); otherwise Windows' percentage. */
function readRating(tags: Tags): number | undefined {
  const stars = tags.number('XMP-xmp:Rating');
  if (stars !== undefined) return stars < 0 ? -1 : Math.min(5, Math.round(stars));
  const percent = tags.number('XMP-microsoft:RatingPercent');
  return percent === undefined ? undefined : starsOf(percent);
}

/** Hierarchical keyword lists, with the separator of their levels. */
export const keywordTrees = [
  ['XMP-lr:HierarchicalSubject', '|'],
  ['XMP-digiKam:TagsList', '/'],
  ['XMP-microsoft:LastKeywordXMP', '/'],
  ['XMP-mediapro:CatalogSets', '|'],
] as const;

/** darktable stores automatic tags like any other. */
const own = 'darktable|';

/** The words that only darktable's automatic tags contain: from its own paths in Lightroom's hierarchy. */
export function mechanicalWords(paths: readonly string[]): Set<string> {
  const levels = (mine: boolean): string[] =>
    paths.filter((path) => path.startsWith(own) === mine).flatMap((path) => path.split('|'));
  const others = new Set(levels(false));
  return new Set(levels(true).filter((word) => !others.has(word)));
}

/** Flat keywords, otherwise the leaves of the first hierarchy with any. */
function readKeywords(tags: Tags): string[] {
  const mechanical = mechanicalWords(tags.list('XMP-lr:HierarchicalSubject'));
  const leaves = keywordTrees.map(([name, separator]) =>
    tags.list(name).flatMap((path) => path.split(separator).slice(-1)),
  );
  const given = [tags.list('XMP-dc:Subject'), ...leaves].map((list) => list.filter((word) => !mechanical.has(word)));
  const words = given.find((list) => list.length > 0) ?? [];
  const sound = words.map((word) => line(word, wordLimits.tag).normalize('NFC')).filter((word) => word !== '');
  return [...new Set(sound)].slice(0, wordLimits.tags);
}
