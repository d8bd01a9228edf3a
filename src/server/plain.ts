/** What people write in Markdown, as programs show it that know no markup: previews of links, feed readers. Pure. */

/** So many characters of a description are told. */
const longest = 300;

/** Markdown as one line of text without its signs, cut at a word where it is long. */
export function plain(markdown: string): string {
  const text = markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^[ \t]*(?:[#>]+|[-*+]|\d+\.)[ \t]+/gm, '')
    .replace(/[*_`~]{1,3}(\S(?:[^*_`~\n]*\S)?)[*_`~]{1,3}/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > longest ? `${text.slice(0, longest).replace(/\s+\S*$/, '')}…` : text;
}
