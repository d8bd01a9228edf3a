/** `photospool list`: photos that match a search, newest first. */
import { parseQuery } from '../../catalog/search.js';
import { photoId, type PhotoDocument } from '../../document/photo.js';
import { viewPhoto, type PhotoView } from '../../document/view.js';
import { printable } from '../../base/errors.js';
import { noHome, viewHome, type HomeView } from '../view.js';
import { exit, print, printJson } from '../output.js';
import { addVerb, configOf, type Flags, type Verb } from '../verb.js';

/** The verb `list`. */
export const list: Verb = (program, run) => {
  addVerb(program, 'list', 'lists photos that match a search, newest first')
    .argument('[QUERY...]', 'a search, as in the album: tag:x rating:>=4 "a phrase"')
    .option('--limit <N>', 'at most so many')
    .action((words: string[], flags: Flags & { limit?: string }) => run(() => listPhotos(words.join(' '), flags)));
};

const page = 500;

async function listPhotos(text: string, flags: Flags & { limit?: string }): Promise<number> {
  const query = parseQuery(text);
  const config = configOf(flags);
  const view = await viewHome(config);
  if (!view) throw noHome(config);
  try {
    let left = flags.limit === undefined ? Infinity : Number(flags.limit);
    for (let cursor: string | undefined; left > 0;) {
      const { ids, next } = view.catalog.page(query, {
        limit: Math.min(page, left),
        ...(cursor !== undefined && { cursor }),
      });
      for (const photo of photos(view, ids)) {
        if (flags.json) printJson(photo);
        else print(describe(photo));
      }
      left -= ids.length;
      if (next === undefined) break;
      cursor = next;
    }
    return exit.done;
  } finally {
    view.close();
  }
}

function* photos({ library }: HomeView, ids: string[]): Iterable<PhotoView> {
  const found = library.getMany(ids.map(photoId));
  for (const [i, sha256] of ids.entries()) {
    const stored = found[i];
    if (!stored) continue;
    const row = library.local.originals.find(sha256);
    yield viewPhoto(sha256, stored.body as unknown as PhotoDocument, {
      here: row?.state === 'here',
      ...(row && { path: row.path }),
    });
  }
}

function describe({ taken, name, width, height, tags, title, id }: PhotoView): string {
  const words = [title, tags.map((tag) => `#${tag}`).join(' ')].filter((part) => part !== '').join('  ');
  return printable(
    `${taken.slice(0, 16).replace('T', ' ')}  ${id.slice(0, 8)}  ${`${width}x${height}`.padEnd(11)}  ${name}  ${words}`.trimEnd(),
  );
}
