/** How a photo looks after edits that the server has not made yet. */
import type { PhotoView, Tile } from '../api.js';
import type { PhotosChange } from './edit-request.js';

/** The displayed fields whose new value is in the edit. */
const plain = ['title', 'description', 'rating', 'favourite', 'audience', 'reviewed', 'archived', 'trashed'] as const;

/**
 * A photo after these changes, in order. Changes that can't be shown without the server (dates, rotation) are left out.
 */
export function withChanges(photo: PhotoView, changes: readonly PhotosChange[]): PhotoView {
  const after: PhotoView = { ...photo };
  for (const change of changes) {
    if (!change.ids.includes(photo.id)) continue;
    for (const field of plain) if (change[field] !== undefined) Object.assign(after, { [field]: change[field] });
    for (const field of ['tags', 'albums'] as const) {
      const { add = [], remove = [] } = change[field] ?? {};
      const known = after[field];
      if (change[field]) after[field] = [...known.filter((one) => !remove.includes(one) && !add.includes(one)), ...add];
    }
  }
  return after;
}

/** Tiles after these changes: without those in the trash and the archive. */
export const tilesWithChanges = (tiles: readonly Tile[], changes: readonly PhotosChange[]): Tile[] =>
  tiles.flatMap((tile) => {
    const mine = changes.filter(({ ids }) => ids.includes(tile.id));
    if (mine.length === 0) return [tile];
    const all = Object.assign({}, ...mine) as PhotosChange;
    if (all.trashed === true || all.archived === true) return [];
    const { favourite: before, ...rest } = tile;
    const favourite = all.favourite ?? before === true;
    return [{ ...rest, ...(favourite && { favourite }) }];
  });
