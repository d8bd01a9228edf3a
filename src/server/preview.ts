/**
 * What programs that show a preview of a link find in its page (OpenGraph, https://ogp.me): its title and its newest picture.
 * Of a link with a password they learn nothing but that there is one.
 */
import type { FastifyRequest } from 'fastify';
import { viewerNow } from './access.js';
import type { Context } from './parts.js';
import { enterShare, shareOfPage } from './share-address.js';
import { sightOf } from './sight.js';

/** What goes into the head of a page; undefined where the page is of no link. */
export type Preview = (request: FastifyRequest) => Promise<string | undefined>;

/** Makes the previews of links. */
export function makePreview({ access, catalog, ask }: Pick<Context, 'access' | 'catalog' | 'ask'>): Preview {
  return async (request) => {
    const brought = shareOfPage(request);
    const share = brought && access.shares.find(brought.secret);
    if (!share) return brought && '';
    const base = `${request.protocol}://${request.host}/s/${brought.secret}`;
    const told: [string, string][] = [
      ['og:site_name', 'Photospool'],
      ['og:type', 'website'],
      ['og:title', share.locked ? 'Shared photos' : share.title || 'Shared photos'],
    ];
    const who = share.locked ? undefined : viewerBy(request, brought.secret);
    if (who) {
      const { ids } = catalog.page(await ask('', 'count', who), { limit: 1, viewer: sightOf(who) });
      if (ids[0] !== undefined) told.push(['og:image', `${base}/media/${ids[0]}/preview`]);
      told.push(['twitter:card', 'summary_large_image']);
    }
    return told.map(([name, text]) => `<meta property="${name}" content="${escaped(text)}" />`).join('');
  };
}

/** Whoever asks something below the address of a link. */
function viewerBy({ headers, ip, protocol, server }: FastifyRequest, secret: string): ReturnType<typeof viewerNow> {
  const raw = { url: `/s/${secret}/api/`, httpVersion: '1.1' };
  enterShare(raw);
  return viewerNow({ headers, ip, protocol, server, raw });
}

const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => signs[sign]!);
