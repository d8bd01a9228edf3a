/** The edits that keep one photo of a group, or all of them. Pure. */
import type { DuplicateGroup } from '../../../../src/api/answer-types.js';
import type { PhotoView } from '../../lib/api.js';
import type { Change, PhotosChange } from '../../lib/edits/edit-request.js';

/** Elements of a set per change. */
const mostElements = 100;

/**
 * Keeps one photo and moves the others to the trash. Edits of the others are copied to it: tags and albums; title,
 * description, rating, favourite, place and date, if it has none itself. Its audience stays.
 */
export function keepOne(kept: PhotoView, others: readonly PhotoView[]): PhotosChange[] {
  const first = <T>(of: (photo: PhotoView) => T | undefined): T | undefined =>
    others.map(of).find((value) => value !== undefined && value !== '' && value !== 0 && value !== false);
  const change: Change = {};
  const title = kept.title === '' ? first((photo) => photo.title) : undefined;
  if (title !== undefined) change.title = title;
  const description = kept.description === '' ? first((photo) => photo.description) : undefined;
  if (description !== undefined) change.description = description;
  if (kept.rating === 0 && first((photo) => photo.rating) !== undefined)
    change.rating = Math.max(...others.map(({ rating }) => rating));
  if (!kept.favourite && first((photo) => photo.favourite)) change.favourite = true;
  if (kept.reviewed !== true && first((photo) => photo.reviewed)) change.reviewed = true;
  const placed = kept.gps ? undefined : others.find(({ gps }) => gps);
  if (placed?.gps) change.gps = { lat: placed.gps.lat, lon: placed.gps.lon };
  const place = kept.place ? undefined : (placed ?? others.find((photo) => photo.place))?.place;
  if (place) change.place = place;
  // A time from the file's mtime may only be the time when the file was copied.
  const dated =
    kept.takenSource === 'modified' ? others.find(({ takenSource }) => takenSource !== 'modified') : undefined;
  if (dated) change.taken = { local: dated.taken, ...(dated.offset !== undefined && { offset: dated.offset }) };
  const parts: Change[] = [
    ...(Object.keys(change).length > 0 ? [change] : []),
    ...missing(
      kept.tags,
      others.map(({ tags }) => tags),
    ).map((add) => ({ tags: { add } })),
    ...missing(
      kept.albums,
      others.map(({ albums }) => albums),
    ).map((add) => ({ albums: { add } })),
  ];
  const from = others.map(({ id }) => id);
  return [...parts.map((part) => ({ ...part, from, ids: [kept.id] })), { ids: from, trashed: true }];
}

/** Values that others have and one photo lacks, split to fit into changes. */
function missing(own: readonly string[], others: readonly string[][]): string[][] {
  const add = [...new Set(others.flat())].filter((element) => !own.includes(element));
  const parts: string[][] = [];
  for (let at = 0; at < add.length; at += mostElements) parts.push(add.slice(at, at + mostElements));
  return parts;
}

/** The groups that are not of a burst; photos of a burst look alike on purpose. */
export const outsideBursts = (groups: readonly DuplicateGroup[]): DuplicateGroup[] =>
  groups.filter(({ photos }) => photos.every(({ burst }) => burst === undefined));

/** Keeps the suggested photo of each group. */
export const keepSuggested = (groups: readonly DuplicateGroup[]): PhotosChange[] =>
  groups.flatMap(({ photos, best }) => {
    const kept = photos.find(({ id }) => id === best);
    return kept
      ? keepOne(
          kept,
          photos.filter((photo) => photo !== kept),
        )
      : [];
  });

/** Marks photos as different: each from the one with the smallest id, which relates all of them. */
export function keepAll(photos: readonly Pick<PhotoView, 'id'>[]): PhotosChange[] {
  const [first, ...rest] = photos.map(({ id }) => id).sort();
  return first === undefined || rest.length === 0 ? [] : [{ ids: rest, apart: { add: [first] } }];
}
