/**
 * Offers on two servers that exchange documents: who sees what is offered, what accepting saves, what the giver may then move to the trash,
 * and what concurrent changes leave.
 */
import { expect, test } from 'vitest';
import { handOver } from '../../src/album/hand-over.js';
import { applyChange, type PhotoChange } from '../../src/document/edits.js';
import { withEnd, withGive } from '../../src/document/grants.js';
import { house, itemId, itemOf, offerId, publicIdOf } from '../../src/document/item-id.js';
import { sizeOf } from '../../src/document/document-size.js';
import type { Body, PhotoDocument } from '../../src/document/photo-document.js';
import { purge } from '../../src/document/purge.js';
import { viewPhoto } from '../../src/document/photo-view.js';
import { photo } from '../document/documents.js';
import { openSides, type Side } from './people-sides.js';

const change = ({ library }: Side, id: string, changed: PhotoChange, by: string): void =>
  void library.update<PhotoDocument>(library.items.find(id)!, (body) =>
    applyChange(body!, changed, { at: library.stampAfter(body), by }),
  );
/** The item of another holder with the bytes of a photo. */
const sameFor = ({ library }: Side, id: string, holder: string) => {
  const item = { holder, sha256: itemOf(library.items.find(id) ?? '')!.sha256 };
  const body = library.get<PhotoDocument>(itemId(item))?.body;
  return { id: publicIdOf(item), view: body && viewPhoto('', body, { here: false }) };
};
const isTrashed = ({ library }: Side, id: string): boolean =>
  viewPhoto('', library.get<PhotoDocument>(library.items.find(id)!)!.body, { here: false }).trashed;

test('is accepted as new items of the recipient, with texts and audience; the giver then trashes the originals', async () => {
  const { a, b, anna, ben, cleo, sync, add } = await openSides();
  const [one, two, kept, other] = [add(a, anna), add(a, anna), add(a, anna), add(a, ben)];
  change(a, one, { title: 'Boat', audience: 'family', tags: { add: ['sea'], remove: [] } }, `person:${anna}`);
  const made = a.offers.make(a.as(anna), anna, ben, [one, two, two, other, 'f'.repeat(64)]);
  // Ben’s own photo does not exist for her.
  expect(made).toMatchObject({ missing: [other, 'f'.repeat(64)], refused: [] });
  const { offer } = made.offers[0]!;
  expect(made.offers).toEqual([
    { offer, giver: anna, to: ben, made: '2026-11-24T10:00:00.000Z', state: 'open', photos: 2 },
  ]);
  sync();
  for (const side of [a, b]) {
    expect([side.sees(ben, two), side.sees(cleo, two), side.sees(ben, kept)]).toEqual([true, false, false]);
    expect(await side.offers.list(side.as(ben))).toMatchObject({ given: [], received: [{ offer, photos: 2 }] });
    expect(await side.offers.list(side.as(cleo))).toEqual({ given: [], received: [] });
  }
  expect(await b.offers.accept(b.as(ben), offer)).toEqual({ saved: 2, known: 0, missing: 0 });
  // Accepting again changes nothing.
  const before = b.library.lastChange();
  expect(await b.offers.accept(b.as(ben), offer)).toEqual({ saved: 0, known: 2, missing: 0 });
  expect(b.library.lastChange()).toBe(before);
  expect(sameFor(b, one, ben).view).toMatchObject({ title: 'Boat', audience: 'family', tags: ['sea'], trashed: false });
  expect(sameFor(b, two, ben).view).toMatchObject({ audience: 'private' });
  expect([b.sees(ben, two), b.sees(cleo, sameFor(b, one, ben).id)]).toEqual([false, true]);
  expect((await b.offers.list(b.as(ben))).received).toEqual([]);

  sync();
  expect((await a.offers.list(a.as(anna))).given).toMatchObject([{ offer, state: 'accepted', photos: 2, taken: 2 }]);
  expect([isTrashed(a, one), isTrashed(a, two)]).toEqual([false, false]);
  // What Ben no longer holds, and what she put into the trash herself, is not moved.
  change(a, sameFor(a, one, ben).id, { trashed: true }, `person:${ben}`);
  expect(a.offers.find(a.as(anna), offer).movable).toEqual([two]);
  expect(() => a.offers.find(a.as(cleo), offer)).toThrow('This offer doesn’t exist.');
  await expect(a.offers.moveToTrash(a.as(ben), offer)).rejects.toThrow('Only the person who made this offer');
  expect(await a.offers.moveToTrash(a.as(anna), offer)).toEqual({ changed: 1 });
  expect([isTrashed(a, one), isTrashed(a, two), isTrashed(a, kept)]).toEqual([false, true, false]);
  expect(await a.offers.list(a.as(anna))).toEqual({ given: [], received: [] });
  sync();
  expect(b.sees(ben, sameFor(b, two, ben).id)).toBe(true);
});

test('can be made by the house to a person, and by a person to the house', async () => {
  const { a, b, ada, anna, ben, sync, add } = await openSides();
  const [ofHouse, ofAnna, trashed] = [add(a, house), add(a, anna), add(a, house)];
  change(a, trashed, { trashed: true }, 'owner');
  const { offers, refused } = a.offers.make(a.as(ada), house, anna, [ofHouse, trashed]);
  expect(refused).toEqual([trashed]);
  const toHouse = a.offers.make(a.as(anna), anna, house, [ofAnna]).offers[0]!.offer;
  for (const call of [
    () => a.offers.make(a.as(anna), house, ben, [ofHouse]),
    () => a.offers.make(a.as(ada), anna, ben, [ofAnna]),
  ])
    expect(call).toThrow('You can offer only your own photos.');
  for (const to of [anna, '0'.repeat(26)])
    expect(() => a.offers.make(a.as(anna), anna, to, [ofAnna])).toThrow('This person doesn’t exist.');
  sync();
  // An owner sees what is offered to the house, nobody else does.
  expect([b.sees(ada, ofAnna), b.sees(ben, ofAnna), b.sees(anna, ofHouse)]).toEqual([true, false, true]);
  expect(await b.offers.accept(b.as(anna), offers[0]!.offer)).toMatchObject({ saved: 1 });
  expect(await b.offers.accept(b.as(ada), toHouse)).toMatchObject({ saved: 1 });
  expect(sameFor(b, ofAnna, house).view).toMatchObject({ trashed: false });
  sync();
  expect(await a.offers.moveToTrash(a.as(ada), offers[0]!.offer)).toEqual({ changed: 1 });
  expect(await a.offers.moveToTrash(a.as(anna), toHouse)).toEqual({ changed: 1 });
});

test('shows nothing on any server after it is withdrawn or declined', async () => {
  const { a, b, anna, ben, sync, add, state } = await openSides();
  const photos = [add(a, anna), add(a, anna), add(a, anna)];
  const [first, second, third] = photos.map((id) => a.offers.make(a.as(anna), anna, ben, [id]).offers[0]!.offer);
  sync();
  expect(b.offers.end(b.as(ben), second!)).toBe(true);
  expect(a.offers.end(a.as(anna), first!)).toBe(true);
  sync();
  for (const side of [a, b]) {
    expect(photos.map((id) => side.sees(ben, id))).toEqual([false, false, true]);
    expect((await side.offers.list(side.as(ben))).received.map(({ offer }) => offer)).toEqual([third]);
    await expect(side.offers.accept(side.as(ben), first!)).rejects.toThrow('This offer doesn’t exist.');
    expect(side.offers.find(side.as(anna), second!)).toMatchObject({ state: 'declined' });
  }
  await expect(a.offers.moveToTrash(a.as(anna), second!)).rejects.toThrow('This offer hasn’t been accepted yet');
  // Withdrawing also ends the giver’s listing of it.
  expect((await a.offers.list(a.as(anna))).given.map(({ state: found }) => found)).toEqual(['open', 'declined']);
  state.gate = { on: false, reason: 'This version is not ready.' };
  for (const call of [
    () => a.offers.make(a.as(anna), anna, ben, photos),
    () => a.offers.end(a.as(anna), third!),
    () => a.offers.find(a.as(anna), third!),
  ])
    expect(call).toThrow('Personal libraries are not available on this server yet');
  for (const call of [a.offers.list(a.as(anna)), b.offers.accept(b.as(ben), third!)])
    await expect(call).rejects.toThrow('Personal libraries are not available on this server yet');
});

test('that is withdrawn on one server and accepted on another leaves the photo with both', async () => {
  const { a, b, anna, ben, sync, add } = await openSides();
  const [mine, also] = [add(a, anna), add(a, anna)];
  const { offer } = a.offers.make(a.as(anna), anna, ben, [mine]).offers[0]!;
  const twice = a.offers.make(a.as(anna), anna, ben, [also]).offers[0]!.offer;
  sync();
  a.offers.end(a.as(anna), offer);
  await b.offers.accept(b.as(ben), offer);
  // Accepted on two servers it is one item, with both arrivals.
  await a.offers.accept(a.as(ben), twice);
  await b.offers.accept(b.as(ben), twice);
  sync();
  for (const side of [a, b]) {
    expect([side.sees(ben, mine), side.sees(anna, mine)]).toEqual([false, true]);
    expect(sameFor(side, mine, ben).view).toMatchObject({ trashed: false });
    expect(side.offers.find(side.as(anna), offer)).toMatchObject({ state: 'accepted', taken: 1, movable: [mine] });
    expect(side.offers.find(side.as(anna), twice)).toMatchObject({ state: 'accepted', taken: 1, movable: [also] });
    const item = side.library.get<PhotoDocument>(side.library.items.find(sameFor(side, also, ben).id)!)!.body;
    expect(Object.keys(item.sightings)).toHaveLength(2);
  }
  expect(await a.offers.moveToTrash(a.as(anna), twice)).toEqual({ changed: 1 });
});

test('gives the photos that exist at acceptance: not those locked, trashed or purged since; late ones follow when they arrive', async () => {
  const { a, b, anna, ben, cleo, sync, add } = await openSides();
  const [locked, trashed, purged, good] = [add(a, anna), add(a, anna), add(a, anna), add(a, anna)];
  sync();
  const late = add(a, anna);
  const { offer } = a.offers.make(a.as(anna), anna, ben, [locked, trashed, purged, good, late]).offers[0]!;
  const { library } = a;
  // The offer reaches the other server before one of its photos.
  const [lateDocument, offerBody] = [library.items.find(late)!, library.get(offerId(offer))!.body];
  b.library.update(offerId(offer), () => offerBody);
  expect(await b.offers.list(b.as(ben))).toMatchObject({ received: [{ photos: 4 }] });
  b.library.update<PhotoDocument>(b.library.items.find(locked)!, (body) => ({
    ...body!,
    edits: withEnd(body!.edits, '*', { at: b.library.stampAfter(body), by: `person:${anna}` }),
  }));
  change(b, trashed, { trashed: true }, `person:${anna}`);
  b.library.update<object>(b.library.items.find(purged)!, (body) =>
    purge(body as Body, { at: b.library.stampAfter(body), by: `person:${anna}` }),
  );
  expect([b.sees(ben, locked), b.sees(ben, trashed), b.sees(ben, good)]).toEqual([false, false, true]);
  // Neither that nor how many are hidden is told; one of those that are not here was purged.
  expect(await b.offers.accept(b.as(ben), offer)).toEqual({ saved: 1, known: 0, missing: 2 });
  expect(b.offers.find(b.as(ben), offer)).toMatchObject({ state: 'accepted', photos: 1, ids: [good] });
  b.library.update<PhotoDocument>(lateDocument, () => library.get<PhotoDocument>(lateDocument)!.body);
  expect(await b.offers.accept(b.as(ben), offer)).toEqual({ saved: 1, known: 1, missing: 1 });
  sync();
  expect(a.offers.find(a.as(anna), offer)).toMatchObject({ taken: 2, movable: [good, late] });
  for (const id of [trashed, locked]) expect(sameFor(b, id, ben).view).toBeUndefined();
  // What was once locked is in no offer, so that none from before the lock opens it again.
  a.library.update<PhotoDocument>(a.library.items.find(locked)!, (body) => ({
    ...body!,
    edits: withGive(
      body!.edits,
      { to: '*', what: 'unlocked' },
      { at: a.library.stampAfter(body), by: `person:${anna}` },
    ),
  }));
  expect(a.sees(anna, locked)).toBe(true);
  expect(a.offers.make(a.as(anna), anna, cleo, [locked, good])).toMatchObject({ refused: [locked] });
});

test('ends with the removal of its giver or recipient; a photo that a removed person took over is not moved', async () => {
  const { a, b, anna, ben, cleo, sync, add } = await openSides();
  const [one, two, ofCleo] = [add(a, anna), add(a, anna), add(a, cleo)];
  const taken = a.offers.make(a.as(anna), anna, ben, [one]).offers[0]!.offer;
  const open = a.offers.make(a.as(anna), anna, ben, [two]).offers[0]!.offer;
  const fromCleo = a.offers.make(a.as(cleo), cleo, anna, [ofCleo]).offers[0]!.offer;
  sync();
  await b.offers.accept(b.as(ben), taken);
  a.accounts.remove(cleo, { by: 'owner', who: 'owner' });
  expect(a.sees(anna, ofCleo)).toBe(false);
  // On the other server, which does not know that yet, it is still accepted.
  expect(await b.offers.accept(b.as(anna), fromCleo)).toMatchObject({ saved: 1 });
  sync();
  expect(a.sees(anna, sameFor(a, ofCleo, anna).id)).toBe(true);
  expect(a.offers.find(a.as(anna), taken).movable).toEqual([one]);
  a.accounts.remove(ben, { by: 'owner', who: 'owner' });
  expect(a.offers.find(a.as(anna), taken).movable).toEqual([]);
  expect(await a.offers.moveToTrash(a.as(anna), taken)).toEqual({ changed: 0 });
  expect(a.offers.find(a.as(anna), open)).toMatchObject({ state: 'ended' });
  expect(() => a.offers.make(a.as(anna), anna, ben, [two])).toThrow('This person doesn’t exist.');
});

test('is that of its giver, whatever a hostile server adds to it; a locked photo is not told of again', async () => {
  const { a, anna, ben, cleo, add } = await openSides();
  const [one, two] = [add(a, anna), add(a, anna)];
  const { offer } = a.offers.make(a.as(anna), anna, ben, [one, two]).offers[0]!;
  const forge = (gives: Record<string, unknown>): unknown =>
    a.library.update(offerId(offer), (body) => body && { ...body, gives: { ...(body['gives'] as object), ...gives } });
  const stamp = '999999999999999-0000-x';
  forge({ [`person:${cleo} take ${stamp}`]: { at: stamp, by: `person:${cleo}`, saw: {} }, 'zz take x': 5, z: {} });
  expect(a.offers.find(a.as(anna), offer)).toMatchObject({ to: ben, state: 'open' });
  expect((await a.offers.list(a.as(ben))).received).toMatchObject([{ offer, photos: 2 }]);
  expect(() => a.offers.find(a.as(cleo), offer)).toThrow('This offer doesn’t exist');
  expect(await a.offers.accept(a.as(ben), offer)).toEqual({ saved: 2, known: 0, missing: 0 });
  expect(a.sees(ben, one)).toBe(false);
  expect(a.offers.find(a.as(anna), offer)).toMatchObject({ to: ben, state: 'accepted', movable: [one, two] });
  a.library.update<PhotoDocument>(a.library.items.find(two)!, (body) => ({
    ...body!,
    edits: withEnd(body!.edits, '*', { at: a.library.stampAfter(body), by: `person:${anna}` }),
  }));
  expect(a.offers.find(a.as(anna), offer).movable).toEqual([one]);
  expect(await a.offers.moveToTrash(a.as(anna), offer)).toEqual({ changed: 1 });

  // A copy whose ends a hostile server left out gets them back, and is none the less there already.
  const again = a.offers.make(a.as(ben), ben, anna, [sameFor(a, two, ben).id]).offers[0]!.offer;
  const own = a.library.items.find(two)!;
  a.library.update<PhotoDocument>(own, (body) => ({
    ...body!,
    edits: withGive(
      body!.edits,
      { to: '*', what: 'unlocked' },
      { at: a.library.stampAfter(body), by: `person:${anna}` },
    ),
  }));
  const { rev, body } = a.library.get<PhotoDocument>(own)!;
  const { ends: _ends, ...edits } = body.edits;
  const next = `${Number(rev.split('-')[0]) + 1}-${'a'.repeat(32)}`;
  const forged = { ...body, edits } as unknown as Body;
  a.library.insert([{ id: own, revisions: [next, rev], deleted: false, body: forged }]);
  expect(await a.offers.accept(a.as(anna), again)).toEqual({ saved: 0, known: 1, missing: 0 });
});

test('of many photos is split into several, each well below the size limit of a document', async () => {
  const { a, anna, ben } = await openSides();
  const { library } = a;
  const ids = library.transaction(() =>
    Array.from({ length: 2_001 }, (_, n) => {
      const item = { holder: anna, sha256: String(n).padStart(64, 'e') };
      library.update<PhotoDocument>(itemId(item), () => photo());
      return publicIdOf(item);
    }),
  );
  const { offers } = a.offers.make(a.as(anna), anna, ben, ids);
  expect(offers.map(({ photos }) => photos)).toEqual([2_000, 1]);
  expect(sizeOf(library.get(offerId(offers[0]!.offer))!.body)).toBeLessThan(160 * 1024);
  expect(await a.offers.accept(a.as(ben), offers[1]!.offer)).toMatchObject({ saved: 1 });
});

test('of a removed person, an owner hands the photos over to somebody, without what was locked or trashed', async () => {
  const { a, ada, anna, ben, add } = await openSides();
  const [good, trashed, locked, film] = [add(a, ben), add(a, ben), add(a, ben), add(a, ben)];
  change(a, good, { title: 'Boat', audience: 'family' }, `person:${ben}`);
  change(a, trashed, { trashed: true }, `person:${ben}`);
  a.library.update<PhotoDocument>(a.library.items.find(locked)!, (body) => ({
    ...body!,
    edits: withEnd(body!.edits, '*', { at: a.library.stampAfter(body), by: `person:${ben}` }),
  }));
  // The clip of a cropped Live Photo: no picture of it shows the crop alone.
  a.library.update<PhotoDocument>(a.library.items.find(film)!, (body) => ({
    ...body!,
    facts: { ...body!.facts, type: 'video/quicktime' },
  }));
  change(a, film, { develop: { crop: { left: 0, top: 0, width: 0.5, height: 1 } } }, `person:${ben}`);
  const parts = { library: a.library, clock: a.clock, gate: { state: () => ({ on: true }) as const } };
  await expect(handOver(parts, a.as(ada), ben, anna)).rejects.toThrow('There is no removed person');
  a.accounts.remove(ben, { by: 'owner', who: 'owner' });
  await expect(handOver(parts, a.as(anna), ben, anna)).rejects.toThrow('Only owners');
  await expect(handOver(parts, a.as(ada), ben, ben)).rejects.toThrow('This person doesn’t exist.');
  expect(await handOver(parts, a.as(ada), ben, anna)).toEqual({ saved: 2, known: 0 });
  expect(await handOver(parts, a.as(ada), ben, anna)).toEqual({ saved: 0, known: 2 });
  expect(sameFor(a, film, anna).view).toMatchObject({ developing: true, renditions: {} });
  const copied = itemId({ holder: anna, sha256: itemOf(a.library.items.find(film)!)!.sha256 });
  expect(a.library.get<PhotoDocument>(copied)!.body.edits.develop).toMatchObject([{ by: `person:${ada}` }]);
  expect(sameFor(a, good, anna).view).toMatchObject({ title: 'Boat', audience: 'private' });
  for (const id of [trashed, locked]) expect(sameFor(a, id, anna).view).toBeUndefined();
  expect(a.sees(ada, sameFor(a, good, anna).id)).toBe(false);
  expect(a.sees(ada, good)).toBe(false);
});
