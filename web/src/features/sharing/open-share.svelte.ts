/** The one entry to the share dialog, which the app shows above every page (app/App.svelte). */

/** The photos, day, album or search to share. */
export type ShareTarget =
  /** Photos by their ids; `title` is proposed as the name of the album that a selection becomes. */
  | { photos: readonly string[]; title?: string }
  /** All photos of a day, `2026-06-06`. */
  | { day: string }
  /** An album: `HOLDER:ULID`, or the name of an album of the house. */
  | { album: string }
  /** The matches of a search; for owners, and only by link. */
  | { search: string };

/** The open share dialog. */
class Sharing {
  target: ShareTarget | undefined = $state.raw();
}

export const sharing = new Sharing();

/** Opens the share dialog. */
export const openShare = (target: ShareTarget): void => void (sharing.target = target);
