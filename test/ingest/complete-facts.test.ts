/** Facts of an older version are completed from the tags that are stored, and are then those of this version. */
import { expect, it } from 'vitest';
import { exifId, photoId, type ExifDocument, type PhotoDocument } from '../../src/document/photo-document.js';
import { completeFacts } from '../../src/ingest/complete-facts.js';
import { factsRecipe } from '../../src/photo/facts/read-metadata.js';
import { begin } from './small-home.js';

it('completes what older facts lack, once, and nothing else', async () => {
  const { library, hashes } = await begin(3);
  const [burst, plain, newer] = hashes as [string, string, string];
  const factsOf = (sha256: string) => library.get<PhotoDocument>(photoId(sha256))!.body.facts;
  const before = factsOf(burst);
  for (const sha256 of [burst, plain])
    library.update<PhotoDocument>(photoId(sha256), (body) => body && { ...body, facts: { ...body.facts, recipe: 2 } });
  const tags = { 'Apple:BurstUUID': '8A5B2F0E-1D0B-4F0A-9B57-7A1C5F3F7E11', 'Apple:CameraType': 'Front' };
  for (const sha256 of [burst, newer])
    library.update<ExifDocument>(exifId(sha256), (body) => body && { ...body, tags: { ...body.tags, ...tags } });
  expect(completeFacts(library)).toBe(1);
  expect(factsOf(burst)).toEqual({ ...before, recipe: factsRecipe, kinds: ['selfie'], burst: tags['Apple:BurstUUID'] });
  expect(factsOf(plain).recipe).toBe(2);
  expect(factsOf(newer).burst).toBeUndefined();
  expect(completeFacts(library)).toBe(0);
});
