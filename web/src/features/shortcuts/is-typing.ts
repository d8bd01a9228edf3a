/** Whether a key belongs to a text field or a dialog, and so is not a shortcut. */

/** True for elements in a field or an open dialog. @param target The target of the keyboard event. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, dialog[open]') !== null;
