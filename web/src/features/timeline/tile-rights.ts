/**
 * The actions on photos that are worth offering: those of the role on photos of the house, all on one's own, and on
 * photos of others those that leave them unchanged. The server decides.
 */
import { type Action, session } from '../../lib/session.svelte.js';

/** A photo, by the id of its holder; without one it is the house's. */
interface Held {
  holder?: string | undefined;
}

/** The actions on one's own photos, for every role. */
const withOwn: ReadonlySet<Action> = new Set<Action>([
  ...(['edit', 'history', 'share', 'trash', 'favourite', 'comment', 'original', 'stripped', 'details'] as const),
]);
/** Those of them that leave a photo unchanged: also on another person's. */
const withOthers: ReadonlySet<Action> = new Set<Action>(['favourite', 'comment', 'original', 'stripped', 'details']);

/** Whether the viewer may perform an action on a photo, as far as the page knows. */
export function mayWith({ holder }: Held, action: Action): boolean {
  if (holder === undefined || !withOwn.has(action)) return session.may(action);
  return holder === session.now?.person?.id || (withOthers.has(action) && session.may(action));
}

/**
 * Whether saving a photo to the viewer's library is worth offering: one of another person, or one of the house that the
 * viewer does not manage.
 */
export const isSavable = (photo: Held): boolean =>
  session.now?.libraries === true &&
  session.may('save') &&
  photo.holder !== session.now.person?.id &&
  !mayWith(photo, 'trash');

/** Whether the viewer may perform an action on all of these photos; on any photo at all, if there is none. */
export function mayWithAll(photos: readonly Held[], action: Action): boolean {
  const own = session.now?.libraries ? session.now.person?.id : undefined;
  if (photos.length === 0) return mayWith({}, action) || (own !== undefined && mayWith({ holder: own }, action));
  // Few people hold many photos.
  return [...new Set(photos.map(({ holder }) => holder))].every((holder) => mayWith({ holder }, action));
}
