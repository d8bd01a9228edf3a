/** The films of a home's videos, made in the background while the server runs. A crash leaves what the next start makes anew. */
import { systemClock as clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { openClips, type TranscodeJobs } from '../ingest/transcode-jobs.js';
import { openFilms } from '../video/transcode.js';
import type { Home } from './open-home.js';

/** Making films, and what ends it. */
export interface Filming {
  clips: TranscodeJobs;
  /** Ends what is in hand, which is made anew another time. */
  close(): Promise<void>;
}

/** Opens the maker of a home's films. `watch` begins at once, and goes on with whatever comes in. */
export function openFilming(home: Home, log: Log, { watch }: { watch: boolean }): Filming {
  const { changes, decoders, tools } = home;
  // Its own, so that it can be ended while the spool finishes the videos in hand.
  const films = openFilms(tools);
  const ended = new AbortController();
  const clips = openClips({
    ...home,
    films,
    clock,
    log,
    render: (path, format) => decoders.render(path, format),
    onChange: changes.on,
  });
  if (watch && tools.kind === 'missing') {
    log.info({ missing: tools.missing }, 'Videos are kept, but not shown: ffmpeg was not found on this machine.');
  }
  const watching = watch ? clips.watch(ended.signal) : undefined;
  return {
    clips,
    async close() {
      ended.abort();
      films.close();
      await watching;
    },
  };
}
