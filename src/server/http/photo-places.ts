/**
 * The two places of routes that show and change photos: for the photos visible to a viewer, and below `/locked` only
 * for their own locked photos, in a session that opened them. The same code handles both; the viewer differs
 * (request-viewer.ts). Browsers must not store responses from below `/locked`.
 */

/** A place of routes. */
export interface PhotoPlace {
  /** The base paths of JSON, and of files. */
  api: '/api' | '/api/locked';
  files: '' | '/locked';
  /** Part of the configuration of each route. */
  config: { locked?: true };
  /** The summary of a route there. */
  summary(text: string): string;
}

/** Both places. */
export const photoPlaces: readonly PhotoPlace[] = [
  { api: '/api', files: '', config: {}, summary: (text) => text },
  {
    ...{ api: '/api/locked', files: '/locked', config: { locked: true } },
    summary: (text) => `For your locked photos: ${text[0]!.toLowerCase()}${text.slice(1)}`,
  },
];
