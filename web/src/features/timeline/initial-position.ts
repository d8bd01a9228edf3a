/** The initial position of a timeline, and the parts to load before it is drawn, so that nothing moves afterwards. */
import type { Place } from '../../lib/route.svelte.js';
import type { Album } from './timeline-state.svelte.js';
import { lineOf } from './scroll-anchor.js';
import { type Block, blocksBetween } from './layout-blocks.js';
import { findPhoto } from './find-photo.js';
import { covers } from './merge-months.js';
import { jumpTo } from './scroll-to-time.js';
import type { When } from './parse-date.js';

/** What is slower than that is drawn as it comes, ms. Until then there are rows without pictures (Loading.svelte). */
const patience = 4_000;

/** Where to begin: at a photo, where it was on the screen, or at a time; at the top where undefined. */
export type Start = Place | When | undefined;

/** Goes to where it begins. */
async function goThere(album: Album, start: Exclude<Start, undefined>): Promise<void> {
  if (typeof start === 'string') return jumpTo(album, start);
  const { id, taken, below } = start;
  const near = album.blocks.find((block) => covers(block.segment, taken.slice(0, 7)));
  if (near) album.goTo(near.top - album.measure.top);
  await findPhoto(album, id, taken);
  const found = lineOf(album, id);
  if (found) album.goTo(found.block.top + found.line.top - below);
}

/** What is on the screen and not loaded: what is loaded gives it another height, and then others are seen. */
function missing({ blocks, scroll }: Album): Block[] {
  return blocksBetween(blocks, scroll.at, scroll.at + scroll.view).filter((block) => !block.tiles);
}

/**
 * Goes to where it begins, and has what is seen there loaded. Never takes long: the rest then comes while one looks, and `there` is
 * called when it is where it shall be.
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
