/** Scrolls to a time. */
import type { Album } from './timeline-state.svelte.js';
import { dayOfLine } from './layout-blocks.js';
import type { When } from './parse-date.js';

/** Scrolls to the newest photo of a time, or to the next older one; to the oldest of all if there is none. */
export async function jumpTo(album: Album, when: When): Promise<void> {
  const until = `${when}~`;
  const { blocks, measure } = album;
  const near = blocks.find(({ segment }) => segment.month <= until) ?? blocks.at(-1);
  if (!near) return;
  album.goTo(near.top - measure.top - (near.first ? measure.head : 0));
  await album.ensure(near);
  const later = album.blocks.slice(album.blocks.indexOf(near));
  for (const block of later.slice(0, 3)) {
    await album.ensure(block);
    const line = block.lines?.find((candidate) =>
      candidate.cells.some(({ tile }) => tile.taken <= until || dayOfLine(candidate) <= until),
    );
    if (!line) continue;
    const head = block.first && line === block.lines?.[0] ? measure.head : 0;
    return album.goTo(block.top + line.top - measure.top - head);
  }
}
