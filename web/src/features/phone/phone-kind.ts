/** The kind of phone that people probably have, judging by the browser: only decides what is shown first. */

/** The kinds of phones with separate steps. */
export type PhoneKind = 'iphone' | 'android';

/** Whether this device is made by Apple: an iPhone or iPad, or a Mac, which owners of iPhones use. */
export const isApple = (): boolean => /\b(?:iPhone|iPad|Macintosh)\b/.test(navigator.userAgent);

/** The kind of phone to show first. */
export const phoneKind = (): PhoneKind => (isApple() ? 'iphone' : 'android');
