/** Clicks and keys with modifiers, which belong to the browser, not to the page. */

type Modifiers = Pick<MouseEvent, 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/**
 * Whether Ctrl, Command or Alt is held, as for a shortcut of the browser. Shift types characters, and does not count.
 */
export const hasModifier = ({ ctrlKey, metaKey, altKey }: Omit<Modifiers, 'shiftKey'>): boolean =>
  ctrlKey || metaKey || altKey;

/**
 * Whether a click on a link is for the page: with the main button (or a key), and not for a new window, tab or
 * download.
 */
export const isPlainClick = (event: Modifiers & Pick<MouseEvent, 'button'>): boolean =>
  event.button === 0 && !event.shiftKey && !hasModifier(event);
