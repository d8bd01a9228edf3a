/** The keyboard shortcuts as listed in the dialog (also in docs/album.md). */
import { m } from '../../lib/messages.js';

type Texts = typeof m.shortcuts;

/** The groups: the keys of each action, by the names that both have in the catalogue. */
const keys: { [group in keyof Texts['groups']]: readonly (readonly [readonly string[], keyof Texts['actions']])[] } = {
  everywhere: [
    [['?'], 'list'],
    [['/'], 'search'],
    [['Ctrl Z'], 'undo'],
    [['Ctrl Shift Z'], 'redo'],
    [['Esc'], 'close'],
  ],
  timeline: [
    [['←', '→', '↑', '↓'], 'walk'],
    [['Home', 'End'], 'ends'],
    [['Page Up', 'Page Down'], 'screens'],
    [['Enter'], 'open'],
    [['G'], 'date'],
    [['+', '-'], 'density'],
    [['Space', 'X'], 'select'],
    [['Shift X'], 'selectDay'],
    [['Shift ←', 'Shift →', 'Shift ↑', 'Shift ↓'], 'extend'],
    [['Ctrl A'], 'selectAll'],
  ],
  photos: [
    [['F'], 'favourite'],
    [['1 – 5'], 'stars'],
    [['T'], 'tags'],
    [['A'], 'albums'],
    [['C'], 'audience'],
    [['D'], 'setDate'],
    [['P'], 'place'],
    [['Shift A'], 'archive'],
    [['Delete'], 'trash'],
  ],
  photo: [
    [['←', '→'], 'turn'],
    [['I'], 'info'],
    [['E'], 'caption'],
    [['B'], 'addToAlbum'],
    [['Shift E'], 'editPhoto'],
    [['Shift S'], 'share'],
    [['Shift D'], 'download'],
    [['S'], 'slideshow'],
    [['+', '-'], 'zoom'],
    [['Z'], 'pixels'],
    [['0'], 'fit'],
  ],
  places: [
    [['←', '→', '↑', '↓'], 'move'],
    [['+', '-'], 'zoom'],
    [['0'], 'world'],
  ],
  inbox: [
    [['Enter'], 'keep'],
    [['Delete'], 'trash'],
    [['→', '←'], 'later'],
  ],
  duplicates: [
    [['←', '→'], 'choose'],
    [['Enter'], 'keepOne'],
    [['K'], 'keepAll'],
    [['↑', '↓'], 'groups'],
    [['U'], 'undo'],
  ],
};

/** The shortcuts of one part of the page: the keys, and their effects. */
export interface KeyGroup {
  title: string;
  keys: readonly (readonly [keys: readonly string[], does: string])[];
}

/** As on the keyboard of this computer: a Mac has Command instead of Control. */
const onThis = (pressed: string): string =>
  navigator.platform.startsWith('Mac') ? pressed.replace('Ctrl Shift ', '⇧⌘').replace('Ctrl ', '⌘') : pressed;

/** All groups in the language of the page. */
export const keyGroups = (): KeyGroup[] =>
  (Object.keys(keys) as (keyof typeof keys)[]).map((group) => ({
    title: m.shortcuts.groups[group],
    keys: keys[group].map(([pressed, action]) => [pressed.map(onThis), m.shortcuts.actions[action]] as const),
  }));
