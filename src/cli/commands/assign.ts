/**
 * `photospool assign --for NAME QUERY`: offers the photos of the house that match a search to a person. Works beside a running server.
 */
import { parseQuery } from '../../catalog/search-parser.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { house, itemOf } from '../../document/item-id.js';
import { local } from '../../access/viewer.js';
import type { Records } from '../../home/open-records.js';
import { addVerb, type Verb } from '../command.js';
import { print } from '../output.js';
import { withSharing, type ForFlags } from '../with-sharing.js';
import { tellMade } from './offers.js';

/** The verb `assign`. */
export const assign: Verb = (program, run) => {
  addVerb(program, 'assign', 'Offer photos of the family library that match a search to a person')
    .argument('<QUERY...>', 'search, as in the web app')
    .requiredOption('--for <NAME>', 'person to offer the photos to')
    .allowUnknownOption()
    .action((words: string[], flags: ForFlags) => run(() => offerMatches(words, flags)));
};

function offerMatches(words: string[], { for: name = '', ...flags }: ForFlags): Promise<number> {
  const mistake = words.find((word) => word.startsWith('--'));
  if (mistake !== undefined) throw new PhotospoolError('usage', `Unknown option ${printable(mistake)}.`);
  const query = words.join(' ');
  return withSharing(flags, async (parts) => {
    const { id } = parts.named(name);
    const ids = await idsOf(parts.records, query);
    if (ids.length === 0) print('No photos of the family library match.');
    return ids.length === 0 ? 0 : tellMade(parts, parts.offers.make(local, house, id, ids), flags);
  });
}

const page = 1_000;

/** The public ids of the photos of the house that match. */
async function idsOf({ library, catalog }: Records, text: string): Promise<string[]> {
  const query = parseQuery(text);
  const found: string[] = [];
  catalog.catchUp(library.lastChange());
  await catalog.load();
  for (let cursor: string | undefined; ;) {
    const { ids, next } = catalog.page(query, { limit: page, ...(cursor !== undefined && { cursor }) });
    found.push(...ids.filter((id) => itemOf(library.items.find(id) ?? '')?.holder === house));
    if (next === undefined) return found;
    cursor = next;
  }
}
