/**
 * The Immich-compatible API (docs/immich.md), for apps and programs that use it: experimental. The calls are in
 * src/server/immich.
 */
import { notFound } from '../../base/errors.js';
import type { App, Routes } from '../context.js';
import { immichDiscovery, immichRoot } from '../http/immich-credentials.js';
import { albums } from '../immich/albums.js';
import { assets } from '../immich/assets.js';
import { assetUploads } from '../immich/asset-uploads.js';
import { auth, users } from '../immich/auth.js';
import { checkCall } from '../immich/calls.js';
import { serverInfo } from '../immich/server-info.js';
import { sync } from '../immich/sync.js';
import { timeline } from '../immich/timeline.js';

const config = { rule: 'everyone', immich: 'everyone' } as const;

export const immich: Routes = async (app, context) => {
  await app.register(async (scope: App) => {
    scope.addHook('onRequest', (request, _reply, done) => {
      checkCall(request);
      done();
    });
    scope.get(immichDiscovery, { config, schema: { hide: true } }, (_request, reply) => {
      void reply.send({ api: { endpoint: immichRoot } });
    });
    for (const add of [serverInfo, auth, users, albums, assets, timeline, sync]) add(scope, context);
    await assetUploads(scope, context);
    // All calls that are not supported.
    scope.all(`${immichRoot}/*`, { config, schema: { hide: true } }, () => {
      throw notFound('This call is not supported.');
    });
  });
};
