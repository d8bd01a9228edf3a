/** The libraries that tokens act for. */
import { session } from './session.svelte.js';

/** One’s own library, or that of the family. */
export type Library = 'me' | 'house';

/** The libraries for which the person may create tokens. Their own exists where people have libraries. */
export const tokenLibraries = (): Library[] => [
  ...(session.may('tokens') ? (['house'] as const) : []),
  ...(session.now?.libraries === true ? (['me'] as const) : []),
];
