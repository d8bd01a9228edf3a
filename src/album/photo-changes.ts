/**
 * What changed among the photos and their comments since the last look, read from the library's change feed: the same for changes of this
 * process and of others. A feed is for those who see the same photos; what they may not see is in nothing that it tells, and
 * a photo that is theirs no longer is told by its month alone. What the catalog does not have yet is told when it has it.
 */
import type { Clock } from '../base/clock.js';
import { photoOfComment } from '../document/comment.js';
import { house, itemId, itemOf, publicIdOf, type Holder } from '../document/item-id.js';
import { takenOf } from '../document/time-taken.js';
import { onlookerOf, type Viewer } from '../access/permissions.js';
import { parseQuery } from '../catalog/search-parser.js';
import type { Catalog } from '../catalog/catalog.js';
import { changeBatches } from '../library/follow.js';
import type { Change, Library } from '../library/library.js';
import type { Ask } from './query-catalog.js';
import { readPhotos, visibleTo } from './find-photos.js';
import { sightOf } from './visibility.js';

/** Photos that came, changed or went. */
export interface PhotosEvent {
  type: 'photos';
  /** `2024-07`: all months that look different now, newest first. */
  months: string[];
  /** At most 50 of them. */
  ids: string[];
  count: number;
  /** Where this feed is: the library's newest change for those who see everything, else a number that tells nothing. */
  change: number;
}

/** What changed since the last look. */
export interface PhotoChanges {
  /** Absent where no photo did. */
  photos?: PhotosEvent;
  /** The ids of the photos whose comments are others now. */
  comments: string[];
}

/** A reader of the change feed. */
export interface PhotoFeed {
  /** What changed since the last call. Yields to other work. */
  next(): Promise<PhotoChanges>;
  /** Those of the photos that this feed may tell of. */
  mayTell(ids: readonly string[]): string[];
  /** Where it is now, for a page that begins to listen. */
  change(): number;
}

const mostIds = 50;

/** What a feed reads from. */
export interface FeedParts {
  library: Library;
  catalog: Catalog;
  clock: Clock;
  ask: Ask;
}

/** Begins at the library's newest change. The catalog must be in memory, or this waits for it. */
// Longer than a screen: what was told and what is in the catalog advance together.
export function openPhotoFeed({ library, catalog, clock, ask }: FeedParts, viewer: Viewer): PhotoFeed {
  const everything = parseQuery('');
  const onlooker = onlookerOf(viewer);
  const seesAll = onlooker?.kind === 'house' || (onlooker?.kind === 'person' && onlooker.actsForHouse);
  const holds = (holder: Holder): boolean =>
    holder === house ? seesAll : onlooker?.kind === 'person' && onlooker.person === holder;
  const countMonths = (): Map<string, number> =>
    new Map(catalog.months(everything, sightOf(viewer)).map(({ month, count }) => [month, count]));
  let change = library.lastChange();
  /** Up to which change what was told of is in the catalog's answers. */
  let settled = catalog.behind() ?? change;
  let counts = countMonths();

  /** What changed, and the photos that a video among it plays with: those have another clip now. */
  const withPartners = (ids: readonly string[]): string[] => ids.flatMap((id) => [id, ...catalog.photosWith(id)]);

  /** Photos that this feed may tell of, with the months that they are in now. Those they left are found by their counts. */
  function shown(ids: readonly string[]): { id: string; month: string }[] {
    return visibleTo(library, viewer, readPhotos(library, ids)).map(({ id, body }) => ({
      id,
      month: takenOf(body).taken.slice(0, 7),
    }));
  }

  function movedMonths(): string[] {
    const before = counts;
    counts = countMonths();
    return [...new Set([...before.keys(), ...counts.keys()])].filter(
      (month) => before.get(month) !== counts.get(month),
    );
  }

  /** How many changes there were is for those who see them all; others get a number that is another one each time. */
  const told = (): number => (seesAll ? change : clock.now());

  return {
    change: told,
    mayTell: (ids) => shown(ids).map(({ id }) => id),
    async next() {
      const ids = new Set<string>();
      const months = new Set<string>();
      const comments = new Set<string>();
      const tell = (changes: readonly Change[]): void => {
        const items = changes.flatMap(({ id }) => itemOf(id) ?? []);
        const photos = withPartners(items.map(publicIdOf));
        // A photo that was purged has no document any more; whoever held it hears of it.
        for (const item of items) if (holds(item.holder) && !library.get(itemId(item))) ids.add(publicIdOf(item));
        for (const { id, month } of shown(photos)) {
          ids.add(id);
          months.add(month);
        }
      };
      const taken = Math.min(change, catalog.behind() ?? Infinity);
      if (settled < taken) for await (const changes of changeBatches(library, settled, taken)) tell(changes);
      settled = Math.max(settled, taken);
      const isSettled = settled === change;
      let left: number | undefined;
      for await (const changes of changeBatches(library, change)) {
        const behind = catalog.behind() ?? Infinity;
        const isIn = ({ id, n }: Change): boolean => {
          const item = itemOf(id);
          return n <= behind || (item !== undefined && catalog.has(publicIdOf(item)));
        };
        left ??= changes.find((one) => !isIn(one))?.n;
        tell(changes.filter(isIn));
        const commented = changes.flatMap(({ id }) => photoOfComment(id) ?? []);
        for (const { id } of shown([...new Set(commented)])) comments.add(id);
        change = changes.at(-1)?.n ?? change;
      }
      if (isSettled) settled = left === undefined ? change : left - 1;
      await ask('', 'count');
      for (const month of movedMonths()) months.add(month);
      const news: PhotoChanges = { comments: [...comments] };
      if (ids.size > 0 || months.size > 0) {
        news.photos = {
          type: 'photos',
          months: [...months].sort().reverse(),
          ids: [...ids].slice(0, mostIds),
          count: ids.size,
          change: told(),
        };
      }
      return news;
    },
  };
}
