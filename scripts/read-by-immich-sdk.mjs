/**
 * For scripts/try-immich.sh: reads a library by @immich/sdk and compares it with the folder that was sent. Needs Node 22:
 * `node read-by-immich-sdk.mjs URL TOKEN FOLDER`.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as immich from '@immich/sdk';

const [url, token, folder] = process.argv.slice(2);
const { api } = await (await fetch(new URL('.well-known/immich', url))).json();
immich.init({ baseUrl: new URL(api.endpoint, url).href, apiKey: token });

const sha1 = (bytes) => createHash('sha1').update(bytes).digest('base64');
const sent = new Map();
for (const name of readdirSync(folder, { recursive: true })) {
  if (!statSync(join(folder, name)).isFile()) continue;
  const bytes = readFileSync(join(folder, name));
  sent.set(sha1(bytes), { bytes, album: name.split('/')[0] });
}

const { total } = await immich.getAssetStatistics({});
assert.equal(total, sent.size);

const ids = [];
for (const { timeBucket, count } of await immich.getTimeBuckets({})) {
  const { id } = await immich.getTimeBucket({ timeBucket });
  assert.equal(id.length, count);
  ids.push(...id);
}
assert.equal(new Set(ids).size, sent.size);

const inAlbums = new Map();
for (const { id, albumName, assetCount } of await immich.getAllAlbums({})) {
  for (const { timeBucket } of await immich.getTimeBuckets({ albumId: id }))
    for (const asset of (await immich.getTimeBucket({ albumId: id, timeBucket })).id) inAlbums.set(asset, albumName);
  assert.equal([...inAlbums.values()].filter((name) => name === albumName).length, assetCount);
}

for (const id of ids) {
  const asset = await immich.getAssetInfo({ id });
  const original = sent.get(asset.checksum);
  assert.ok(original, `${asset.originalFileName} was not sent`);
  assert.equal(inAlbums.get(id), original.album);
  const bytes = Buffer.from(await (await immich.downloadAsset({ id })).arrayBuffer());
  assert.ok(bytes.equals(original.bytes), `${asset.originalFileName} has other bytes`);
  assert.ok((await immich.viewAsset({ id, size: immich.AssetMediaSize.Thumbnail })).size > 100);
  if (asset.type === immich.AssetTypeEnum.Video) assert.ok((await immich.playAssetVideo({ id })).size > 100);
}
console.log(
  `@immich/sdk read back ${ids.length} photos and videos, byte for byte, in ${new Set(inAlbums.values()).size} albums.`,
);

const [first] = ids;
await immich.updateAssets({ assetBulkUpdateDto: { ids: [first], isFavorite: true } });
assert.equal((await immich.getAssetInfo({ id: first })).isFavorite, true);
await immich.deleteAssets({ assetBulkDeleteDto: { ids: [first] } });
assert.equal((await immich.getAssetInfo({ id: first })).isTrashed, true);
await immich.restoreAssets({ bulkIdsDto: { ids: [first] } });
assert.equal((await immich.getAssetInfo({ id: first })).isTrashed, false);
console.log('It changed, trashed and restored one of them.');
