/** Whether a key goes to what somebody types in, or to a dialog, and so means nothing else. */

/** True for what is in a field or an open dialog. @param target The target of the key's event. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, dialog[open]') !== null;
