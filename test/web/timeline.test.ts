/** The geometry of the timeline without a browser: labels, loading, guesses, and a page that is taller than browsers allow. */
import { describe, expect, test } from 'vitest';
import type { Segment } from '../../src/catalog/catalog.js';
import { findAnchor, returnTo } from '../../web/src/features/timeline/scroll-anchor.js';
import {
  type Block,
  blockAt,
  firstGuess,
  type Line,
  layOut,
  makeBlocks,
  place,
} from '../../web/src/features/timeline/layout-blocks.js';
import { measureFor } from '../../web/src/features/timeline/row-height.js';
import { divide, runOf } from '../../web/src/features/timeline/tile-loader.js';
import { Scroll } from '../../web/src/features/timeline/virtual-scroll.js';

const segment = (month: string, count: number, ratio = count * 1.33): Segment => ({
  month,
  count,
  ratio,
  cursor: `${month}-${count}`,
  hash: count,
});

describe('labels of days', () => {
  const measure = measureFor(1440, 56);
  const tileOf = (id: string, taken: string) => ({ id, width: 4, height: 3, taken, type: 'image/jpeg' });
  const days = ['2024-07-20', '2024-07-20', '2024-07-14', '2024-07-06'];
  const tiles = days.map((day, i) => tileOf(`${i}`, `${day}T10:00:00.000`));

  test('stand over the first photo of each day, which is apart from the one before it', () => {
    const [block] = makeBlocks([segment('2024-07', 4)]);
    layOut(block!, tiles, measure);
    expect(block!.lines).toHaveLength(1);
    const [{ cells, labels }] = block!.lines as [Line];
    expect(labels.map(({ day, left }) => [day, left])).toEqual([
      ['2024-07-20', measure.margin],
      ['2024-07-14', cells[2]!.left],
      ['2024-07-06', cells[3]!.left],
    ]);
    const gaps = cells.slice(1).map(({ left }, i) => left - cells[i]!.left - cells[i]!.width);
    expect(gaps).toEqual([measure.gap, measure.apart, measure.apart]);
    // A label ends where the next day begins, the last one at the end of the row.
    const ends = labels.map(({ left, width }) => left + width);
    expect(ends).toEqual([
      cells[2]!.left - measure.apart,
      cells[3]!.left - measure.apart,
      measure.margin + measure.width,
    ]);
  });

  test('are not repeated in the rows that continue a day', () => {
    const many = Array.from({ length: 30 }, (_, i) => tileOf(`${i}`, '2024-07-20T10:00:00.000'));
    const [block] = makeBlocks([segment('2024-07', 30)]);
    layOut(block!, many, measure);
    expect(block!.lines!.map(({ labels }) => labels.length)).toEqual([1, ...block!.lines!.slice(1).map(() => 0)]);
    expect(block!.lines!.length).toBeGreaterThan(3);
  });
});

describe('loading', () => {
  const blocks = makeBlocks([
    segment('2024-07', 200),
    segment('2024-06', 30),
    segment('2024-05', 10),
    segment('2024-03', 100),
    segment('2023-12', 3),
  ]);
  const months = (run: readonly Block[]): string[] => run.map((block) => block.segment.month);

  test('small consecutive months share a request, up to a limit, whichever of them is most urgent', () => {
    expect(months(runOf(blocks))).toEqual(['2024-07', '2024-06', '2024-05']);
    const [july, june, may, march, december] = blocks as [Block, Block, Block, Block, Block];
    expect(months(runOf([may, june, march, december]))).toEqual(['2024-06', '2024-05', '2024-03', '2023-12']);
    expect(months(runOf([july, march, december]))).toEqual(['2024-07']);
    expect(runOf([])).toEqual([]);
  });

  test('a shared response is divided by month, even if photos came or went meanwhile', () => {
    const taken = (...all: string[]) =>
      all.map((day, i) => ({ id: `${i}`, width: 1, height: 1, taken: `${day}T10:00:00.000`, type: 'image/jpeg' }));
    const run = makeBlocks([segment('2024-06', 2), segment('2024-05', 1), segment('2024-03', 1)]);
    const days = (tiles: ReturnType<typeof taken>) =>
      divide(run, tiles).map((part) => part.map((tile) => tile.taken.slice(0, 10)));
    expect(days(taken('2024-06-02', '2024-06-01', '2024-05-04', '2024-03-01'))).toEqual([
      ['2024-06-02', '2024-06-01'],
      ['2024-05-04'],
      ['2024-03-01'],
    ]);
    expect(days(taken('2024-06-02', '2024-05-09', '2024-05-04', '2024-03-01'))).toEqual([
      ['2024-06-02'],
      ['2024-05-09', '2024-05-04'],
      ['2024-03-01'],
    ]);
    expect(days(taken('2024-06-02', '2024-04-09', '2024-03-01'))).toEqual([['2024-06-02'], [], ['2024-03-01']]);
    const parts = makeBlocks([segment('2024-06', 1), segment('2024-06', 2)]);
    expect(divide(parts, taken('2024-06-03', '2024-06-02', '2024-06-01')).map((part) => part.length)).toEqual([1, 2]);
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
    expect(own.width / own.target).toBeGreaterThan(2);
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
