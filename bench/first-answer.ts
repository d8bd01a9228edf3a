/**
 * The first answers of a catalog after a start. A part of the bench `catalog`, which runs it as a process of its own, with
 * a database file, and reads the line of JSON that it prints. Changes nothing but missing chunks of the columns.
 */
import { openItemAccess } from '../src/access/item-access.js';
import { openSqlite } from '../src/base/sqlite.js';
import { openCatalog } from '../src/catalog/catalog.js';
import { parseQuery } from '../src/catalog/search-parser.js';
import { openPeopleLibrary } from './people.js';
import { worstDelay } from './timing.js';

/** Ms from the opening of the database until the answer. */
export interface FirstAnswers {
  /** The newest 100 tiles. */
  tiles: number;
  /** All segments of the timeline. */
  segments: number;
  /** The tags with their counts: everything is loaded. */
  tags: number;
  /** The longest time for which the event loop was blocked. */
  blocked: number;
  /** CPU time until `segments` and until `tags`. */
  work: { segments: number; tags: number };
}

const accessOfFamily = openItemAccess({
  ...{ find: () => undefined, isThere: () => true, hasAlbum: () => false },
  ...{ offers: () => [], itemsIn: () => new Set<string>() },
});

async function measure(file: string, seed: number | undefined): Promise<FirstAnswers> {
  const people = seed === undefined ? undefined : openPeopleLibrary(seed);
  const options = people && { viewer: people.viewers[0]! };
  const [start, before] = [performance.now(), process.cpuUsage()];
  const since = (): number => performance.now() - start;
  const work = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  const catalog = openCatalog(openSqlite(file), { access: people?.access ?? (() => accessOfFamily) });
  catalog.tiles(parseQuery(''), { limit: 100, ...options });
  const tiles = since();
  let [segments, tags, workOfSegments] = [0, 0, 0];
  const blocked = await worstDelay(async () => {
    const all = catalog.load();
    await catalog.load('timeline');
    catalog.segments(parseQuery(''), { size: 250, ...options });
    [segments, workOfSegments] = [since(), work()];
    await all;
    catalog.facet('tag', parseQuery(''), options?.viewer);
    tags = since();
  });
  return { tiles, segments, tags, blocked, work: { segments: workOfSegments, tags: work() } };
}

/** Arguments: the database file, and the seed of its library of people, if it is one. */
export async function run([file = '', seed]: string[]): Promise<void> {
  console.log(JSON.stringify(await measure(file, seed === undefined ? undefined : Number(seed))));
}
