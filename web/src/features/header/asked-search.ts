/** Distinguishes searches that people enter from those that are separate pages, such as Favourites or an album. */
import { albumOfSearch } from '../../lib/album-search.js';
import { nameOfSearch } from '../../lib/route.svelte.js';

/** Whether a search is the timeline of everything, or of everything of a holder. */
export const isWhole = (q: string): boolean => q === '' || q === 'holder:me' || q === 'holder:house';

/** Whether a search is shown as the result of a search: not as the timeline or a separate page. */
export const isResult = (q: string): boolean =>
  !isWhole(q) && nameOfSearch(q) === undefined && albumOfSearch(q) === undefined;
