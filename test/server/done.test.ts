import { describe, expect, it, vi } from 'vitest';
import { house, itemId } from '../../src/document/item-id.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import { openHome, type Home } from './fixture.js';

const done = async (home: Home): Promise<number> => (await home.app.inject('/api/spool')).json<{ done: number }>().done;

describe('the count of originals', () => {
  it('is updated when the library changes or the spool finishes a file, and not before', async () => {
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

  it('does not reveal whether the file of a person had new bytes', async () => {
    const home = await openHome();
    const { library } = home;
    const person = '1'.padStart(26, '0');
    const ofHouse = await home.add();
    const { body } = library.get<PhotoDocument>(itemId({ holder: house, sha256: ofHouse }))!;
    const path = async (): Promise<string | undefined> =>
      (await home.app.inject(`/api/photos/${ofHouse}`)).json<{ original: { path?: string } }>().original.path;
    expect(await path()).toBeDefined();
    const counts: [number, string | undefined][] = [];
    for (const sha256 of [ofHouse, 'e'.repeat(64)]) {
      library.update<PhotoDocument>(itemId({ holder: person, sha256 }), () => body);
      if (sha256 !== ofHouse)
        library.local.originals.put({
          ...{ sha256, path: 'new.jpg', claim: 'c-own' },
          ...{ state: 'here', bytes: 1, modified: 1 },
        });
      const { body: figures } = await home.app.inject('/metrics');
      counts.push([await done(home), /^photospool_originals (.*)$/m.exec(figures)?.[1]]);
    }
    expect(counts).toEqual([
      [1, '1'],
      [1, '1'],
    ]);
    // The file in the archive may have the name that the person’s had.
    expect(await path()).toBeUndefined();
  });

  it('is correct some seconds after another process moved a file', async () => {
    const home = await openHome();
    const id = await home.add();
    expect(await done(home)).toBe(1);
    home.library.local.originals.remove(id);
    await home.clock.advance(10_000);
    expect(await done(home)).toBe(0);
  });
});
