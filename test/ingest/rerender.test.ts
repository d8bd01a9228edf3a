/** Pictures made again: what is outdated, missing or could not be made, and nothing else. */
import { rmSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { exifId, format, photoId, type ExifDocument, type PhotoDocument } from '../../src/document/photo-document.js';
import { rerender, type RerenderParts } from '../../src/ingest/rerender.js';
import { makePhoto } from '../picture.js';
import { begin } from './small-home.js';

const renditionsOf = (parts: RerenderParts, sha256: string): PhotoDocument['renditions'] =>
  parts.library.get<PhotoDocument>(photoId(sha256))!.body.renditions;

function change(parts: RerenderParts, sha256: string, to: Partial<PhotoDocument['renditions']>): void {
  parts.library.update<PhotoDocument>(
    photoId(sha256),
    (body) => body && { ...body, renditions: { ...body.renditions, ...to } },
  );
}

it('leaves current renditions unchanged', async () => {
  const parts = await begin(2);
  expect(await rerender(parts)).toEqual({ looked: 2, made: 0, away: 0, failed: [] });
  expect(parts.rendered).toEqual([]);
});

it('renders what is outdated or missing, and then nothing more', async () => {
  const parts = await begin(3);
  const [old, lost] = parts.hashes as [string, string, string];
  change(parts, old, { recipe: 0 });
  rmSync(parts.blobs.path(renditionsOf(parts, lost).thumb!.sha256));
  const seen: number[][] = [];
  const outcome = await rerender({ ...parts, progress: (...told) => void seen.push(told) });
  expect(outcome).toEqual({ looked: 3, made: 2, away: 0, failed: [] });
  expect(renditionsOf(parts, old).recipe).toBeGreaterThan(0);
  expect(parts.blobs.has(renditionsOf(parts, lost).thumb!.sha256)).toBe(true);
  expect(seen.at(-1)).toEqual([2, 2]);
  expect(await rerender(parts)).toMatchObject({ made: 0 });
});

it('continues after an interruption', async () => {
  const parts = await begin(3);
  for (const sha256 of parts.hashes) change(parts, sha256, { recipe: 0 });
  const ended = new AbortController();
  const first = await rerender({ ...parts, lanes: 1, progress: () => ended.abort() }, ended.signal);
  expect(first.made).toBe(1);
  expect(await rerender(parts)).toMatchObject({ made: 2 });
  expect(parts.rendered).toHaveLength(3);
});

it('does not render other bytes, and names the file', async () => {
  const parts = await begin(2);
  const [bad, good] = parts.hashes as [string, string];
  for (const sha256 of parts.hashes) change(parts, sha256, { recipe: 0 });
  const { path } = parts.library.local.originals.find(bad)!;
  rmSync(parts.archive.resolve(path));
  writeFileSync(parts.archive.resolve(path), await makePhoto(7));
  const outcome = await rerender(parts);
  expect(outcome).toMatchObject({ made: 1, failed: [{ path }] });
  expect(renditionsOf(parts, bad).recipe).toBe(0);
  expect(renditionsOf(parts, good).recipe).toBeGreaterThan(0);
});

it('leaves originals that are not here to other servers', async () => {
  const parts = await begin(1);
  change(parts, parts.hashes[0]!, { recipe: 0 });
  const row = parts.library.local.originals.find(parts.hashes[0]!)!;
  parts.library.local.originals.remove(row.sha256);
  expect(await rerender(parts)).toMatchObject({ made: 0, away: 1 });
});

it.each([
  ['Ultra HDR', 'XMP-hdrgm:Version'],
  ['Apple', 'Apple:HDRGain'],
])('renders pictures of an older version again, which had no gain map: %s', async (_, tag) => {
  const parts = await begin(2);
  const [hdr] = parts.hashes as [string, string];
  const document: ExifDocument = { format, kind: 'exif', recipe: 1, tags: { [tag]: '1.0' } };
  parts.library.update(exifId(hdr), () => document);
  expect(await rerender(parts)).toMatchObject({ made: 1 });
  expect(parts.rendered).toHaveLength(1);
  // Where the map can't be kept, it is not tried again.
  expect(await rerender(parts)).toMatchObject({ made: 0 });
  expect(parts.rendered).toHaveLength(1);
});
