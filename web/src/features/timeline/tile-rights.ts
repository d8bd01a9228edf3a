/**
 * The actions on a photo that are worth offering: on photos of the house those of the role, on one's own all, on those of
 * others what leaves them unchanged. The server decides.
 */
import type { Tile } from '../../lib/api.js';
import { type Action, session } from '../../lib/session.svelte.js';

/** The actions on another person's photo. */
const withOthers: ReadonlySet<Action> = new Set<Action>(['favourite', 'original', 'details', 'comment']);
/** The actions on one's own photos, whatever the role. */
const withOwn: ReadonlySet<Action> = new Set<Action>(['edit', 'share', 'trash', 'favourite', 'original', 'details']);

/** Whether the viewer may perform an action on a photo, as far as the page knows. */
export function mayWith({ holder }: Pick<Tile, 'holder'>, action: Action): boolean {
  if (holder === undefined) return session.may(action);
  if (holder === session.now?.person?.id) return withOwn.has(action);
  return withOthers.has(action) && session.may(action);
}
