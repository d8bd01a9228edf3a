/** Whether a key goes to a text field or a dialog, and so is no shortcut. */

/** True for what is in a field or an open dialog. @param target The target of the key's event. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, dialog[open]') !== null;
