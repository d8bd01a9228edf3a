/** The author of a change to access: as stored in documents, and as shown in the audit log. Pure. */
import { PhotospoolError } from '../base/errors.js';
import { authorOf, type Viewer } from './permissions.js';

/** The author of a change to access. */
export interface Actor {
  /** In the form of `authorOf`. */
  by: string;
  /** A name for people to read. */
  who: string;
  address?: string;
  /** Set for a session that has not confirmed its identity within the last minutes. */
  unconfirmed?: true;
  /** Set for someone who uses a home without accounts from this machine, without credentials. */
  unclaimed?: true;
}

/** The actor for a viewer. */
export function actorOf(viewer: Viewer, address?: string): Actor {
  return {
    by: authorOf(viewer),
    who: viewer.name ?? viewer.role,
    ...(viewer.confirmed !== true && { unconfirmed: true }),
    ...(viewer.unclaimed && { unclaimed: true }),
    ...(address !== undefined && { address }),
  };
}

/** The actor for commands on this machine. */
export const commandLine: Actor = { by: 'owner', who: 'command line' };

/**
 * Checks that an actor may make a permanent change to access: a passkey, a token, a peer, an owner. An intruder in an
 * open session may not. @throws PhotospoolError `confirmation-needed`.
 */
export function checkConfirmed({ unconfirmed }: Pick<Actor, 'unconfirmed'>): void {
  if (unconfirmed !== true) return;
  throw new PhotospoolError('confirmation-needed', 'Confirm that it’s you.', {
    hint: 'Enter your password or use your passkey. You won’t be asked again for ten minutes.',
  });
}

/**
 * Checks that an actor may add or change people: before there is an owner account, only the set-up link and the command
 * line create one.
 * @throws PhotospoolError `conflict`.
 */
export function checkClaimed({ unclaimed }: Pick<Actor, 'unclaimed'>): void {
  if (unclaimed !== true) return;
  throw new PhotospoolError('conflict', 'This library has no owner yet.', {
    hint: 'Create your account first: open the set-up link that `photospool serve` printed, or run `photospool users add NAME`.',
  });
}
