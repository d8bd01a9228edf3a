/** Photos that match a search, for the commands that list them: in pages, one a line. */
import type { Catalog, Viewer } from '../catalog/catalog.js';
import type { Query } from '../catalog/query.js';
import { printable } from '../base/errors.js';
import type { PhotoView } from '../document/photo-view.js';
import type { Flags } from './command.js';
import { print, printJson } from './output.js';

const page = 500;

/** The public ids of at most `limit` matching photos, in pages. */
export function* pages(catalog: Catalog, query: Query, limit: number, viewer?: Viewer): Iterable<string[]> {
  let left = limit;
  for (let cursor: string | undefined; left > 0;) {
    const { ids, next } = catalog.page(query, {
      limit: Math.min(page, left),
      ...(viewer && { viewer }),
      ...(cursor !== undefined && { cursor }),
    });
    yield ids;
    left -= ids.length;
    if (next === undefined) return;
    cursor = next;
  }
}

/** Prints photos, one a line. */
export function printPhotos(found: Iterable<Listed>, { json }: Flags): void {
  for (const photo of found) {
    if (json) printJson(photo);
    else print(describe(photo));
  }
}

/** A photo of the house, or as a person sees it. */
export type Listed = Pick<PhotoView, 'taken' | 'width' | 'height' | 'tags' | 'title' | 'id'> & { name?: string };

function describe({ taken, name = '', width, height, tags, title, id }: Listed): string {
  const words = [title, tags.map((tag) => `#${tag}`).join(' ')].filter((part) => part !== '').join('  ');
  return printable(
    `${taken.slice(0, 16).replace('T', ' ')}  ${id.slice(0, 8)}  ${`${width}x${height}`.padEnd(11)}  ${name}  ${words}`.trimEnd(),
  );
}
