/**
 * The head of a page for link previews (OpenGraph, https://ogp.me) and robots: for a share link its title and its
 * newest picture; for a public album its front page, photos and searches. It contains only content visible to the
 * visitor: for a link with a password only that there is one, for an invisible photo nothing. URLs are absolute, under
 * the requested host name.
 */
import type { FastifyRequest } from 'fastify';
import type { Viewer } from '../../access/permissions.js';
import type { BroughtShare } from '../../access/viewer.js';
import { PhotospoolError } from '../../base/errors.js';
import type { Tile } from '../../catalog/catalog.js';
import { termsOf } from '../../catalog/search-parser.js';
import type { PhotoView } from '../../document/photo-view.js';
import { viewerNow, viewerOf } from '../http/request-viewer.js';
import { atomPath, atomType } from './atom-xml.js';
import { escaped, legible } from './escape-markup.js';
import { featuredOf } from '../../album/featured-photo.js';
import type { Context } from '../context.js';
import { descriptionOf, senderOf } from '../../album/link-sender.js';
import { findPhoto } from '../../album/find-photos.js';
import { plain } from './markdown-to-text.js';
import { publicPage } from './public-page.js';
import { enterShare, shareOfPage } from '../http/share-link-address.js';
import { sightOf } from '../../album/visibility.js';

/** The head of a page: markup, its title if it has its own, and whether search engines may index it. */
export interface PageHead {
  markup: string;
  title?: string;
  index: boolean;
}

/** The content of the head of a page; undefined if the page requires signing in. */
export type Preview = (request: FastifyRequest) => Promise<PageHead | undefined>;

type Parts = Pick<Context, 'access' | 'catalog' | 'library' | 'clock' | 'config' | 'ask'>;

/** The content of a preview. */
interface Told {
  title: string;
  description?: string;
  /** The canonical path of the page, if there is one. */
  path?: string;
  image?: { id: string; width?: number; height?: number };
  index?: boolean;
}

/** Creates the heads of pages. */
export function makePreview(parts: Parts): Preview {
  return async (request) => {
    const brought = shareOfPage(request);
    if (brought) return { ...(await ofLink(parts, request, brought)), index: false };
    const who = viewerOf(request);
    if (who?.role !== 'visitor') return undefined;
    const told = await ofPage(parts, request, who);
    const index = told.index === true && parts.config.noindex === false;
    const markup = markupOf(told, originOf(request), nameOf(parts)) + feedOf(nameOf(parts));
    return { markup, title: legible(told.title), index };
  };
}

/** The link by which feed readers find the feed of the album. */
const feedOf = (name: string): string =>
  `<link rel="alternate" type="${atomType}" title="${escaped(name)}" href="${atomPath}" />`;

const nameOf = (parts: Parts): string => publicPage(parts).title;
const originOf = ({ protocol, host }: FastifyRequest): string => `${protocol}://${host}`;

async function ofLink(
  { access, catalog, library, ask }: Parts,
  request: FastifyRequest,
  brought: BroughtShare,
): Promise<Pick<PageHead, 'markup' | 'title'>> {
  const { secret } = brought;
  const share = access.shares.find(brought);
  if (!share) return { markup: '' };
  const title = share.locked ? 'Shared photos' : share.title || 'Shared photos';
  const who = share.locked ? undefined : viewerBy(request, secret);
  if (!who) return { markup: markupOf({ title }, '', 'Photospool'), title };
  const everything = await ask('', 'count', who);
  const { ids } = catalog.page(everything, { limit: 1, viewer: sightOf(who) });
  const { from } = senderOf(share, access.people);
  const { description } = descriptionOf(library, share);
  const count = countText(catalog.count(everything, sightOf(who)));
  const words = [description && plain(description), from === undefined ? count : `${from} shared ${count}`];
  const preview = ids[0] === undefined ? undefined : findPhoto(library, who, ids[0])?.renditions.preview;
  const told: Told = {
    title,
    description: words.filter((part) => part !== undefined && part !== '').join(' · '),
    path: '/',
    ...(preview && { image: { id: ids[0]!, width: preview.width, height: preview.height } }),
  };
  return { markup: markupOf(told, `${originOf(request)}/s/${secret}`, 'Photospool'), title: legible(title) };
}

async function ofPage(parts: Parts, request: FastifyRequest, who: Viewer): Promise<Told> {
  const { catalog, library, clock, ask } = parts;
  const name = nameOf(parts);
  const url = new URL(request.url, 'http://page');
  const id = /^\/photo\/([0-9a-f]{64})$/.exec(url.pathname)?.[1];
  const photo = id === undefined ? undefined : findPhoto(library, who, id);
  if (photo) return ofPhoto(photo, name);
  const q = url.searchParams.get('q') ?? '';
  const [everything, sight] = [await ask('', 'values', who), sightOf(who)];
  const count = countText(catalog.count(everything, sight));
  if (url.pathname !== '/' || q === '') {
    const tile = featuredOf(catalog, sight, clock.now());
    const front = url.pathname === '/';
    const description = (front && publicPage(parts).intro) || count;
    return { title: name, description, ...imageOf(tile), ...(front && { path: '/', index: true }) };
  }
  try {
    const found = await ask(q, 'count', who);
    const { tiles } = catalog.tiles(found, { limit: 1, viewer: sight });
    const description = countText(catalog.count(found, sight));
    const title = titleOfSearch(q);
    return { title: title === undefined ? name : `${title} – ${name}`, description, ...imageOf(tiles[0]) };
  } catch (error) {
    // An invalid search also has a page, with its error.
    if (error instanceof PhotospoolError && error.code === 'invalid') return { title: name, description: count };
    throw error;
  }
}

/** Filters whose value is a name. */
const named = new Set(['tag', 'album', 'place', 'camera', 'lens']);

/** A search as a title: its words, or the names in its filters; undefined if it has other filters. */
function titleOfSearch(q: string): string | undefined {
  const terms = [...termsOf(q)];
  if (terms.every(({ key, negated }) => key === undefined && !negated)) return q;
  if (terms.some(({ key, negated }) => negated || (key !== undefined && !named.has(key)))) return undefined;
  return terms.map(({ key, value }) => (key === 'place' ? value.split(', ')[0] : value)).join(', ');
}

const countText = (n: number): string => `${n.toLocaleString('en')} ${n === 1 ? 'photo' : 'photos'}`;

const imageOf = (tile: Tile | undefined): Pick<Told, 'image'> =>
  !tile || tile.unshown !== undefined ? {} : { image: { id: tile.id } };

function ofPhoto({ id, title, description, taken, place, renditions }: PhotoView, name: string): Told {
  const day = new Date(`${taken}Z`).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
  const where = [place?.city, place?.region].filter((part) => part !== undefined && part !== '').join(', ');
  const words = plain(description) || [where, title === '' ? '' : day].filter((part) => part !== '').join(' · ');
  const { preview } = renditions;
  return {
    title: `${title === '' ? day : title} – ${name}`,
    ...(words !== '' && { description: words }),
    path: `/photo/${id}`,
    ...(preview && { image: { id, width: preview.width, height: preview.height } }),
    index: true,
  };
}

function markupOf({ title, description, path, image }: Told, base: string, name: string): string {
  const told: [string, string][] = [
    ['og:site_name', name],
    ['og:type', 'website'],
    ['og:title', title],
    ...(description === undefined ? [] : [['og:description', description] as [string, string]]),
    ...(path === undefined ? [] : [['og:url', base + path] as [string, string]]),
  ];
  if (image) {
    const { id, width, height } = image;
    told.push(['og:image', `${base}/media/${id}/preview`]);
    if (width !== undefined && height !== undefined)
      told.push(['og:image:width', `${width}`], ['og:image:height', `${height}`]);
    told.push(['og:image:alt', title]);
  }
  const metas = told.map(([key, text]) => `<meta property="${key}" content="${escaped(text)}" />`);
  if (base !== '') metas.push('<meta name="twitter:card" content="summary_large_image" />');
  if (description !== undefined) metas.push(`<meta name="description" content="${escaped(description)}" />`);
  if (path !== undefined) metas.push(`<link rel="canonical" href="${escaped(base + path)}" />`);
  return metas.join('');
}

/** The viewer of a request below the address of a link. */
function viewerBy({ headers, ip, protocol, server }: FastifyRequest, secret: string): ReturnType<typeof viewerNow> {
  const raw = { url: `/s/${secret}/api/`, httpVersion: '1.1' };
  enterShare(raw);
  return viewerNow({ headers, ip, protocol, server, raw });
}
