/** The initial position of a timeline, and the parts to load before it is drawn, so that nothing moves afterwards. */
import type { Place } from '../../lib/route.svelte.js';
import type { Album } from './timeline-state.svelte.js';
import { lineOf } from './scroll-anchor.js';
import { type Block, blocksBetween } from './layout-blocks.js';
import { findPhoto } from './find-photo.js';
import { jumpTo } from './scroll-to-time.js';
import type { When } from './parse-date.js';

/**
 * After this time, ms, the timeline is drawn incompletely. Until then rows without pictures are shown
 * (LoadingTiles.svelte).
 */
const patience = 4_000;

/** The start position: a photo at a position on the screen, or a time; the top if undefined. */
export type Start = Place | When | undefined;

/** Scrolls to the start position. */
async function goThere(album: Album, start: Exclude<Start, undefined>): Promise<void> {
  if (typeof start === 'string') return jumpTo(album, start);
  const { id, taken, below } = start;
  const near = album.blocks.find((block) => block.segment.month === taken.slice(0, 7));
  if (near) album.goTo(near.top - album.measure.top);
  await findPhoto(album, id, taken);
  const found = lineOf(album, id);
  if (found) album.goTo(found.block.top + found.line.top - below);
}

/** Visible blocks that are not loaded: loading changes their height, and then others are visible. */
function missing({ blocks, scroll }: Album): Block[] {
  return blocksBetween(blocks, scroll.at, scroll.at + scroll.view).filter((block) => !block.tiles);
}

/**
 * Scrolls to the start position, and loads what is visible there. Limited in time: after that the rest loads while it
 * is visible, and `there` is called when the position is final.
 */
export async function arrive(album: Album, start: Start, there: () => void): Promise<void> {
  let late = false;
  const loaded = async (): Promise<void> => {
    if (start !== undefined) await goThere(album, start);
    there();
    album.look();
    for (let blocks = missing(album); blocks.length > 0 && !late; blocks = missing(album))
      await Promise.all(blocks.map((block) => album.ensure(block)));
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<void>((resolve) => (timer = setTimeout(resolve, patience)));
  await Promise.race([loaded(), waited]);
  late = true;
  clearTimeout(timer);
}
