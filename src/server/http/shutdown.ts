/**
 * Shutdown: live pages and idle connections end at once, requests in progress get a few seconds. A request that is cut
 * off leaves the same state as a crash at that point.
 */
import { inLaterTurn } from '../../base/async/yield.js';
import type { Clock } from '../../base/clock.js';
import type { App } from '../context.js';

/** The time for requests in progress when the server closes, in ms. */
const grace = 5_000;

/** Keeps connections alive only while the server runs. */
export function endConnections(app: App): void {
  let closing = false;
  app.addHook('preClose', () => {
    closing = true;
  });
  app.addHook('onResponse', () => {
    if (closing) inLaterTurn(() => app.server.closeIdleConnections());
  });
}

/** Closes the server; after `grace` the remaining connections are cut. */
export async function shutDown(app: App, clock: Clock): Promise<void> {
  const done = new AbortController();
  const late = clock.sleep(grace, done.signal).then(() => app.server.closeAllConnections());
  await app.close();
  done.abort();
  await late;
}
