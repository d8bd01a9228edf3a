/**
 * Makes text of others safe to show: characters that reorder or hide text become a visible sign. Everything else stays;
 * the templates keep it text and not markup.
 */

/** Controls (but tab and line feed), and the overrides that let `exe.jpg` look like `gpj.exe` (UAX #9, LRO and RLO). */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202d\u202e]/gu;

/** A text with a sign (U+FFFD) for each character that must not do its work, and line ends as line feeds. */
export const legible = (text: string): string => text.replaceAll(/\r\n?/gu, '\n').replaceAll(unseen, '\ufffd');
