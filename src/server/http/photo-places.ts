/**
 * The two places of routes that show and change photos: what a viewer sees, and below `/locked` their own locked photos
 * alone, in a session that opened them. The same code answers in both; the viewer differs (request-viewer.ts). Nothing
 * below `/locked` may be stored by a browser.
 */

/** A place of routes. */
export interface PhotoPlace {
  /** The beginning of the paths of JSON, and of files. */
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
