/**
 * The keys of a menu, one implementation for all: arrows, Home, End, and the first letters of an item move the focus.
 * No key reaches the page below. Escape is the browser’s, which closes the popover and returns the focus.
 */
import { hasModifier } from '../modifier-keys.js';

/** The items of a menu that can be chosen, in order. */
const itemsOf = (menu: HTMLElement): HTMLElement[] => [
  ...menu.querySelectorAll<HTMLElement>(':is(a, button):not(:disabled)'),
];

/** Moves the focus to the first item of a menu that was just opened. */
export const focusFirst = (menu: HTMLElement): void => itemsOf(menu)[0]?.focus({ preventScroll: true });

/** The item that a key moves the focus to; undefined for other keys. */
function target(items: readonly HTMLElement[], key: string): HTMLElement | undefined {
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: Math.max(at, 0) - 1, Home: 0, End: -1 }[key];
  if (to !== undefined) return items.at(to % items.length);
  if (key.length !== 1 || key === ' ') return undefined;
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return after.find(({ innerText }) => innerText.trim().toLocaleLowerCase().startsWith(key.toLocaleLowerCase()));
}

/** Handles a key that was pressed in an open menu; `close` is called before Tab leaves it. */
export function handleMenuKey(menu: HTMLElement, event: KeyboardEvent, close: () => void): void {
  event.stopPropagation();
  if (hasModifier(event)) return;
  if (event.key === 'Tab') return close();
  const item = target(itemsOf(menu), event.key);
  if (!item && !/^Arrow/.test(event.key)) return;
  event.preventDefault();
  item?.focus();
}
