/** Text in XML responses: escaped so that a client reads exactly the same text, also line ends in attributes. Pure. */

const signs: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** Characters that XML 1.0 can't express, not even as references. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const unfit = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/gu;

/** Escapes text for XML, between tags and in attributes. */
export const escapedXml = (text: string): string =>
  text.replace(unfit, '\ufffd').replace(/[&<>"\r\n\t]/g, (sign) => signs[sign]!);
