/**
 * Near-duplicates in a large catalog, for `npm run bench catalog`: the duration of grouping all photos, and the delay
 * of other work; the time to find whether one more photo is similar to any other. Hashes are random; for real pictures
 * see
 * `npm run bench alike`.
 */
import type { Sqlite } from '../src/base/sqlite.js';
import type { Catalog } from '../src/catalog/catalog.js';
import { lookLength, lookParts } from '../src/document/perceptual-hash.js';
import { percentile, seconds, worstDelay } from './timing.js';

/** Every n-th photo is similar to the one before it. */
const alike = 20;

/** Gives every photo a hash, and measures. */
export async function measureAlike(db: Sqlite, catalog: Catalog, runs: number): Promise<void> {
  catalog.looks.put([]);
  const parts = Array.from({ length: lookParts }, (_, part) => part);
  db.exec(`
    INSERT INTO look (seq, photo, version, look, leader, ${parts.map((part) => `p${part}`).join(', ')})
    SELECT k, id, version, randomblob(${lookLength}), CASE WHEN follows THEN k - 1 END,
      ${parts.map(() => 'CASE WHEN follows THEN NULL ELSE abs(random()) % 65536 END').join(', ')}
    FROM (SELECT *, k % ${alike} = 0 AS follows FROM
      (SELECT row_number() OVER () AS k, id, version FROM catalog_photo WHERE version IS NOT NULL))`);
  let groups = 0;
  const start = performance.now();
  const delay = await worstDelay(async () => {
    groups = (await catalog.duplicates()).length;
  });
  const took = seconds(performance.now() - start);
  console.log(
    `\nNear-duplicates: ${groups.toLocaleString('en')} groups found in ${took}, while a timer of 1 ms was late by at most ${delay.toFixed(0)} ms.`,
  );
  const times: number[] = [];
  const some = db
    .prepare<{ id: Uint8Array; version: string }>(
      'SELECT id, version FROM catalog_photo WHERE version IS NOT NULL LIMIT ?',
    )
    .all(runs + 5);
  for (const [k, { id, version }] of some.entries()) {
    const look = Uint8Array.from({ length: lookLength }, () => Math.floor(Math.random() * 256));
    const before = performance.now();
    catalog.looks.put([{ id: Buffer.from(id).toString('hex'), version, look }]);
    // The first few runs are warm-up.
    if (k >= 5) times.push(performance.now() - before);
  }
  const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
  console.log(`One more look, grouped and on the disk: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms.`);
}
