/** Marks a photo as a favourite, or removes the mark, if the viewer may. `q`: the search that found it. */
import type { Tile } from '../../../../src/api/answer-types.js';
import { openActs, perform } from './selection-actions.js';

/** Does it, and reports it. Never rejects. */
export async function toggleFavourite(tile: Tile, q: string): Promise<void> {
  const act = openActs(q, [tile]).find(({ name }) => name === 'favourite');
  if (act) await perform(act, [tile], q);
}
