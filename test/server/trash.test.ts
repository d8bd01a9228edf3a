import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exifId, photoId, type Body } from '../../src/document/photo-document.js';
import { expectError, openHome, type Home } from './fixture.js';

const patch = (home: Home, payload: object) => home.app.inject({ method: 'PATCH', url: '/api/photos', payload });
async function empty(home: Home, ids: string[]): Promise<{ purged: number; left: number }> {
  const response = await home.app.inject({ method: 'POST', url: '/api/trash/empty', payload: { ids } });
  expect(response.statusCode, response.body).toBe(200);
  return response.json<{ purged: number; left: number }>();
}
const found = async (home: Home, q: string): Promise<number> =>
  (await home.app.inject(`/api/photos?q=${encodeURIComponent(q)}`)).json<{ photos: unknown[] }>().photos.length;

describe('emptying the trash', () => {
  it('purges its photos with tags and comments, and moves the originals aside', async () => {
    const home = await openHome();
    const [a, b] = [await home.add({ original: Buffer.from('bytes of a') }), await home.add()];
    const comment = { method: 'POST' as const, url: `/api/photos/${a}/comments`, payload: { text: 'words' } };
    expect((await home.app.inject(comment)).statusCode).toBe(201);
    await patch(home, { ids: [a], trashed: true });
    expect(await found(home, 'is:trashed')).toBe(1);
    expect(await empty(home, [a, b])).toEqual({ purged: 1, left: 1 });
    expect(await found(home, 'is:trashed')).toBe(0);
    expect(await found(home, '')).toBe(1);
    expectError(await home.app.inject(`/api/photos/${a}`), 404, 'not-found');
    expect(home.library.get(photoId(a))).toBeUndefined();
    expect(home.library.get(exifId(a))).toBeUndefined();
    expect(home.library.count(`comment:${a}:`)).toBe(0);
    expect(home.library.local.originals.find(a)).toBeUndefined();
    expect(home.library.local.originals.find(b)).toBeDefined();
    const trash = home.parts.blobs.original(`trash/${a}.bin`);
    expect(readFileSync(trash, 'utf8')).toBe('bytes of a');
    expect(existsSync(home.parts.blobs.original(`2024/07/${a}.bin`))).toBe(false);
    expect(await empty(home, [a])).toEqual({ purged: 0, left: 1 });
  });

  it('completes after a crash: the original is moved aside already', async () => {
    const home = await openHome();
    const a = await home.add();
    await patch(home, { ids: [a], trashed: true });
    await home.parts.blobs.discard(`2024/07/${a}.bin`);
    expect(await empty(home, [a])).toEqual({ purged: 1, left: 0 });
    expect(home.library.local.originals.find(a)).toBeUndefined();
  });

  it('never replaces files in archive/trash: the same name gets a suffix', async () => {
    const home = await openHome();
    const a = await home.add({ original: Buffer.from('first') });
    await patch(home, { ids: [a], trashed: true });
    await empty(home, [a]);
    await home.add({ original: Buffer.from('first') });
    await patch(home, { ids: [a], trashed: true });
    await empty(home, [a]);
    for (const name of [`trash/${a}.bin`, `trash/${a}-2.bin`])
      expect(readFileSync(home.parts.blobs.original(name), 'utf8')).toBe('first');
  });

  it('keeps a photo changed elsewhere in the trash, with the change', async () => {
    const home = await openHome();
    const a = await home.add();
    await patch(home, { ids: [a], trashed: true });
    const elsewhere = home.library.get(photoId(a))!;
    await empty(home, [a]);
    const edit = { value: 'from afar', at: '009999999999999-0000-other', by: 'person:x' };
    home.library.update(photoId(a), () => {
      const body = elsewhere.body as Body & { edits: object };
      return { ...body, edits: { ...body.edits, title: [edit] } };
    });
    expect(await found(home, 'is:trashed')).toBe(1);
    expect((await home.app.inject(`/api/photos/${a}`)).json()).toMatchObject({ title: 'from afar', trashed: true });
  });
});
