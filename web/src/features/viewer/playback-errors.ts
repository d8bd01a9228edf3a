/** The reasons why a video does not play. */
import { filmOf, type Tile } from '../../lib/api.js';

/**
 * `coming`: it is being transcoded, or transferred from another server. `withheld`: only the original could be played,
 * and it is not shared. `unknown`: this browser can't play it.
 */
export type Silence = 'coming' | 'withheld' | 'unknown';

/** Asks the server about a video that the browser could not play. */
export async function whySilent(video: Pick<Tile, 'id' | 'v'>): Promise<Silence> {
  const answer = await fetch(filmOf(video), { method: 'HEAD' }).catch(() => undefined);
  if (answer?.status === 403) return 'withheld';
  return answer === undefined || answer.status === 404 ? 'coming' : 'unknown';
}

/** Whether sound is off: kept from one video to the next. */
export const sound = { muted: true };
