/** RAW and JPEG of one shot are one photo, whichever came first, and both can be reached. */
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../../src/catalog/search-parser.js';
import { emptyCatalog, visitor, type Told } from './photos.js';

const [jpegId, rawId, otherId] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
const camera = { make: 'NIKON CORPORATION', model: 'NIKON D750' };
const jpeg: Told = { name: 'DSC_0001.JPG', facts: { camera } };
const raw: Told = { name: 'DSC_0001.NEF', facts: { camera, type: 'image/x-nikon-nef' } };
const all = parseQuery('');

function open(): ReturnType<typeof emptyCatalog> & { shown(): string[] } {
  const test = emptyCatalog();
  return { ...test, shown: () => test.catalog.page(all).ids };
}

describe('a RAW and its JPEG', () => {
  it.each([
    ['JPEG first', [jpegId, rawId]],
    ['RAW first', [rawId, jpegId]],
  ])('are one photo, %s', (_, order) => {
    const { put, shown, catalog } = open();
    for (const id of order) put(id, id === rawId ? raw : jpeg);
    expect(shown()).toEqual([jpegId]);
    expect(catalog.tiles(all).tiles).toMatchObject([{ id: jpegId, raw: true }]);
    expect([catalog.stackOf(jpegId), catalog.stackOf(rawId)]).toEqual([[rawId], [jpegId]]);
  });

  it('are distinguished from other shots by name, second and camera', () => {
    for (const other of [
      { ...raw, name: 'DSC_0002.NEF' },
      { ...raw, facts: { ...raw.facts, taken: '2024-07-01T12:00:01.000' } },
      { ...raw, facts: { ...raw.facts, camera: { model: 'NIKON D5' } } },
    ]) {
      const { put, shown, catalog } = open();
      put(jpegId, jpeg);
      put(rawId, other);
      expect(shown().sort()).toEqual([jpegId, rawId]);
      expect(catalog.stackOf(jpegId)).toEqual([]);
    }
  });

  it('are separate again when one of them is removed', () => {
    const { put, drop, shown } = open();
    put(jpegId, jpeg);
    put(rawId, raw);
    drop(jpegId);
    expect(shown()).toEqual([rawId]);
  });

  it('are counted once, and restored from the trash together', async () => {
    const { put, catalog } = open();
    put(jpegId, jpeg);
    put(rawId, raw);
    await catalog.load();
    expect(catalog.count(all)).toBe(1);
    put(rawId, { ...raw, edits: { trashed: true } });
    expect(catalog.stackOf(jpegId)).toEqual([]);
    put(jpegId, { ...jpeg, edits: { trashed: true } });
    expect(catalog.page(parseQuery('is:trashed')).ids).toEqual([jpegId]);
  });

  it('show no badge to those who may not see the RAW', () => {
    const { put, catalog } = open();
    put(jpegId, { ...jpeg, edits: { audience: 'public' } });
    put(rawId, raw);
    const [tile] = catalog.tiles(all, { viewer: visitor }).tiles;
    expect(tile).toMatchObject({ id: jpegId });
    expect(tile?.raw).toBeUndefined();
  });

  it('are the same after rebuilding the catalog', () => {
    const { put, shown, catalog } = open();
    const documents: [string, Told][] = [
      [rawId, raw],
      [jpegId, jpeg],
      [otherId, { ...raw, name: 'DSC_0009.NEF' }],
    ];
    catalog.clear();
    for (const [id, told] of documents) put(id, told);
    catalog.finish();
    expect(shown().sort()).toEqual([jpegId, otherId]);
    expect(catalog.stackOf(jpegId)).toEqual([rawId]);
  });
});
