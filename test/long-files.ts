/**
 * The test files that `npm test` leaves to `npm run test:long`, so that it takes ten minutes on two cores: those that walk
 * every page or every operation, wait for video encoders, or play long journeys of several people. `.ci/run` runs both; no
 * change lands without them. A name without a file fails a test.
 */

const named = (folder: string, names: readonly string[]): string[] =>
  names.map((name) => `test/${folder}/${name}.test.ts`);

/** Those in a browser. */
export const longBrowserFiles: readonly string[] = [
  ...named('browser', ['accessibility', 'language', 'calm', 'hostile', 'strangers']),
  ...named('browser', ['family', 'partners', 'add-to-album', 'upload-into-album', 'servers', 'away']),
  ...named('browser', ['along', 'memories', 'zoom', 'sphere']),
];

/** The others. */
export const longNodeFiles: readonly string[] = [
  ...named('faults', ['faults', 'kills', 'power', 'garbage', 'rescue', 'crowd']),
  ...named('spool', ['writers', 'people']),
  ...named('ingest', ['damaged', 'films']),
  ...named('video', ['films', 'hdr']),
  ...named('backup', ['matrix']),
  ...named('importers', ['kill']),
  ...named('simulation', ['simulation']),
];
