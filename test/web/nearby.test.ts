/** The photos around an open one, in a timeline of which only parts are loaded. */
import { describe, expect, test } from 'vitest';
import type { Tile } from '../../web/src/lib/api.js';
import { nearbyOf, positionOf } from '../../web/src/features/timeline/find-photo.js';
import type { Block } from '../../web/src/features/timeline/layout-blocks.js';

/** Blocks with these numbers of photos, named by their position in the whole timeline; negative ones are not loaded. */
function timeline(counts: readonly number[]): { blocks: Block[]; ensure: () => Promise<void> } {
  let n = 0;
  const blocks = counts.map((signed) => {
    const count = Math.abs(signed);
    const tiles = Array.from({ length: count }, () => ({ id: `${n++}` }) as Tile);
    return { segment: { count }, tiles: signed < 0 ? undefined : tiles } as unknown as Block;
  });
  return { blocks, ensure: () => Promise.resolve() };
}

const shapes: number[][] = [[1], [5], [3, 4, 5], [1, 1, 1, 1, 1, 1], [4, -3, 2], [-2, 6, -9, 1]];

describe('the photos near an open one', () => {
  test.each(shapes.map((counts) => ({ counts })))('are those within reach, in order: $counts', ({ counts }) => {
    const source = timeline(counts);
    const loaded = counts.flatMap((count) => Array.from({ length: Math.abs(count) }, () => count > 0));
    let position = 0;
    for (const block of source.blocks) {
      block.tiles?.forEach((_tile, index) => {
        const at = position + index;
        expect(positionOf(source, { block, index })).toBe(at + 1);
        for (const reach of [0, 1, 3, 100]) {
          const { near, missing } = nearbyOf(source, { block, index }, reach);
          const wanted = loaded.map((known, n) => ({ known, n })).filter(({ n }) => Math.abs(n - at) <= reach);
          expect(near.map(({ steps, tile }) => [steps, tile.id])).toEqual(
            wanted.filter(({ known }) => known).map(({ n }) => [n - at, `${n}`]),
          );
          expect(missing.length > 0).toBe(wanted.some(({ known }) => !known));
        }
      });
      position += block.segment.count;
    }
  });

  test('cost no look at the rest of a large library', () => {
    const source = timeline(Array.from({ length: 4000 }, () => -1));
    let looks = 0;
    source.blocks = source.blocks.map(
      (block) => new Proxy(block, { get: (target, key) => (key === 'tiles' && looks++, target[key as keyof Block]) }),
    );
    const { missing } = nearbyOf(source, { block: source.blocks[2000]!, index: 0 }, 10);
    expect(missing.length).toBe(21);
    expect(looks).toBe(21);
  });
});
