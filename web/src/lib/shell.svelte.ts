/** The state shared by the frame of the page and the page in it: the top bar acts on the open timeline. */

/** The actions of an open timeline for the top bar. Functions, so that the bar follows the values they return. */
export interface TimelineTools {
  /** The first visible month (`2024-07`) and day, once it is scrolled. */
  here: () => { month: string; day: string } | undefined;
  /** Starts selecting photos; undefined if there is none, or the viewer could do nothing with them. */
  choose: () => (() => void) | undefined;
  /** True if it has photos. */
  filled: () => boolean;
  toTop: () => void;
}

/** An album that takes uploads. */
export interface UploadAlbum {
  /** Its id in addresses: `HOLDER:ULID`, or its name. */
  id: string;
  name: string;
  /** True for one with members. */
  shared: boolean;
  /** The library whose photos it takes: the photos become part of it. Absent if there is only one. */
  library?: 'house' | 'me' | undefined;
}

/** The state of the frame. */
class Shell {
  /** True while the search takes the whole bar on a phone, or is about to get the focus. */
  searching = $state(false);
  /** True while the list of shortcuts is open. */
  shortcuts = $state(false);
  timeline: TimelineTools | undefined = $state.raw();
  /** Opens the system's picker of files to upload; undefined if the viewer may not. */
  pickFiles: (() => void) | undefined = $state.raw();
  /** The open album that takes dropped files; undefined if there is none. */
  dropInto: UploadAlbum | undefined = $state.raw();
}

export const shell = new Shell();
