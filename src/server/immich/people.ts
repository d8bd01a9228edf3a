/** People and the house as users of the Immich-compatible API. Both have no e-mail address: theirs can't exist. */
import { mayOn, seesHolders, type Viewer } from '../../access/permissions.js';
import { house, type Holder } from '../../document/item-id.js';
import type { Context } from '../context.js';
import { userUuid } from './uuids.js';

/** The domain of their addresses: reserved, so that nobody receives anything (RFC 2606). */
const domain = 'photospool.invalid';
/** Values that our accounts do not have. */
const never = '1970-01-01T00:00:00.000Z';

/** A user, as others see them. */
export interface ImmichUser {
  id: string;
  email: string;
  name: string;
  avatarColor: string;
  profileChangedAt: string;
  profileImagePath: string;
}

/** The holder that a viewer is: a person, or for programs and owners without an account the house. */
export const selfOf = (who: Viewer): Holder => who.person ?? house;

/**
 * The user who a holder’s photos belong to, as a viewer sees it: what an owner may change in the house’s library counts
 * as theirs, so that a phone finds what it sent there.
 */
export const ownerOf = (who: Viewer, holder: Holder): Holder =>
  holder === house && mayOn(who, 'trash', house) ? selfOf(who) : holder;

/** Whether a holder’s photos are the viewer’s own, in the sense of `ownerOf`. */
export const isOwn = (who: Viewer, holder: Holder): boolean => ownerOf(who, holder) === selfOf(who);

/** A holder as a user. */
export function userOf({ access, config }: Pick<Context, 'access' | 'config'>, holder: Holder): ImmichUser {
  const name = holder === house ? (config.title ?? 'Photospool') : (access.people.find(holder)?.name ?? '');
  const local = holder === house ? 'house' : /^[\w.-]{1,64}$/.test(name) ? name : holder;
  return {
    ...{ id: userUuid(holder), email: `${local.toLowerCase()}@${domain}`, name, avatarColor: 'primary' },
    ...{ profileChangedAt: never, profileImagePath: '' },
  };
}

/** The user of a viewer, as they see themselves. */
export const accountOf = (context: Pick<Context, 'access' | 'config'>, who: Viewer) => ({
  ...userOf(context, selfOf(who)),
  ...{ isAdmin: false, status: 'active', shouldChangePassword: false, oauthId: '', storageLabel: null, license: null },
  ...{ quotaSizeInBytes: null, quotaUsageInBytes: null, createdAt: never, updatedAt: never, deletedAt: null },
  clusterGroupId: userUuid(house),
});

/** The holders that exist for a viewer as users: themselves, the house, and for the family its other members. */
export function usersFor({ access }: Pick<Context, 'access'>, who: Viewer): Holder[] {
  const others = seesHolders(who) ? access.people.all().map(({ id }) => id) : [];
  return [...new Set([selfOf(who), ...(isOwn(who, house) ? [] : [house]), ...others])];
}

/** The name of the account that a client signs in with: it asks for an e-mail address. */
export function accountNamed({ access }: Pick<Context, 'access'>, given: string): string {
  const [, local] = /^(.*)@photospool\.invalid$/i.exec(given.trim()) ?? [];
  return local === undefined ? given : (access.people.find(local.toUpperCase())?.name ?? local);
}
