/**
 * Signing in, and the signed-in user. A token is accepted as the password of any name. A name and password start a
 * session for this API alone, with the rate limits of the page; a person with a second factor needs a token.
 */
import { Type } from 'typebox';
import { tokenPrefix } from '../../access/api-tokens.js';
import { may, type Viewer } from '../../access/permissions.js';
import { PhotospoolError, notFound } from '../../base/errors.js';
import type { Context } from '../context.js';
import { broughtBy } from '../http/request-viewer.js';
import { checkOutcome, refusals } from '../http/sign-in-response.js';
import { addCall, client, type Calls, type ImmichRequest } from './calls.js';
import { accountNamed, accountOf, userOf, usersFor } from './people.js';
import { nameOfCopy } from './sync.js';
import { userUuid } from './uuids.js';

const Credentials = Type.Object({
  email: Type.String({ maxLength: 320 }),
  password: Type.String({ maxLength: 1_024 }),
});

/** `auth/…` */
export const auth: Calls = (app, context) => {
  const { access } = context;

  addCall(
    app,
    { method: 'POST', path: '/auth/login', needs: 'everyone', body: Credentials, status: 201 },
    async (request, reply) => {
      const { email, password } = request.body;
      const isToken = password.startsWith(tokenPrefix);
      if (isToken) {
        const who = access.recognise({ direct: false, token: password });
        if (who) {
          // A new installation, without an account.
          context.library.local.synced.reset(nameOfCopy(password));
          return signedIn(context, who, password);
        }
        throw refusals.password();
      }
      const visit = { address: request.ip, browser: request.headers['user-agent'] ?? '', use: 'client' } as const;
      const outcome = await access.signing.byPassword(accountNamed(context, email), password, visit);
      if (outcome.kind === 'otp')
        throw new PhotospoolError('otp-needed', 'Accounts with a second factor can’t sign in here by password.', {
          hint: 'Use a token as password. An owner creates it in Settings, API tokens.',
        });
      checkOutcome(reply, outcome, refusals.password);
      const who = access.recognise({ direct: false, clientSession: outcome.session });
      if (who) return signedIn(context, who, outcome.session);
      throw refusals.password();
    },
  );

  addCall(app, { method: 'POST', path: '/auth/validateToken', needs: 'client' }, () => ({ authStatus: true }));
  addCall(app, { method: 'GET', path: '/auth/status', needs: 'client' }, () => ({
    ...{ password: true, pinCode: false, isElevated: false },
  }));
  addCall(app, { method: 'POST', path: '/auth/logout', needs: 'everyone' }, (request) => {
    const { clientSession } = broughtBy(request);
    // A token stays valid: only Settings ends it.
    if (clientSession !== undefined) {
      context.library.local.synced.reset(nameOfCopy(clientSession));
      access.signing.signOut(clientSession, request.ip, 'client');
    }
    return { successful: true, redirectUri: '' };
  });
};

const signedIn = (context: Context, who: Viewer, accessToken: string) => {
  const { id, name, email } = accountOf(context, who);
  return {
    ...{ accessToken, userId: id, userEmail: email, name, profileImagePath: '' },
    ...{ isAdmin: false, isOnboarded: true, shouldChangePassword: false },
  };
};

/** Immich’s names of a viewer's permissions. */
function permissionsOf(who: Viewer): string[] {
  const reads =
    'asset.read asset.view asset.download asset.statistics album.read timeline.read partner.read sync.stream';
  const writes = 'asset.update asset.delete album.create albumAsset.create albumAsset.delete';
  return [
    ...['user.read', 'server.about'],
    ...(may(who, 'see') ? `${reads} syncCheckpoint.read syncCheckpoint.update syncCheckpoint.delete`.split(' ') : []),
    ...(may(who, 'upload') ? ['asset.upload'] : []),
    ...(may(who, 'edit') ? writes.split(' ') : []),
  ];
}

/** `users/…` and `api-keys/me` */
export const users: Calls = (app, context) => {
  const me = { method: 'GET', needs: 'client' } as const;
  addCall(app, { ...me, path: '/users/me' }, (request) => accountOf(context, client(request)));
  addCall(app, { ...me, path: '/users/me/preferences' }, () => preferences);
  addCall(app, { ...me, path: '/users' }, (request) =>
    usersFor(context, client(request)).map((holder) => userOf(context, holder)),
  );
  addCall(app, { ...me, path: '/users/:id' }, (request: ImmichRequest) => {
    const found = usersFor(context, client(request)).find((holder) => userUuid(holder) === request.params['id']);
    if (found !== undefined) return userOf(context, found);
    throw notFound('This person doesn’t exist.');
  });
  addCall(app, { ...me, path: '/api-keys/me' }, (request) => {
    const who = client(request);
    if (who.token === undefined) throw notFound('This request has no token.');
    const at = new Date(context.clock.now()).toISOString();
    const id = userUuid(`token ${who.person ?? ''} ${who.token}`);
    return { id, name: who.token, permissions: permissionsOf(who), createdAt: at, updatedAt: at };
  });
};

/** The fields that clients show. */
const preferences = {
  albums: { defaultAssetOrder: 'desc' },
  cast: { gCastEnabled: false },
  download: { archiveSize: 4 * 1024 ** 3, includeEmbeddedVideos: false },
  emailNotifications: { enabled: false, albumInvite: false, albumUpdate: false },
  folders: { enabled: false, sidebarWeb: false },
  memories: { enabled: false, duration: 0 },
  people: { enabled: false, sidebarWeb: false, minimumFaces: 0 },
  purchase: { showSupportBadge: false, hideBuyButtonUntil: '9999-12-31T00:00:00.000Z' },
  ratings: { enabled: false },
  recentlyAdded: { sidebarWeb: false },
  sharedLinks: { enabled: false, sidebarWeb: false },
  tags: { enabled: false, sidebarWeb: false },
};
