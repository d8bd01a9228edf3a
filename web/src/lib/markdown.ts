/**
 * Untrusted Markdown as harmless nodes: HTML in it is text, pictures become links, links lead to the web or to a
 * mailbox. Two independent protections: `marked` escapes HTML, and DOMPurify allows a short list of elements. Loaded
 * only by pages with such text.
 */
import DOMPurify from 'dompurify';
import { Marked, type Tokens } from 'marked';
import { legible } from './legible.js';

/**
 * Texts with more characters, or more markup characters, are shown unformatted: no person wrote them for reading, and
 * parsing takes quadratic time. Within these limits the worst known text takes 0.2 s.
 */
const longest = 20_000;
const mostSigns = 1000;
const signs = /[*_~`[\]<>|\\&!()#@:]/gu;

const tags = [
  ...['a', 'p', 'br', 'em', 'strong', 'del', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'hr'],
  ...['h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
];
const addresses = /^(?:https?:\/\/|mailto:)/i;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const marked = new Marked({
  gfm: true,
  breaks: true,
  async: false,
  renderer: {
    html: ({ text }: Tokens.HTML | Tokens.Tag) => escaped(text),
    // A picture on another server would reveal the viewer to it.
    image: ({ href, text }: Tokens.Image) =>
      addresses.test(href) ? `<a href="${escaped(href)}">${escaped(text || href)}</a>` : escaped(text),
    // Headings in a caption rank below those of the page.
    heading({ tokens, depth }: Tokens.Heading) {
      const tag = `h${Math.min(6, depth + 2)}`;
      return `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`;
    },
    checkbox: ({ checked }: Tokens.Checkbox) => (checked ? '☑ ' : '☐ '),
  },
});

const purify = DOMPurify(window);
purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName !== 'A') return;
  if (!node.hasAttribute('href')) return;
  node.setAttribute('rel', 'noopener noreferrer nofollow ugc');
  node.setAttribute('target', '_blank');
});

/** The nodes of a text. Never throws: invalid Markdown is shown unformatted. */
export function toNodes(text: string): Node {
  const shown = legible(text);
  if (shown.length > longest || (shown.match(signs)?.length ?? 0) > mostSigns) return document.createTextNode(shown);
  try {
    return purify.sanitize(marked.parse(shown, { async: false }), {
      ALLOWED_TAGS: tags,
      ALLOWED_ATTR: ['href', 'start'],
      ALLOWED_URI_REGEXP: addresses,
      ALLOW_DATA_ATTR: false,
      ALLOW_ARIA_ATTR: false,
      RETURN_DOM_FRAGMENT: true,
    });
  } catch {
    return document.createTextNode(shown);
  }
}
