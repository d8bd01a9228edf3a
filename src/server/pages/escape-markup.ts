/** Escapes untrusted text for markup (HTML and XML). Pure. */

/** Control characters, and those that change the direction of text. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const hidden = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Text without characters that reverse or hide others. */
export const legible = (text: string): string => text.replace(hidden, ' ');

const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Escapes text for markup, between tags and in attributes. */
export const escaped = (text: string): string => legible(text).replace(/[&<>"']/g, (sign) => signs[sign]!);
