/**
 * Changes of photos and their comments since the last call, read from the library's change feed, whether made by this
 * process or by others. A feed serves viewers who see the same photos, and reveals nothing of other photos; of a photo
 * that is no longer visible, only its month is reported. A change that the catalog has not indexed yet is reported when
 * it has.
 */
import type { Clock } from '../base/clock.js';
import { photoOfComment } from '../document/comment.js';
import { everything } from '../document/grants.js';
import { house, itemId, itemOf, publicIdOf, type Holder, type Item } from '../document/item-id.js';
import { takenOf } from '../document/time-taken.js';
import { onlookerOf, type Viewer } from '../access/permissions.js';
import { parseQuery } from '../catalog/search-parser.js';
import type { Catalog } from '../catalog/catalog.js';
import { changeBatches } from '../library/follow.js';
import type { Change, Library } from '../library/library.js';
import type { Ask } from './query-catalog.js';
import { readPhotos, visibleTo } from './find-photos.js';
import { sightOf } from './visibility.js';

/** Photos that were added, changed or removed. */
export interface PhotosEvent {
  type: 'photos';
  /** `2024-07`: all months that changed, newest first. */
  months: string[];
  /** At most 50 photos. */
  ids: string[];
  count: number;
  /** The position of this feed: the library's last change for viewers who see everything, otherwise an opaque value. */
  change: number;
}

/** The changes since the last call. */
export interface PhotoChanges {
  /** Absent if no photo changed. */
  photos?: PhotosEvent;
  /** The ids of photos whose comments changed. */
  comments: string[];
}

/** A reader of the change feed. */
export interface PhotoFeed {
  /** The changes since the last call. Yields to other work. */
  next(): Promise<PhotoChanges>;
  /** The photos that this feed may reveal. */
  mayTell(ids: readonly string[]): string[];
  /** The current position, for a page that connects. */
  change(): number;
}

const mostIds = 50;

/** The dependencies of a feed. */
export interface FeedParts {
  library: Library;
  catalog: Catalog;
  clock: Clock;
  ask: Ask;
}

/** Starts at the library's last change. Waits until the catalog is in memory. */
// Longer than a screen: the reported position and the catalog's position advance together.
export function openPhotoFeed({ library, catalog, clock, ask }: FeedParts, viewer: Viewer): PhotoFeed {
  const timeline = parseQuery('');
  const onlooker = onlookerOf(viewer);
  const seesAll = onlooker?.kind === 'house' || (onlooker?.kind === 'person' && onlooker.actsForHouse);
  const holds = (holder: Holder): boolean =>
    holder === house ? seesAll : onlooker?.kind === 'person' && onlooker.person === holder;
  const countMonths = (): Map<string, number> =>
    new Map(catalog.months(timeline, sightOf(viewer)).map(({ month, count }) => [month, count]));
  let change = library.lastChange();
  /** The last change up to which reported changes are in the catalog. */
  let settled = catalog.behind() ?? change;
  let counts = countMonths();

  /** These photos, and those that a video among them belongs to: their clip has changed. */
  const withPartners = (ids: readonly string[]): string[] => ids.flatMap((id) => [id, ...catalog.photosWith(id)]);

  /** Photos that this feed may reveal, with their current months. The counts reveal the months that they left. */
  function shown(ids: readonly string[]): { id: string; month: string }[] {
    return visibleTo(library, viewer, readPhotos(library, ids)).map(({ id, body }) => ({
      id,
      month: takenOf(body).taken.slice(0, 7),
    }));
  }

  const isPurged = (item: Item): boolean =>
    library.get(itemId(item)) === undefined &&
    ![...library.controls.endsOf(itemId(item)).values()].some(({ to }) => to === everything);

  function movedMonths(): string[] {
    const before = counts;
    counts = countMonths();
    return [...new Set([...before.keys(), ...counts.keys()])].filter(
      (month) => before.get(month) !== counts.get(month),
    );
  }

  /** The number of changes is only for viewers who see all of them; others get an opaque value that always differs. */
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
        // A purged photo has no document; its holder is still notified, unless it was ever locked.
        for (const item of items) if (holds(item.holder) && isPurged(item)) ids.add(publicIdOf(item));
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
