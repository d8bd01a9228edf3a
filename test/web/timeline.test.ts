/** The geometry of the timeline without a browser: headings, guesses, and a page that is taller than browsers allow. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Segment } from '../../src/catalog/catalog.js';
import { findAnchor, returnTo } from '../../web/src/features/timeline/scroll-anchor.js';
import {
  type Block,
  blockAt,
  firstGuess,
  layOut,
  makeBlocks,
  place,
} from '../../web/src/features/timeline/layout-blocks.js';
import { measureFor, rowShape } from '../../web/src/features/timeline/row-height.js';
import { covers, gather } from '../../web/src/features/timeline/merge-months.js';
import { Scroll } from '../../web/src/features/timeline/virtual-scroll.js';

const segment = (month: string, count: number, ratio = count * 1.33): Segment => ({
  month,
  count,
  ratio,
  cursor: `${month}-${count}`,
});

describe('headings', () => {
  test('small months of a year are shown together, full ones alone', () => {
    const months = [segment('2024-07', 40), segment('2024-05', 1), segment('2024-03', 2), segment('2023-12', 1)];
    const found = gather(months, 6);
    expect(found.map(({ month, until, count }) => [month, until, count])).toEqual([
      ['2024-07', undefined, 40],
      ['2024-05', '2024-03', 3],
      ['2023-12', undefined, 1],
    ]);
    expect(found.map(({ cursor }) => cursor)).toEqual(['2024-07-40', '2024-05-1', '2023-12-1']);
  });

  test('a heading never spans two years, however few photos there are', () => {
    const months = ['2024-01', '2023-12', '2023-11', '2018-06'].map((month) => segment(month, 1));
    expect(gather(months, 6).map(({ month, until }) => [month, until])).toEqual([
      ['2024-01', undefined],
      ['2023-12', '2023-11'],
      ['2018-06', undefined],
    ]);
  });

  test('parts of a large month are never merged with anything', () => {
    const months = [segment('2024-07', 250), segment('2024-07', 2), segment('2024-06', 1)];
    expect(gather(months, 6)).toEqual(months);
  });

  test('no photo is lost, and every month is covered by one segment', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(counts, (all) => {
        const months = all.map((count, i) =>
          segment(`${2024 - Math.floor(i / 12)}-${String(12 - (i % 12)).padStart(2, '0')}`, count),
        );
        const found = gather(months, 6);
        expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(all.reduce((sum, count) => sum + count, 0));
        for (const { month } of months) expect(found.filter((stretch) => covers(stretch, month))).toHaveLength(1);
      }),
    );
  });
});

describe('blocks', () => {
  const measure = measureFor(1440, 56);

  test('follow each other without gap or overlap, and are found by position', () => {
    const blocks = makeBlocks([segment('2024-07', 250), segment('2024-07', 250), segment('2024-06', 30)]);
    expect(blocks.map(({ first, last, ordinal }) => [first, last, ordinal])).toEqual([
      [true, false, 0],
      [false, true, 1],
      [true, true, 0],
    ]);
    const total = place(blocks, measure, firstGuess(measure));
    expect(blocks[0]!.top).toBe(measure.top + measure.head);
    expect(blocks[1]!.top).toBe(blocks[0]!.top + blocks[0]!.height);
    expect(blocks[2]!.top).toBe(blocks[1]!.top + blocks[1]!.height + measure.head);
    expect(total).toBeGreaterThan(blocks[2]!.top + blocks[2]!.height);
    for (const [i, block] of blocks.entries()) {
      expect(blockAt(blocks, block.top)).toBe(i);
      expect(blockAt(blocks, block.top + block.height - 1)).toBe(i);
    }
  });

  test.each([390, 820, 1440, 2560])('at %i px the estimate is close', (width) => {
    const own = measureFor(width, 56);
    const tiles = Array.from({ length: 250 }, (_, i) => {
      const [w, h] = [
        [4032, 3024],
        [3024, 4032],
        [3000, 2000],
        [1920, 1080],
      ][(i * 7) % 4]!;
      return {
        id: `${i}`,
        width: w!,
        height: h!,
        taken: `2024-07-${String(28 - Math.floor(i / 10)).padStart(2, '0')}T10:00:00.000`,
        type: 'image/jpeg',
      };
    });
    const ratio = tiles.reduce((sum, tile) => sum + tile.width / tile.height, 0);
    const [block] = makeBlocks([segment('2024-07', 250, ratio)]);
    place([block!], own, firstGuess(own));
    const guessed = block!.height;
    layOut(block!, tiles, own);
    expect(block!.height / guessed).toBeGreaterThan(0.8);
    expect(block!.height / guessed).toBeLessThan(1.25);
    expect(rowShape(own)).toBeGreaterThan(2);
  });
});

describe('the scroll anchor when heights become known', () => {
  const measure = measureFor(1440, 56);
  const ground = () => {
    const blocks = makeBlocks([segment('2024-07', 80), segment('2024-06', 80), segment('2024-05', 80)]);
    const found = { blocks, measure };
    place(blocks, measure, firstGuess(measure));
    return found;
  };
  /** What the photos of a block turn out to take, px. */
  const grow = ({ blocks }: ReturnType<typeof ground>, block: Block, by: number): void => {
    const index = blocks.indexOf(block);
    block.height += by;
    for (const later of blocks.slice(index + 1)) later.top += by;
  };

  test('is the heading below photos that are not loaded, if their own heading is out of sight', () => {
    const album = ground();
    const [, june, may] = album.blocks as [Block, Block, Block];
    const at = may.top - 500;
    const anchor = findAnchor(album, at, 844)!;
    grow(album, june, 170);
    expect(may.top - returnTo(album, anchor)!).toBe(500);
  });

  test('is the heading that begins on the screen, whatever follows it', () => {
    const album = ground();
    const [july, june, may] = album.blocks as [Block, Block, Block];
    const at = june.top - measure.head - measure.top;
    const anchor = findAnchor(album, at, 5000)!;
    grow(album, july, 90);
    grow(album, june, -60);
    grow(album, may, 40);
    expect(june.top - returnTo(album, anchor)!).toBe(measure.head + measure.top);
  });

  test('is a fraction of the unloaded photos, if no heading is visible', () => {
    const album = ground();
    const june = album.blocks[1]!;
    const at = june.top + june.height / 4 - measure.top;
    const anchor = findAnchor(album, at, 300)!;
    grow(album, june, 200);
    expect(returnTo(album, anchor)! + measure.top - june.top).toBeCloseTo(june.height / 4);
  });
});

describe('scrolling', () => {
  const make = (total: number): Scroll => Object.assign(new Scroll(), { total, view: 900 });

  test('is one to one if the page can be as tall as the timeline', () => {
    const scroll = make(500_000);
    scroll.moved(1234);
    scroll.moved(400_000);
    expect(scroll.at).toBe(400_000);
    expect(scroll.shift).toBe(0);
    expect(scroll.apart).toBe(false);
  });

  test('keeps the view in place when heights above it become known, and returns the page position', () => {
    const scroll = make(500_000);
    scroll.moved(100_000);
    scroll.at += 321;
    scroll.total += 321;
    expect(scroll.shift).toBe(-321);
    expect(scroll.ideal).toBe(100_321);
    expect(scroll.apart).toBe(true);
  });

  test('reaches both ends of a timeline taller than any page', () => {
    const scroll = make(80_000_000);
    expect(scroll.height).toBeLessThan(17_000_000);
    scroll.moved(scroll.height - 900);
    expect(scroll.at).toBe(80_000_000 - 900);
    scroll.moved(scroll.height - 900 - 500);
    expect(scroll.at).toBe(80_000_000 - 900 - 500);
    scroll.moved(0);
    expect(scroll.at).toBe(0);
    scroll.moved(scroll.height / 2);
    expect(scroll.at / 80_000_000).toBeCloseTo(0.5, 2);
    const before = scroll.at;
    scroll.moved(scroll.page + 700);
    expect(scroll.at).toBe(before + 700);
  });
});
