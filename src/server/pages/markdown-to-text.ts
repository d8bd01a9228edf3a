/** Markdown as plain text, for link previews and feed readers. Pure. */

/** The maximum characters of a description. */
const longest = 300;

/** The maximum characters of Markdown that are read: enough for the description, even if much of it is links. */
const read = 10_000;

/** Markdown as one line of plain text, cut at a word if it is long. */
export function plain(markdown: string): string {
  // No part of these patterns can match the start of another match, so each character is read only a few times.
  const text = markdown
    .slice(0, read)
    .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, '$1')
    .replace(/^[ \t]*(?:[#>]+|[-*+]|\d+\.)[ \t]+/gm, '')
    .replace(/[*_`~]{1,3}([^\s*_`~](?:[^*_`~\n]*[^\s*_`~])?)[*_`~]{1,3}/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > longest ? `${text.slice(0, longest).replace(/\s+\S*$/, '')}…` : text;
}
