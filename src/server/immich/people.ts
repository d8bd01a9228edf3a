/**
 * People and the house as users of the Immich-compatible API. Neither has an e-mail address: these addresses can't
 * exist.
 */
import { mayOn, seesHolders, type Viewer } from '../../access/permissions.js';
import { house, type Holder } from '../../document/item-id.js';
import type { Context } from '../context.js';
import { userUuid } from './uuids.js';

/** The domain of their addresses: reserved, so that no mail is delivered (RFC 2606). */
const domain = 'photospool.invalid';
/** Values without an equivalent in our accounts. */
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

/** The holder that a viewer acts for: a person, or for programs and owners without an account the house. */
export const selfOf = (who: Viewer): Holder => who.person ?? house;

/**
 * The user that a holder’s photos belong to, from a viewer's perspective: photos of the house that an owner may change
 * count as the owner's, so that a phone finds its uploads there.
 */
export const ownerOf = (who: Viewer, holder: Holder): Holder =>
  holder === house && mayOn(who, 'trash', house) ? selfOf(who) : holder;

/** Whether a holder’s photos are the viewer’s own, as in `ownerOf`. */
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

/** The viewer as a user, as they see themselves. */
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

/** The name of the account with which a client signs in: the client sends it as an e-mail address. */
export function accountNamed({ access }: Pick<Context, 'access'>, given: string): string {
  const [, local] = /^(.*)@photospool\.invalid$/i.exec(given.trim()) ?? [];
  return local === undefined ? given : (access.people.find(local.toUpperCase())?.name ?? local);
}
