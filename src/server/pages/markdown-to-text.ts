/** What people write in Markdown, as programs show it that know no markup: previews of links, feed readers. Pure. */

/** So many characters of a description are told. */
const longest = 300;

/** So many characters of what was written are looked at: enough for what is told, however much of it is links. */
const read = 10_000;

/** Markdown as one line of text without its signs, cut at a word where it is long. */
export function plain(markdown: string): string {
  // No part of these patterns can match what begins another match, so that each character is looked at a few times at most.
  const text = markdown
    .slice(0, read)
    .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, '$1')
    .replace(/^[ \t]*(?:[#>]+|[-*+]|\d+\.)[ \t]+/gm, '')
    .replace(/[*_`~]{1,3}([^\s*_`~](?:[^*_`~\n]*[^\s*_`~])?)[*_`~]{1,3}/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > longest ? `${text.slice(0, longest).replace(/\s+\S*$/, '')}…` : text;
}
