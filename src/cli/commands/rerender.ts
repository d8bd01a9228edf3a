/**
 * `photospool rerender`: renders pictures that were made by an older version, are missing, or could not be rendered
 * before; completes facts recorded by an older version. Also works beside a running server. If interrupted, the next
 * run continues.
 */
import { systemClock as clock } from '../../base/clock.js';
import { openLog } from '../../base/log.js';
import { completeFacts } from '../../ingest/complete-facts.js';
import { rerender, type Rerendered } from '../../ingest/rerender.js';
import { openHome } from '../../home/open-home.js';
import { print, printJson, quiet, say } from '../output.js';
import { exit } from '../exit-codes.js';
import { counted } from '../../base/human-format.js';
import { duration, openProgress } from '../progress-bar.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';

/** The verb `rerender`. */
export const rerenderVerb: Verb = (program, run) => {
  addVerb(program, 'rerender', 'Render missing and outdated pictures; can be interrupted and resumed').action(
    (flags: Flags) => run(() => rerenderHome(flags)),
  );
};

async function rerenderHome(flags: Flags): Promise<number> {
  const config = configOf(flags);
  const began = clock.now();
  const home = await openHome(config, openLog(quiet(config)));
  const progress = openProgress();
  const ended = new AbortController();
  const end = (): void => ended.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  try {
    completeFacts(home.library);
    const outcome = await rerender(
      {
        ...home,
        render: (path, format, asIs, develop) => home.decoders.render(path, format, asIs, develop),
        lanes: config.workers + 1,
        progress: (done, total) => progress.show(done, total, 'Rendering'),
      },
      ended.signal,
    );
    progress.end();
    tell(outcome, (clock.now() - began) / 1000, flags.json === true);
    return outcome.failed.length > 0 ? exit.stuck : exit.done;
  } finally {
    progress.end();
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
    await home.close();
  }
}

function tell({ looked, made, away, failed }: Rerendered, seconds: number, json: boolean): void {
  for (const { path, reason } of failed) {
    if (json) printJson({ path, reason });
    else say(`failed: ${path}: ${reason}`);
  }
  if (json) printJson({ looked, made, away, failed: failed.length, seconds });
  else print(`${describe(looked, made, away, failed.length)} in ${duration(seconds)}`);
}

function describe(looked: number, made: number, away: number, failed: number): string {
  const parts = [`${counted(looked, 'photo')} checked`, `${made} rendered`];
  if (away > 0) parts.push(`${away} waiting for the original from another server`);
  if (failed > 0) parts.push(`${failed} failed`);
  return parts.join(', ');
}
