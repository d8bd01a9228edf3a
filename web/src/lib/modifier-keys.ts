/** Clicks and keys that are the browser's, and not the page's: those with a modifier key. */

type Modifiers = Pick<MouseEvent, 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** Whether Ctrl, Command or Alt is held, as for a shortcut of the browser. Shift makes characters, and does not count. */
export const hasModifier = ({ ctrlKey, metaKey, altKey }: Omit<Modifiers, 'shiftKey'>): boolean =>
  ctrlKey || metaKey || altKey;

/** Whether a click on a link is for the page: by the main button (or a key), and asks for no new window, tab or download. */
export const isPlainClick = (event: Modifiers & Pick<MouseEvent, 'button'>): boolean =>
  event.button === 0 && !event.shiftKey && !hasModifier(event);
