/** Searches with their own address, such as `/favourites`. */

/** How long a photo counts as recently added, ms. */
const recently = 30 * 86_400_000;

/** Their texts, by their paths; the date is one of UTC, as in all searches. */
export const namedSearches = {
  favourites: 'is:favourite',
  videos: 'type:video',
  archive: 'is:archived',
  trash: 'is:trashed',
  recent: `added:>=${new Date(Date.now() - recently).toISOString().slice(0, 10)}`,
} as const;

/** Whether a search is one in the trash. */
export const isInTrash = (q: string): boolean => /(?:^|\s)is:trashed\b/.test(q);

/** The name of such a search. */
export type SearchName = keyof typeof namedSearches;
