/** The pages that group photos: albums, tags, cameras, trash. */
import type { PageName } from '../../lib/route.svelte.js';

const names = ['albums', 'tags', 'cameras', 'duplicates', 'trash'] as const;

/** One of these pages. */
export type CollectionName = (typeof names)[number];

/** Whether a page is one of them. */
export const isCollection = (page: PageName): page is CollectionName => names.some((name) => name === page);
