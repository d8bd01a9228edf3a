/**
 * Edited pictures between servers: what was cut away leaves public servers and does not come back; other homes receive
 * the edited pictures, and an older one passes everything on.
 */
import { expect, test } from 'vitest';
import { applyChange } from '../../src/document/edits.js';
import { developedAt, developKey, developOf, type Develop } from '../../src/document/develop.js';
import { photoId, type Body, type PhotoDocument } from '../../src/document/photo-document.js';
import { viewPhoto } from '../../src/document/photo-view.js';
import { combined } from '../../src/publishing/combine-publishers.js';
import { settle } from '../../src/publishing/prevent-republishing.js';
import { project } from '../../src/publishing/projection.js';
import type { ToldInPublic } from '../../src/publishing/public-fields.js';
import { home, link, served, soon } from './linking.js';
import { sha256, type Home } from './homes.js';
import { openPublicServer, openPublisher } from './publishing.js';

const left = { crop: { left: 0, top: 0, width: 0.5, height: 1 } } satisfies Develop;

/** Stores edited pictures of a photo as if they had been made. */
async function made({ blobs, library }: Home, id: string, develop: Develop): Promise<void> {
  const store = async (text: string) => {
    const bytes = Buffer.from(text);
    return { sha256: await blobs.put(bytes), type: 'image/jpeg', width: 50, height: 75, bytes: bytes.length };
  };
  const pictures = { thumb: await store(`edited thumb ${id}`), preview: await store(`edited preview ${id}`) };
  library.update<PhotoDocument>(photoId(id), (body) => ({
    ...body!,
    developed: { [developKey(develop)]: { at: '0001', ...pictures, thumbhash: 'BBBB' } },
  }));
}

const cut = ({ library }: Home, id: string, develop: Develop | null): unknown =>
  library.update<PhotoDocument>(photoId(id), (body) =>
    applyChange(body!, { develop }, { ...library.sign(body), by: 'owner' }),
  );

test('a public server removes the pictures from before a crop, and shows none until there are new ones', async () => {
  const [vps, owner] = [await openPublicServer(), await openPublisher()];
  const token = await vps.token('home');
  await vps.start();
  const id = await owner.add(1);
  owner.publish(vps.url(), token);
  owner.edit(id, { audience: 'public' });
  const media = `${vps.url()}/media/${owner.opaque(id)}/thumb`;
  const shown = async (): Promise<string | number> => {
    const answer = await fetch(media);
    return answer.status === 200 ? answer.text() : answer.status;
  };
  await expect.poll(shown, soon).toBe('thumb 1');
  owner.edit(id, { develop: left });
  await expect.poll(shown, soon).toBe(404);
  await expect.poll(async () => (await vps.disk()).includes('thumb 1'), soon).toBe(false);
  const photo = await vps.photo(owner.opaque(id));
  expect(photo).toMatchObject({ width: 2016, height: 3024, renditions: {} });
  expect(photo).not.toHaveProperty('thumbhash');
  await made(owner, id, left);
  owner.edit(id, { title: 'Sea' });
  await expect.poll(shown, soon).toBe(`edited thumb ${id}`);
  expect(JSON.stringify(await vps.photo(owner.opaque(id)))).not.toContain('crop');
  expect((await vps.disk()).includes('thumb 1')).toBe(false);
});

test('a home that has not heard of the crop, or was restored from before it, brings nothing back', () => {
  const at = (n: number): string => `${String(n).padStart(15, '0')}-0000-a`;
  const plain = {
    ...{ format: 1, kind: 'photo', sidecars: {}, sightings: {} },
    facts: { recipe: 1, type: 'image/jpeg', bytes: 1, width: 400, height: 300 },
    renditions: { recipe: 1, thumbhash: 'AAAA' },
  };
  const photo = (edits: object): Body => ({ ...plain, edits });
  const told = (body: Body): ToldInPublic => project(`photo:${'a'.repeat(64)}`, body, { gps: false })!.photo;
  const value = (n: number, one: unknown): object => ({ value: one, at: at(n), by: 'owner' });
  const cropped = told(photo({ audience: [value(1, 'public')], develop: [value(2, left)] }));
  // It decided about the audience and the title later, without knowledge of the crop.
  const unaware = told(photo({ audience: [value(5, 'public')], title: [value(6, 'x')] }));
  expect(unaware.value?.renditions.thumbhash).toBe('AAAA');
  for (const all of [
    [cropped, unaware],
    [unaware, cropped],
  ]) {
    expect(combined(all).value?.renditions).toEqual({ recipe: 1 });
    expect(combined(all).at).toBe(at(5));
  }
  const withdrawn = told(photo({ audience: [value(7, 'private')] }));
  expect(combined([cropped, withdrawn, unaware]).value).toBeNull();
  expect(settle(cropped, unaware)?.value?.renditions).toEqual({ recipe: 1 });
  // Withdrawn after the crop, and made public elsewhere without knowledge of it.
  const hidden = told(photo({ audience: [value(3, 'private'), value(1, 'public')], develop: [value(2, left)] }));
  for (const all of [
    [hidden, unaware],
    [unaware, hidden],
  ])
    expect(combined(all)).toMatchObject({ at: at(5), value: { renditions: { recipe: 1 } } });
  expect(combined([hidden, unaware]).value?.renditions).toEqual({ recipe: 1 });
  const again = settle(hidden, unaware);
  expect([again?.value?.renditions, again?.at]).toEqual([{ recipe: 1 }, at(5)]);
  expect(settle(again, told(photo({ audience: [value(5, 'public')] })))?.value?.renditions).toEqual({ recipe: 1 });
  const restored = told(photo({ audience: [value(1, 'public')], develop: [value(3, null), value(2, left)] }));
  expect(settle(cropped, restored)?.value?.renditions.thumbhash).toBe('AAAA');
});

test('another home shows no picture until the edited one arrives, and keeps those of the original', async () => {
  const [here, there] = [await home(), await home()];
  const id = await here.add(1);
  link(there, { url: await served(here), originals: 'none' });
  const shown = (): string | undefined => {
    const body = there.library.get<PhotoDocument>(photoId(id))?.body;
    return body && viewPhoto(id, body, { here: false }).renditions.thumb?.sha256;
  };
  await expect.poll(() => there.blobs.has(sha256('thumb 1')), soon).toBe(true);
  cut(here, id, left);
  await expect.poll(shown, soon).toBeUndefined();
  await made(here, id, left);
  await expect.poll(() => there.blobs.has(sha256(`edited thumb ${id}`)), soon).toBe(true);
  expect(shown()).toBe(sha256(`edited thumb ${id}`));
  expect(there.blobs.has(sha256('thumb 1'))).toBe(true);
  // It goes on from there: its edit has seen the other one.
  cut(there, id, null);
  await expect.poll(() => developOf(here.library.get<PhotoDocument>(photoId(id))!.body), soon).toBe('original');
  expect(developedAt(here.library.get<PhotoDocument>(photoId(id))!.body.edits)).toMatch(there.library.epoch);
});
