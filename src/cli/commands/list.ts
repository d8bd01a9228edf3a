/** `photospool list`: photos that match a search, newest first. */
import { parseQuery } from '../../catalog/search-parser.js';
import { photoId, type PhotoDocument } from '../../document/photo-document.js';
import { viewPhoto, type PhotoView } from '../../document/photo-view.js';
import { PhotospoolError, printable, sentence } from '../../base/errors.js';
import { counted } from '../../base/human-format.js';
import { noHome, viewHome, type HomeView } from '../../home/open-read-only.js';
import { pages, printPhotos } from '../photo-lines.js';
import { say } from '../output.js';
import { exit } from '../exit-codes.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';

type ListFlags = Flags & { for?: string; limit?: string; locked?: boolean };

/** The verb `list`. */
export const list: Verb = (program, run) => {
  addVerb(program, 'list', 'List photos that match a search, newest first')
    .argument('[QUERY...]', 'search, as in the web app: tag:x rating:>=4 "a phrase"')
    .option('--for <NAME>', 'person whose visible photos to list (default: the family library)')
    .option('--locked', 'list the locked photos of the person instead; recorded in the security log')
    .option('--limit <N>', 'maximum number of photos')
    .allowUnknownOption()
    .action((words: string[], flags: ListFlags) => run(() => listPhotos(words, flags)));
};

/** The words of a search; `-tag:x` is a term, `--jsno` is an error. */
function textOf(words: string[]): string {
  const mistake = words.find((word) => word.startsWith('--'));
  if (mistake === undefined) return words.join(' ');
  throw new PhotospoolError('usage', `Unknown option ${printable(mistake)}.`, {
    hint: 'Run `photospool list --help` for the options.',
  });
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new PhotospoolError('usage', `Invalid value for --limit: ${printable(text)}.`, {
    hint: 'Use a whole number of at least 1.',
  });
}

async function listPhotos(words: string[], flags: ListFlags): Promise<number> {
  const query = parseQuery(textOf(words));
  const limit = limitOf(flags.limit);
  // Loaded only then: access data and its dependencies.
  if (flags.for !== undefined) return (await import('../list-for-person.js')).listFor(query, limit, flags);
  if (flags.locked === true)
    throw new PhotospoolError('usage', 'Use --locked with --for.', { hint: 'Only a person has locked photos.' });
  const config = configOf(flags);
  const view = await viewHome(config);
  if (!view) {
    say(sentence(noHome(config)));
    return exit.done;
  }
  try {
    sayWaiting(view);
    for (const ids of pages(view.catalog, query, limit)) printPhotos(photos(view, ids), flags);
    return exit.done;
  } finally {
    view.close();
  }
}

/** While `serve` runs, large batches of photos from another server are indexed with a delay. */
function sayWaiting({ library, catalog }: HomeView): void {
  const behind = catalog.behind();
  const waiting = behind === undefined ? 0 : library.pending(behind);
  if (waiting > 0)
    say(`Some photos may be missing: \`photospool serve\` is still indexing ${counted(waiting, 'document')}.`);
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
