/**
 * Transcodes the videos of a home in the background while the server runs. After a crash, the next start makes the
 * missing transcodes.
 */
import { systemClock as clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { openClips, type TranscodeJobs } from '../ingest/transcode-jobs.js';
import { openFilms } from '../video/transcode.js';
import type { Home } from './open-home.js';

/** Running transcodes. */
export interface Filming {
  clips: TranscodeJobs;
  /** Ends running transcodes, which are repeated later. */
  close(): Promise<void>;
}

/** Opens the transcoding of a home. With `watch` it starts at once, and continues with everything that arrives. */
export function openFilming(home: Home, log: Log, { watch }: { watch: boolean }): Filming {
  const { changes, decoders, tools } = home;
  // Separate, so that it can be closed while the spool finishes its videos.
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
    log.info({ missing: tools.missing }, 'ffmpeg was not found: videos are imported, but can’t be shown.');
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
