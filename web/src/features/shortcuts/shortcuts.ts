/** The keyboard shortcuts as listed in the dialog (also in docs/album.md). */

/** The shortcuts of one part of the page: the keys, and their effects. */
export interface KeyGroup {
  title: string;
  keys: readonly (readonly [keys: readonly string[], does: string])[];
}

/** The texts of the dialog. */
export const keyTexts = { title: 'Keys', or: 'or' };

/** All groups. */
export const keyGroups: readonly KeyGroup[] = [
  {
    title: 'Everywhere',
    keys: [
      [['?'], 'These keys'],
      [['/'], 'Search'],
      [['Ctrl Z'], 'Undo'],
      [['Ctrl Shift Z'], 'Do it again'],
      [['Esc'], 'Close, or go back'],
    ],
  },
  {
    title: 'Timeline',
    keys: [
      [['←', '→', '↑', '↓'], 'From photo to photo'],
      [['Home', 'End'], 'The newest, the oldest'],
      [['Enter'], 'Open'],
      [['G'], 'Go to a date'],
      [['+', '-'], 'Larger, or more at once'],
      [['X'], 'Choose, or not any more'],
      [['Shift ←', 'Shift →'], 'Choose on the way'],
      [['Ctrl A'], 'Choose all'],
    ],
  },
  {
    title: 'A photo, or those that are chosen',
    keys: [
      [['F'], 'Favourite'],
      [['1', '5'], 'Stars, from one to five'],
      [['T'], 'Tags'],
      [['A'], 'Albums'],
      [['C'], 'Who may see'],
      [['D'], 'Date'],
      [['P'], 'Place'],
      [['Delete'], 'Trash'],
    ],
  },
  {
    title: 'A photo',
    keys: [
      [['←', '→'], 'The one before, the next one'],
      [['I'], 'Info'],
      [['E'], 'Title and description'],
      [['S'], 'Slideshow'],
      [['+', '-'], 'Closer, further away'],
      [['Z'], 'Its own pixels'],
      [['0'], 'All of it'],
    ],
  },
  {
    title: 'Places',
    keys: [
      [['←', '→', '↑', '↓'], 'Move the map'],
      [['+', '-'], 'Closer, further away'],
      [['0'], 'The whole world'],
    ],
  },
  {
    title: 'Inbox',
    keys: [
      [['Enter'], 'Keep'],
      [['Delete'], 'Trash'],
      [['→', '←'], 'Later, back'],
    ],
  },
  {
    title: 'Duplicates',
    keys: [
      [['←', '→'], 'Which one stays'],
      [['Enter'], 'Keep it, trash the others'],
      [['K'], 'Keep all'],
      [['↑', '↓'], 'From group to group'],
      [['U'], 'Undo'],
    ],
  },
];
