/** Who does something to access: as documents keep it, and as the audit shows it to people. Pure. */
import { PhotospoolError } from '../base/errors.js';
import { authorOf, type Viewer } from './permissions.js';

/** Who does something to access. */
export interface Actor {
  /** As `authorOf` writes it. */
  by: string;
  /** A name for people to read. */
  who: string;
  address?: string;
  /** Comes by a session that did not prove within the last minutes who it is. */
  unconfirmed?: true;
  /** Whoever reaches a home without accounts from this machine: no credential says who it is. */
  unclaimed?: true;
}

/** The actor that a viewer is. */
export function actorOf(viewer: Viewer, address?: string): Actor {
  return {
    by: authorOf(viewer),
    who: viewer.name ?? viewer.role,
    ...(viewer.confirmed !== true && { unconfirmed: true }),
    ...(viewer.unclaimed && { unclaimed: true }),
    ...(address !== undefined && { address }),
  };
}

/** Whoever types a command at this machine. */
export const commandLine: Actor = { by: 'owner', who: 'command line' };

/**
 * Whether somebody may make a change to access that outlasts their session: a passkey, a token, a peer, an owner. Whoever took over a
 * session that was left open may not. @throws PhotospoolError `confirmation-needed`.
 */
export function checkConfirmed({ unconfirmed }: Pick<Actor, 'unconfirmed'>): void {
  if (unconfirmed !== true) return;
  throw new PhotospoolError('confirmation-needed', 'Confirm first that it is you.', {
    hint: 'Give your password or use your passkey once more; that holds for ten minutes.',
  });
}

/**
 * Whether somebody may add or change people: before there is an owner account, only the set-up link and the command line make one.
 * @throws PhotospoolError `conflict`.
 */
export function checkClaimed({ unclaimed }: Pick<Actor, 'unclaimed'>): void {
  if (unclaimed !== true) return;
  throw new PhotospoolError('conflict', 'This album has no owner account yet.', {
    hint: 'Make yours first: open the set-up link that `photospool serve` printed, or run `photospool users add`.',
  });
}
