import { describe, expect, it, vi } from 'vitest';
import { openHome, type Home } from './fixture.js';

const done = async (home: Home): Promise<number> => (await home.app.inject('/api/spool')).json<{ done: number }>().done;

describe('how many originals are done', () => {
  it('is counted again when the library changes or the spool is through with a file, and not before', async () => {
    const home = await openHome();
    const counts = vi.spyOn(home.library.local.originals, 'counts');
    expect([await done(home), await done(home)]).toEqual([0, 0]);
    expect(counts).toHaveBeenCalledTimes(1);
    const id = await home.add();
    await home.add({ away: true });
    expect([await done(home), await done(home)]).toEqual([1, 1]);
    expect(counts).toHaveBeenCalledTimes(2);
    home.library.local.originals.remove(id);
    home.spool.state.stored++;
    expect(await done(home)).toBe(0);
    home.spool.state.duplicates++;
    await done(home);
    expect(counts).toHaveBeenCalledTimes(4);
  });

  it('is right again after some seconds where another process moved a file without a word', async () => {
    const home = await openHome();
    const id = await home.add();
    expect(await done(home)).toBe(1);
    home.library.local.originals.remove(id);
    await home.clock.advance(10_000);
    expect(await done(home)).toBe(0);
  });
});
