/** Notes that a part of the page draws on tiles: in the trash, the days left. */

class TileNotes {
  /** The note of a photo, by its id. */
  of: ReadonlyMap<string, string> = $state.raw(new Map());
}

export const notes = new TileNotes();
