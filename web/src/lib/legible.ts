/**
 * Makes untrusted text safe to show: characters that reorder or hide text become a visible sign. Everything else stays;
 * templates insert it as text, not as markup.
 */

/**
 * Controls (except tab and line feed), and the overrides that let `exe.jpg` look like `gpj.exe` (UAX #9, LRO and RLO).
 */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202d\u202e]/gu;

/** A text with U+FFFD for each unsafe character, and line feeds as line ends. */
export const legible = (text: string): string => text.replaceAll(/\r\n?/gu, '\n').replaceAll(unseen, '\ufffd');
