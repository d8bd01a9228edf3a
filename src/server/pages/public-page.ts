/**
 * What visitors read on the public front page, in previews of its link and in the feed: the title and the introduction.
 * The owner's own values are local settings, like the access of visitors; without them those of the configuration
 * apply. Plain text, hostile like any other: it is escaped where it is shown.
 */
import type { Library } from '../../library/library.js';
import type { ServerConfig } from '../context.js';

/** The texts of the front page. */
export interface PublicPage {
  title: string;
  intro?: string;
}

/** The maximum lengths, in characters. */
export const longest = { title: 100, intro: 1_000 };

const names = { title: 'public.title', intro: 'public.intro' } as const;

type Parts = { library: Library; config: Pick<ServerConfig, 'title' | 'intro'> };

/** The texts that visitors read. */
export function publicPage({ library: { local }, config }: Parts): PublicPage {
  const intro = local.setting(names.intro) || config.intro;
  return { title: local.setting(names.title) || (config.title ?? 'Photospool'), ...(intro !== undefined && { intro }) };
}

/** Sets texts; an empty one or null is that of the configuration again. */
export function changePublicPage({ local }: Library, change: { title?: string | null; intro?: string | null }): void {
  for (const name of ['title', 'intro'] as const) {
    const text = change[name];
    if (text !== undefined) local.setSetting(names[name], (text ?? '').trim());
  }
}
