/**
 * The public photos as a feed for feed readers (Atom, RFC 4287): for each its page, its scaled picture, title,
 * description and tags, only as far as visible to a visitor. Pure. Text from files is escaped; characters that XML does
 * not allow are replaced.
 */
import { escaped } from './escape-markup.js';
import { plain } from './markdown-to-text.js';
import type { PhotoSeen } from '../../album/visibility.js';

/** The media type of the feed (RFC 4287, 7). */
export const atomType = 'application/atom+xml';
/** Its path; the visitors' pages link to it. */
export const atomPath = '/api/feed.xml';

/** The album of the feed. */
interface Channel {
  /** The title of the album. */
  title: string;
  /** The base address of the album, `https://photos.example.org`. */
  origin: string;
}

/** The feed of some photos, in their order: the newest first. */
export function atomOf(photos: readonly PhotoSeen[], { title, origin }: Channel): string {
  const [first] = photos;
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    element('id', `${origin}/`),
    element('title', title),
    element('updated', first ? timeOf(first) : '1970-01-01T00:00:00Z'),
    `<author>${element('name', title)}</author>`,
    element('generator', 'Photospool'),
    link({ rel: 'self', type: atomType, href: origin + atomPath }),
    link({ rel: 'alternate', type: 'text/html', href: `${origin}/` }),
    ...photos.map((photo) => entryOf(photo, origin)),
    '</feed>\n',
  ].join('\n');
}

function entryOf(photo: PhotoSeen, origin: string): string {
  const page = `${origin}/photo/${photo.id}`;
  const { preview, thumb } = photo.renditions;
  const shown = preview ?? thumb;
  const picture = `${origin}/media/${photo.id}/${preview ? 'preview' : 'thumb'}`;
  const title = photo.title === '' ? dayOf(photo.taken) : photo.title;
  const words = plain(photo.description);
  const image =
    shown &&
    `<p><a href="${xml(page)}"><img src="${xml(picture)}" width="${shown.width}" height="${shown.height}" alt="${xml(title)}"/></a></p>`;
  return [
    '<entry>',
    element('id', page),
    element('title', title),
    element('updated', timeOf(photo)),
    element('published', timeOf(photo)),
    link({ rel: 'alternate', type: 'text/html', href: page }),
    ...(shown ? [link({ rel: 'enclosure', type: shown.type, length: `${shown.bytes}`, href: picture })] : []),
    ...photo.tags.map((tag) => `<category term="${xml(tag)}"/>`),
    // Markup as text, as the format requires: escaped once for HTML and once for XML.
    `<content type="html">${xml((image ?? '') + (words === '' ? '' : `<p>${xml(words)}</p>`))}</content>`,
    '</entry>',
  ].join('\n');
}

/** The time taken in RFC 3339; with an unknown offset, as if taken in UTC. */
const timeOf = ({ taken, offset }: PhotoSeen): string => taken + (offset ?? 'Z');

const dayOf = (taken: string): string =>
  new Date(`${taken}Z`).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

const element = (name: string, text: string): string => `<${name}>${xml(text)}</${name}>`;
const link = (attributes: Record<string, string>): string =>
  `<link ${Object.entries(attributes)
    .map(([name, value]) => `${name}="${xml(value)}"`)
    .join(' ')}/>`;

/** Escapes text for XML 1.0, between tags and in attributes. */
const xml = (text: string): string => escaped(text).replace(/[\ufffe\uffff]/g, '\ufffd');
