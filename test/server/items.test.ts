/**
 * Photos of people beside those of the house: who may do what with which, by the functions that all routes use.
 */
import { describe, expect, it } from 'vitest';
import type { Viewer } from '../../src/access/permissions.js';
import { changeEach, changePhotos } from '../../src/album/edit-photos.js';
import { emptyTrash } from '../../src/album/empty-trash.js';
import { findPhotos, getPhoto } from '../../src/album/find-photos.js';
import { openComments } from '../../src/album/photo-comments.js';
import { openPhotoFeed } from '../../src/album/photo-changes.js';
import { makeAsk } from '../../src/album/query-catalog.js';
import { savePhotos } from '../../src/album/save-photos.js';
import { showTo } from '../../src/album/visibility.js';
import { house, itemId, publicIdOf, type Holder } from '../../src/document/item-id.js';
import { applyChange } from '../../src/document/edits.js';
import type { Merge } from '../../src/library/merge-log.js';
import { lockPhotos } from '../../src/album/lock-photos.js';
import { mergesSeen } from '../../src/album/merges-seen.js';
import { exifId, photoId, type Audience, type PhotoDocument } from '../../src/document/photo-document.js';
import { photo } from '../document/documents.js';
import { expectError, openHome } from './fixture.js';

const bytes = 'c'.repeat(64);

/** A home with an owner and somebody of the family who may edit what is the house’s; all three have the same bytes. */
async function withPeople() {
  const home = await openHome();
  const { library, access, clock, catalog } = home;
  const person = (name: string, role: 'owner' | 'family'): string => access.people.add({ name, role }, 'owner').id;
  const [ada, ben] = [person('ada', 'owner'), person('ben', 'family')];
  const owner: Viewer = { role: 'owner', audiences: ['private', 'family', 'public'], canEdit: true, person: ada };
  const family: Viewer = { role: 'family', audiences: ['family', 'public'], canEdit: true, person: ben };
  const token: Viewer = { role: 'program', audiences: owner.audiences, may: ['edit'], token: 't', canEdit: true };
  const visitor: Viewer = { role: 'visitor', audiences: ['public'], canEdit: false };

  /** Adds an item; returns its public id. */
  function add(holder: Holder, audience: Audience = 'private'): string {
    const item = { holder, sha256: bytes };
    const by = holder === house ? 'owner' : `person:${holder}`;
    library.update<PhotoDocument>(itemId(item), (before) =>
      applyChange(before ?? photo({ sighting: { by } }), { audience }, { at: library.stampAfter(before), by }),
    );
    return publicIdOf(item);
  }

  const seen = (viewer: Viewer, ids: string[]): string[] => findPhotos(library, viewer, ids).map(({ id }) => id);
  const comments = openComments(library, access.people, clock);
  const feed = (viewer: Viewer) => openPhotoFeed({ library, catalog, clock, ask: makeAsk(library, catalog) }, viewer);
  return { ...home, ada, ben, owner, family, token, visitor, add, seen, comments, feed };
}

/** An archive without files. */
const nowhere = { discard: async () => undefined, retrieve: async () => 'placed' as const };

describe('an item of a person', () => {
  it('exists for its holder, and for others by its audience, never for those who act for the house alone', async () => {
    const { ada, ben, owner, family, token, visitor, add, seen } = await withPeople();
    const [ofHouse, ofAda, ofBen] = [add(house), add(ada), add(ben)];
    const all = [ofHouse, ofAda, ofBen];
    expect(seen(owner, all)).toEqual([ofHouse, ofAda]);
    expect(seen(family, all)).toEqual([ofBen]);
    expect(seen(token, all)).toEqual([ofHouse]);
    expect(seen(visitor, all)).toEqual([]);
    add(ben, 'public');
    expect(seen(owner, all)).toEqual(all);
    expect(seen(token, all)).toEqual([ofHouse]);
    // Nobody published for ben yet.
    expect(seen(visitor, all)).toEqual([]);
  });

  it('is changed by its holder alone; others can mark it as a favourite and comment', async () => {
    const { ben, owner, family, token, library, add, comments } = await withPeople();
    const [ofHouse, ofBen] = [add(house, 'family'), add(ben, 'family')];
    expect(await changePhotos(library, family, [ofHouse, ofBen], { audience: 'public' })).toMatchObject({
      changed: 1,
      refused: [ofHouse],
    });
    expect(await changePhotos(library, owner, [ofHouse, ofBen], { title: 'Sea' })).toMatchObject({
      changed: 1,
      refused: [ofBen],
    });
    await expect(changePhotos(library, owner, [ofBen], { title: 'Sea' })).rejects.toThrow(/can’t change/);
    await expect(changePhotos(library, family, [ofBen], { albums: { add: ['A'] } })).rejects.toThrow(/can’t change/);
    expect(await changePhotos(library, token, [ofBen], { rating: 3 })).toMatchObject({ changed: 0, missing: [ofBen] });
    await changePhotos(library, owner, [ofBen], { favourite: true });
    expect(
      [getPhoto(library, owner, ofBen), getPhoto(library, family, ofBen)].map(({ favourite }) => favourite),
    ).toEqual([true, false]);
    const { can, original, name } = showTo(owner, getPhoto(library, owner, ofBen));
    expect(can).toEqual(['details', 'original', 'stripped', 'comment', 'favourite', 'save']);
    expect([original, name]).toEqual([{ here: false }, 'a.jpg']);
    expect(showTo(family, getPhoto(library, family, ofBen)).can).toContain('trash');
    const { id } = comments.add(owner, ofBen, 'hello');
    expect(comments.list(family, ofBen)).toMatchObject([{ text: 'hello', mine: false }]);
    comments.remove(family, ofBen, id);
    expect(comments.list(owner, ofBen)).toEqual([]);
  });

  it('is trashed and purged by its holder; the bytes stay with the last item', async () => {
    const { ben, owner, family, library, add, seen } = await withPeople();
    const [ofHouse, ofBen] = [add(house, 'family'), add(ben, 'family')];
    library.update<object>(exifId(bytes), () => ({ format: 1, kind: 'exif', tags: {} }));
    await changePhotos(library, family, [ofBen], { trashed: true });
    expect([seen(owner, [ofBen]), seen(family, [ofBen])]).toEqual([[], [ofBen]]);
    expect(await emptyTrash(library, nowhere, owner, [ofBen])).toEqual({ purged: 0, left: 1 });
    expect(await emptyTrash(library, nowhere, family, [ofBen])).toEqual({ purged: 1, left: 0 });
    expect(seen(owner, [ofHouse])).toEqual([ofHouse]);
    expect(library.get(exifId(bytes))).toBeDefined();
    await changePhotos(library, owner, [ofHouse], { trashed: true });
    await expect(emptyTrash(library, nowhere, family, [ofHouse])).rejects.toThrow(/can’t empty/);
    expect(await emptyTrash(library, nowhere, owner, [ofHouse])).toEqual({ purged: 1, left: 0 });
    expect(library.get(exifId(bytes))).toBeUndefined();
  });

  it('is in no live event of viewers who may not see it', async () => {
    const { ben, owner, family, clock, library, add, feed } = await withPeople();
    const [ofOwner, ofFamily] = [feed(owner), feed(family)];
    const ofBen = add(ben);
    const heard = async (): Promise<(string[] | undefined)[]> => {
      await clock.advance(1_000);
      return [(await ofOwner.next()).photos?.ids, (await ofFamily.next()).photos?.ids];
    };
    expect(await heard()).toEqual([undefined, [ofBen]]);
    await changePhotos(library, family, [ofBen], { audience: 'family' });
    expect(await heard()).toEqual([[ofBen], [ofBen]]);
    await changePhotos(library, family, [ofBen], { trashed: true, audience: 'private' });
    await heard();
    await emptyTrash(library, nowhere, family, [ofBen]);
    expect(await heard()).toEqual([undefined, [ofBen]]);
  });
});

it('a locked item is in no live event of its holder, neither changed nor purged', async () => {
  const { ben, family, clock, library, catalog, add, feed } = await withPeople();
  const [live, ofBen] = [feed(family), add(ben)];
  const heard = async (): Promise<string[] | undefined> => {
    await clock.advance(1_000);
    return (await live.next()).photos?.ids;
  };
  expect(await heard()).toEqual([ofBen]);
  const locked: Viewer = { ...family, locked: true };
  await lockPhotos({ library, catalog }, family, [ofBen]);
  expect(await heard()).toEqual([]);
  await changePhotos(library, locked, [ofBen], { title: 'Sea', trashed: true });
  expect(await heard()).toBeUndefined();
  expect(await emptyTrash(library, nowhere, locked, [ofBen])).toMatchObject({ purged: 1 });
  expect(await heard()).toBeUndefined();
});

it('the merge of a person’s item is listed for its holder alone, and of a locked one for nobody', async () => {
  const { ben, owner, family, library, catalog, add } = await withPeople();
  const [ofHouse, ofBen] = [add(house), add(ben, 'family')];
  const merge = (id: string): Merge => ({ id, at: '2026-11-24T10:00:00.000Z', fields: ['title'], contests: [] });
  const item = itemId({ holder: ben, sha256: bytes });
  const others = [`sharing:${ben}`, `members:${ben}:x`, `own-album:${ben}:x`, `offer:${ben}:x`];
  const shared = [photoId(bytes), `comment:${ofHouse}:x`, 'library:people', 'members:house:x'];
  const told = (viewer: Viewer): string[] =>
    mergesSeen(library, viewer, [item, `comment:${ofBen}:x`, ...others, ...shared].map(merge)).map(({ id }) => id);
  expect(told(owner)).toEqual([`comment:${ofBen}:x`, ...shared]);
  const allowed = shared.filter((id) => !id.startsWith('comment'));
  expect(told(family)).toEqual([item, `comment:${ofBen}:x`, ...allowed]);
  await lockPhotos({ library, catalog }, family, [ofBen]);
  expect([told(owner), told(family)]).toEqual([shared, allowed]);
});

it('a saved photo stays with its visible values when its owner stops sharing it', async () => {
  const { ada, ben, owner, family, token, visitor, library, catalog, clock, add, seen } = await withPeople();
  const ofBen = add(ben, 'family');
  await changePhotos(library, family, [ofBen], { title: 'Pier', tags: { add: ['sea'] }, rating: 4 });
  const save = (viewer: Viewer, ids: string[]) => savePhotos({ library, catalog, clock }, viewer, ids);
  expect(await save(owner, [ofBen, 'f'.repeat(64)])).toEqual({ saved: 1, known: 0, missing: ['f'.repeat(64)] });
  await changePhotos(library, family, [ofBen], { audience: 'private', title: 'Secret' });
  const mine = publicIdOf({ holder: ada, sha256: bytes });
  expect([seen(owner, [ofBen]), seen(family, [mine])]).toEqual([[], []]);
  const { item: _item, original: _original, ...copy } = getPhoto(library, owner, mine);
  expect(copy).toMatchObject({ title: 'Pier', tags: ['sea'], rating: 0, audience: 'private', name: 'a.jpg' });
  const { sightings, edits } = library.get<PhotoDocument>(itemId({ holder: ada, sha256: bytes }))!.body;
  expect(Object.values(sightings).map(({ by }) => by)).toEqual([`person:${ada}`]);
  expect(JSON.stringify(edits)).not.toContain(ben);
  // What is not seen is not told from what does not exist, and a second time changes nothing.
  expect(await save(owner, [ofBen, mine])).toEqual({ saved: 0, known: 1, missing: [ofBen] });
  await changePhotos(library, owner, [mine], { trashed: true });
  await changePhotos(library, family, [ofBen], { audience: 'family' });
  expect(await save(owner, [ofBen])).toMatchObject({ saved: 1 });
  expect(getPhoto(library, owner, mine)).toMatchObject({ trashed: false, title: 'Pier' });
  for (const viewer of [token, visitor]) await expect(save(viewer, [ofBen])).rejects.toThrow(/Sign in/);
});

it('what was saved can be undone, and is offered alike whether the viewer has the same bytes', async () => {
  const { ada, ben, owner, family, library, catalog, clock, add, seen } = await withPeople();
  const ofBen = add(ben, 'family');
  const can = (): string[] => showTo(owner, getPhoto(library, owner, ofBen)).can;
  const mine = publicIdOf({ holder: ada, sha256: bytes });
  const before = can();
  expect(before).toContain('save');
  const parts = { library, catalog, clock };
  const { undo, ...made } = await savePhotos(parts, owner, [ofBen], { undo: true });
  expect([made, undo]).toEqual([{ saved: 1, known: 0, missing: [] }, [{ ids: [mine], trashed: true }]]);
  expect(can()).toEqual(before);
  expect(await savePhotos(parts, owner, [ofBen], { undo: true })).toMatchObject({ saved: 0, known: 1, undo: [] });
  await changeEach(library, owner, undo!);
  expect(getPhoto(library, owner, mine)).toMatchObject({ trashed: true });
  // Of a photo that is shown cropped, the copy would have what was cut away.
  await changePhotos(library, family, [ofBen], { develop: { crop: { left: 0, top: 0, width: 0.5, height: 0.5 } } });
  expect(can()).not.toContain('save');
  expect(await savePhotos(parts, owner, [ofBen], { undo: true })).toMatchObject({ refused: [ofBen], undo: [] });
  expect(seen(owner, [ofBen])).toEqual([ofBen]);
});

it('a photo is saved with the visible files of its shot, which are not counted', async () => {
  const { ada, ben, owner, library, catalog, clock } = await withPeople();
  const put = (digit: string, facts: object, name: string, audience: Audience): string => {
    const item = { holder: ben, sha256: digit.repeat(64) };
    const by = `person:${ben}`;
    const made = photo({ sighting: { by, name } });
    const shot = { ...made, facts: { ...made.facts, ...facts } };
    library.update<PhotoDocument>(itemId(item), () =>
      applyChange(shot, { audience }, { at: library.stampAfter(undefined), by }),
    );
    return publicIdOf(item);
  };
  const shot = { taken: '2024-07-01T10:00:00', camera: { model: 'One' }, pair: 'ABCDEFGHIJ' };
  const id = put('b', shot, 'IMG_7.jpg', 'family');
  put('d', { pair: 'ABCDEFGHIJ', type: 'video/quicktime' }, 'IMG_7.mov', 'family');
  put('e', { ...shot, type: 'image/x-adobe-dng' }, 'IMG_7.dng', 'private');
  expect(await savePhotos({ library, catalog, clock }, owner, [id])).toEqual({ saved: 1, known: 0, missing: [] });
  const has = (digit: string): boolean => library.get(itemId({ holder: ada, sha256: digit.repeat(64) })) !== undefined;
  expect(['b', 'd', 'e'].map(has)).toEqual([true, true, false]);
});

it('a photo can’t be saved while people have no libraries of their own', async () => {
  const home = await openHome();
  const payload = { ids: [await home.add()] };
  const answer = await home.app.inject({ method: 'POST', url: '/api/photos/save', payload });
  expectError(answer, 409, 'conflict');
});

it('an archived photo leaves the timeline, and is found by a search', async () => {
  const home = await openHome();
  const [id, other] = [await home.add({ tags: ['sea'] }), await home.add()];
  const patch = (archived: boolean) =>
    home.app.inject({ method: 'PATCH', url: `/api/photos/${id}`, payload: { archived } });
  const idsOf = async (q: string): Promise<string[]> =>
    (await home.app.inject(`/api/photos?q=${encodeURIComponent(q)}`))
      .json<{ photos: { id: string }[] }>()
      .photos.map((photo) => photo.id);
  expect((await patch(true)).json()).toMatchObject({ id, archived: true });
  expect([await idsOf(''), await idsOf('tag:sea'), await idsOf('is:archived')]).toEqual([[other], [id], [id]]);
  await patch(false);
  expect((await idsOf('')).sort()).toEqual([id, other].sort());
});
