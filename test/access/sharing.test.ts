/**
 * Albums with members, and partners, on two servers that exchange documents: who may do what, who sees which photo after it, and what
 * concurrent changes leave.
 */
import { describe, expect, test } from 'vitest';
import type { Viewer } from '../../src/access/permissions.js';
import { applyChange } from '../../src/document/edits.js';
import { house, membersId } from '../../src/document/item-id.js';
import { own } from '../../src/document/json-values.js';
import type { Body, PhotoDocument } from '../../src/document/photo-document.js';
import { positionsFor, sortPhotos } from '../../src/document/album-order.js';
import { formatStamp } from '../../src/document/stamp.js';
import { albumDocumentId } from '../../src/library/control-documents.js';
import { day } from './fixture.js';
import { openSides, type Side } from './people-sides.js';

/** A program with a token of a person. */
const tokenOf = (side: Side, person: string): Viewer => ({
  ...{ role: 'program', audiences: ['private', 'family', 'public'], may: ['read', 'edit'], token: 't', canEdit: true },
  ...{ person, behalf: side.as(person) },
});

describe('an album', () => {
  test('is visible to its members on every server, with the photos added to it; then to nobody', async () => {
    const { a, b, anna, ben, cleo, sync, add } = await openSides();
    const [mine, other] = [add(a, anna), add(a, anna)];
    const { album, right } = a.albums.create(a.as(anna), anna, ' Summer ');
    expect(right).toBe('holder');
    a.albums.give(a.as(anna), album, ben, 'view');
    expect(a.albums.add(a.as(anna), album, [mine, mine, 'f'.repeat(64)])).toEqual({
      ...{ changed: 1, missing: ['f'.repeat(64)], refused: [] },
    });
    a.albums.change(a.as(anna), album, { cover: mine });
    sync();
    for (const one of [a, b]) {
      expect([one.sees(ben, mine), one.sees(ben, other), one.sees(cleo, mine)]).toEqual([true, false, false]);
      expect(one.albums.list(one.as(ben))).toMatchObject([{ album, name: 'Summer', right: 'view', cover: mine }]);
      expect(one.albums.list(one.as(ben))[0]).toMatchObject({ members: [] });
      expect(one.albums.list(one.as(cleo))).toEqual([]);
      expect(one.albums.find(one.as(anna), album).members).toEqual([{ person: ben, right: 'view' }]);
    }
    expect(b.albums.takeOut(b.as(anna), album, [mine])).toMatchObject({ changed: 1 });
    sync();
    expect([a.sees(ben, mine), b.sees(ben, mine)]).toEqual([false, false]);
    expect(a.albums.find(a.as(ben), album)).not.toHaveProperty('cover');
    expect(a.albums.add(a.as(anna), album, [mine])).toMatchObject({ changed: 1 });
    a.albums.change(a.as(anna), album, { removed: true });
    sync();
    expect([a.sees(ben, mine), b.sees(ben, mine)]).toEqual([false, false]);
    expect([b.albums.list(b.as(ben)), b.albums.list(b.as(anna))]).toEqual([[], []]);
    b.albums.change(b.as(anna), album, { removed: false });
    expect(b.sees(ben, mine)).toBe(true);
  });

  test('names its current members to each other, and to nobody else', async () => {
    const { a, b, anna, ben, cleo, sync } = await openSides();
    const { album } = a.albums.create(a.as(anna), anna, 'Summer');
    const told = (side: Side, person: string) => side.albums.find(side.as(person), album).members;
    a.albums.give(a.as(anna), album, ben, 'add');
    a.albums.give(a.as(anna), album, cleo, 'view');
    sync();
    for (const one of [a, b]) {
      expect([told(one, ben), told(one, cleo)]).toEqual([[{ person: cleo }], [{ person: ben }]]);
      expect(new Set(told(one, anna))).toEqual(
        new Set([
          { person: ben, right: 'add' },
          { person: cleo, right: 'view' },
        ]),
      );
    }
    b.albums.end(b.as(cleo), album, cleo);
    sync();
    for (const one of [a, b]) {
      expect(told(one, ben)).toEqual([]);
      expect(() => told(one, cleo)).toThrow(/doesn’t exist/);
    }
    const seen = a.albums.find(tokenOf(a, ben), album);
    expect(seen).toMatchObject({ album, right: 'view' });
    expect(seen).not.toHaveProperty('members');
  });

  test('is shared since its member may see it, not since it exists', async () => {
    const { a, b, anna, ben, cleo, sync } = await openSides();
    const sharedAt = (side: Side, person = ben): string | undefined =>
      side.albums.find(side.as(person), album).sharedAt;
    const { album, added } = a.albums.create(a.as(anna), anna, 'Summer');
    a.albums.give(a.as(anna), album, cleo, 'view');
    a.clock.advance(30 * day);
    a.albums.give(a.as(anna), album, ben, 'view');
    const since = new Date(Date.parse(added) + 30 * day).toISOString();
    b.clock.advance(30 * day);
    sync();
    for (const side of [a, b]) {
      expect([sharedAt(side), sharedAt(side, anna)]).toEqual([since, undefined]);
      expect(sharedAt(side, cleo)).toBe(added);
      expect(side.albums.list(side.as(ben))[0]?.sharedAt).toBe(since);
    }
    // More rights are not news; access that had ended is.
    a.clock.advance(day);
    a.albums.give(a.as(anna), album, ben, 'add');
    expect(sharedAt(a)).toBe(since);
    a.albums.end(a.as(anna), album, ben);
    a.clock.advance(day);
    a.albums.give(a.as(anna), album, ben, 'view');
    expect(sharedAt(a)).toBe(new Date(Date.parse(since) + 2 * day).toISOString());
  });

  test('has no time of sharing where the document was forged, or the clock that drew it was ahead', async () => {
    const { a, anna, ben } = await openSides();
    const { album, added } = a.albums.create(a.as(anna), anna, 'Summer');
    const sharedAt = (): string | undefined => a.albums.find(a.as(ben), album).sharedAt;
    const forge = (...stamps: string[]): void =>
      void a.library.update(membersId(album), () => ({
        ...{ format: 1, kind: 'members', ends: {} },
        gives: Object.fromEntries(
          stamps.map((at) => [`person:${ben} view ${at}`, { at: 'x', by: `person:${anna}`, saw: {} }]),
        ),
      }));
    const drawn = (ms: number): string => formatStamp({ ms, counter: 0, epoch: 'a' });
    const now = Date.parse(added);
    forge(drawn(now + day));
    expect(sharedAt()).toBeUndefined();
    forge(`${'9'.repeat(15)}-ffff-a`);
    expect(sharedAt()).toBeUndefined();
    forge(drawn(now + day), drawn(now - day));
    expect(sharedAt()).toBe(new Date(now - day).toISOString());
    // A give by another person gives nothing, and no time.
    a.library.update(membersId(album), (body) => ({
      ...body!,
      gives: {
        ...(own(body, 'gives') as object),
        [`person:${ben} view ${drawn(now - 9 * day)}`]: { at: 'x', by: `person:${ben}`, saw: {} },
        [`person:${ben} wave ${drawn(now - 9 * day)}`]: { at: 'x', by: `person:${anna}`, saw: {} },
      },
    }));
    expect(sharedAt()).toBe(new Date(now - day).toISOString());
  });

  test('keeps the photos that its holder moved on two servers at the same time', async () => {
    const { a, b, anna, sync, add } = await openSides();
    const [one, two, three, four] = [add(a, anna), add(a, anna), add(a, anna), add(a, anna)];
    const dated = [one, two, three, four].map((id, n) => ({ id, taken: `2024-01-0${n + 1}T12:00:00.000` }));
    const { album } = a.albums.create(a.as(anna), anna, 'Summer');
    a.albums.change(a.as(anna), album, { sort: 'manual', manualFrom: 'oldest' });
    sync();
    const bodyAt = ({ library }: Side): Body => library.get(albumDocumentId(album))!.body;
    const move = (side: Side, id: string, before: string | null): void =>
      side.albums.change(side.as(anna), album, { positions: positionsFor(dated, bodyAt(side), [id], before)! });
    move(a, four, one);
    move(b, two, null);
    sync();
    for (const side of [a, b]) {
      expect(sortPhotos(dated, bodyAt(side)).map(({ id }) => id)).toEqual([four, one, three, two]);
      expect(side.albums.find(side.as(anna), album).sort).toBe('manual');
    }
  });

  test('does not exist for others: every call answers as for an unknown album', async () => {
    const { a, anna, ben, cleo, add } = await openSides();
    const mine = add(a, cleo);
    const { album } = a.albums.create(a.as(anna), anna, 'Summer');
    a.albums.give(a.as(anna), album, ben, 'view');
    const nowhere = `${anna}:${'0'.repeat(26)}`;
    const calls = (name: string): (() => unknown)[] => [
      () => a.albums.find(a.as(cleo), name),
      () => a.albums.change(a.as(cleo), name, { name: 'x' }),
      () => a.albums.change(a.as(cleo), name, { removed: false }),
      () => a.albums.give(a.as(cleo), name, ben, 'view'),
      () => a.albums.end(a.as(cleo), name, ben),
      () => a.albums.end(a.as(cleo), name, cleo),
      () => a.albums.add(a.as(cleo), name, [mine]),
      () => a.albums.takeOut(a.as(cleo), name, [mine]),
    ];
    const before = a.library.lastChange();
    for (const name of [album, nowhere, 'x'])
      for (const call of calls(name)) expect(call).toThrow('This album doesn’t exist.');
    // Who only sees it, changes nothing.
    for (const call of [
      () => a.albums.change(a.as(ben), album, { name: 'x' }),
      () => a.albums.give(a.as(ben), album, cleo, 'view'),
      () => a.albums.end(a.as(ben), album, cleo),
      () => a.albums.add(a.as(ben), album, [mine]),
      () => a.albums.create(a.as(ben), anna, 'x'),
      () => a.albums.create(a.as(ben), house, 'x'),
    ])
      expect(call).toThrow(/Only the owner of this album|can’t/);
    expect(() => a.albums.give(a.as(anna), album, 'nobody', 'view')).toThrow('This person doesn’t exist.');
    expect(() => a.albums.change(tokenOf(a, anna), album, { name: 'x' })).toThrow(/Only the owner of this album/);
    expect(a.library.lastChange()).toBe(before);
  });

  test('accepts photos of members who may add, and they or its holder can remove them', async () => {
    const { a, b, anna, ben, cleo, sync, add } = await openSides();
    const ofBen = [add(a, ben), add(a, ben)];
    const { album } = a.albums.create(a.as(anna), anna, 'Summer');
    a.albums.give(a.as(anna), album, ben, 'add');
    a.albums.give(a.as(anna), album, cleo, 'view');
    sync();
    expect(b.albums.add(b.as(ben), album, ofBen)).toMatchObject({ changed: 2 });
    sync();
    expect(ofBen.map((id) => a.sees(cleo, id))).toEqual([true, true]);
    // A member takes nothing of others out.
    expect(a.albums.takeOut(a.as(cleo), album, ofBen)).toMatchObject({ changed: 0, refused: ofBen });
    a.albums.takeOut(a.as(anna), album, [ofBen[0]!]);
    sync();
    expect(ofBen.map((id) => b.sees(cleo, id))).toEqual([false, true]);
    a.albums.give(a.as(anna), album, ben, 'view');
    sync();
    expect(ofBen.map((id) => b.sees(cleo, id))).toEqual([false, false]);
    expect(a.albums.find(a.as(anna), album).members).toContainEqual({ person: ben, right: 'view' });
  });

  test('of the house takes the photos of an owner’s own library too, who is a member of it then', async () => {
    const { a, b, ada, anna, ben, sync, add } = await openSides();
    const [ofHouse, ofAda, ofAnna] = [add(a, house), add(a, ada), add(a, anna)];
    const { album } = a.albums.create(a.as(ada), house, 'Us');
    a.albums.give(a.as(ada), album, ben, 'view');
    // An owner who adds none of their own photos does not become a member.
    expect(a.albums.add(a.as(ada), album, [ofHouse, ofAnna])).toMatchObject({ changed: 1, refused: [] });
    expect(a.albums.find(a.as(ben), album).members).toEqual([]);
    expect(a.sees(ben, ofAda)).toBe(false);

    const before = a.library.lastChange();
    expect(a.albums.add(a.as(ada), album, [ofHouse, ofAda])).toEqual({
      ...{ changed: 1, missing: [], refused: [], unchanged: [ofHouse] },
    });
    expect(a.library.lastChange()).toBe(before + 2);
    sync();
    for (const one of [a, b]) {
      expect([one.sees(ben, ofAda), one.sees(anna, ofAda)]).toEqual([true, false]);
      expect(one.albums.find(one.as(ben), album).members).toEqual([{ person: ada }]);
      expect(one.albums.find(one.as(ada), album)).toMatchObject({ right: 'holder', members: [{ person: ben }] });
    }
    // Removed from the album, they take their photos with them, and come back with the next one that they add.
    a.albums.end(a.as(ada), album, ada);
    expect([a.sees(ben, ofAda), a.sees(ben, ofHouse)]).toEqual([false, true]);
    expect(a.albums.add(a.as(ada), album, [ofAda])).toMatchObject({ changed: 1 });
    expect(a.sees(ben, ofAda)).toBe(true);
    expect(a.albums.takeOut(a.as(ada), album, [ofAda])).toMatchObject({ changed: 1 });
    expect(a.sees(ben, ofAda)).toBe(false);
  });

  test('of the house is held by every owner; its photos can’t be added to a person’s album', async () => {
    const { a, ada, anna, ben, add } = await openSides();
    const [ofHouse, ofAnna] = [add(a, house), add(a, anna)];
    const { album } = a.albums.create(a.as(ada), house, 'Us');
    a.albums.give(a.as(ada), album, ben, 'view');
    expect(a.albums.add(a.as(ada), album, [ofHouse])).toMatchObject({ changed: 1 });
    expect(a.sees(ben, ofHouse)).toBe(true);
    const own = a.albums.create(a.as(ada), ada, 'Mine').album;
    expect(a.albums.add(a.as(ada), own, [ofHouse])).toMatchObject({ changed: 0, refused: [ofHouse] });
    a.albums.give(a.as(ada), album, anna, 'add');
    expect(a.albums.add(a.as(anna), album, [ofAnna])).toMatchObject({ changed: 1 });
    expect(a.sees(ben, ofAnna)).toBe(true);
  });

  test('can be left by a member; concurrent gives and ends leave access ended', async () => {
    const { a, b, anna, ben, sync, add } = await openSides();
    const mine = add(a, anna);
    const { album } = a.albums.create(a.as(anna), anna, 'Summer');
    a.albums.give(a.as(anna), album, ben, 'view');
    a.albums.add(a.as(anna), album, [mine]);
    sync();
    expect(b.albums.end(b.as(ben), album, ben)).toBe(true);
    a.albums.give(a.as(anna), album, ben, 'add');
    sync();
    for (const one of [a, b]) expect(one.sees(ben, mine)).toBe(false);
    a.albums.give(a.as(anna), album, ben, 'view');
    sync();
    for (const one of [a, b]) expect(one.sees(ben, mine)).toBe(true);
    // `view` becomes `add` here and ends there.
    a.albums.give(a.as(anna), album, ben, 'add');
    b.albums.end(b.as(anna), album, ben);
    sync();
    for (const one of [a, b]) expect(one.sees(ben, mine)).toBe(false);
  });

  test('rejects photos in the trash, and can be changed only while people have libraries here', async () => {
    const { a, anna, add, state } = await openSides();
    const mine = add(a, anna);
    const { album } = a.albums.create(a.as(anna), anna, 'Summer');
    const document = a.library.items.find(mine)!;
    a.library.update<PhotoDocument>(document, (body) =>
      applyChange(body!, { trashed: true }, { at: a.library.stampAfter(body), by: `person:${anna}` }),
    );
    expect(a.albums.add(a.as(anna), album, [mine])).toMatchObject({ changed: 0, refused: [mine] });
    state.gate = { on: false, server: 'cabin', reason: 'cabin runs an older version of Photospool. Upgrade it.' };
    const before = a.library.lastChange();
    for (const call of [
      () => a.albums.list(a.as(anna)),
      () => a.albums.create(a.as(anna), anna, 'x'),
      () => a.albums.give(a.as(anna), album, anna, 'view'),
      () => a.albums.takeOut(a.as(anna), album, [mine]),
      () => a.partners.list(a.as(anna)),
      () => a.partners.give(a.as(anna), anna),
    ])
      expect(call).toThrow('Personal libraries are not available on this server yet.');
    expect(a.library.lastChange()).toBe(before);
  });
});

describe('a partner', () => {
  test('sees photos that are neither archived nor in the trash, until one of the two ends it', async () => {
    const { a, b, ada, anna, ben, sync, add } = await openSides();
    const [mine, archived] = [add(a, anna), add(a, anna)];
    a.library.update<PhotoDocument>(a.library.items.find(archived)!, (body) =>
      applyChange(body!, { archived: true }, { at: a.library.stampAfter(body), by: `person:${anna}` }),
    );
    a.partners.give(a.as(anna), ben);
    sync();
    for (const one of [a, b]) {
      expect([one.sees(ben, mine), one.sees(ben, archived), one.sees(ada, mine)]).toEqual([true, false, false]);
      expect(one.partners.list(one.as(ben))).toEqual({ given: [], received: [anna] });
      expect(one.partners.list(one.as(anna))).toEqual({ given: [ben], received: [] });
    }
    expect(b.partners.leave(b.as(ben), anna)).toBe(true);
    expect(b.partners.leave(b.as(ben), anna)).toBe(false);
    sync();
    expect([a.sees(ben, mine), b.sees(ben, mine)]).toEqual([false, false]);
    a.partners.give(a.as(anna), ben);
    sync();
    expect(b.sees(ben, mine)).toBe(true);
    expect(a.partners.end(a.as(anna), ben)).toBe(true);
    sync();
    expect([a.sees(ben, mine), b.sees(ben, mine)]).toEqual([false, false]);
    const visitor: Viewer = { role: 'visitor', audiences: ['public'], canEdit: false };
    const call = (): unknown => a.partners.list(visitor);
    expect(call).toThrow(/Sign in to use partner sharing/);
    expect(() => a.partners.give(a.as(anna), anna)).toThrow('This person doesn’t exist.');
  });

  test('is no longer one after a removal and return, nor after two concurrent gives and one end', async () => {
    const { a, b, anna, ben, sync, add } = await openSides();
    const mine = add(a, anna);
    a.partners.give(a.as(anna), ben);
    b.partners.give(b.as(anna), ben);
    sync();
    expect(a.library.controls.find(`sharing:${anna}`)!.gives).toHaveLength(2);
    b.partners.end(b.as(anna), ben);
    sync();
    expect(a.sees(ben, mine)).toBe(false);
    a.partners.give(a.as(anna), ben);
    sync();
    b.accounts.remove(ben, { by: 'owner', who: 'owner' });
    b.library.update<object>(`person:${ben}`, (body) => ({
      ...(body as Body),
      removed: { value: false, at: b.library.stampAfter(body), by: 'owner' },
    }));
    sync();
    for (const one of [a, b])
      for (const { id, edition } of one.accounts.waiting())
        one.accounts.approve(id, edition, { by: 'owner', who: 'owner' });
    sync();
    expect(a.people.find(ben)).toBeDefined();
    expect([a.sees(ben, mine), b.sees(ben, mine)]).toEqual([false, false]);
    // In sight of the removal, both ways to share open again: what he was given, and what he gives.
    a.partners.give(a.as(anna), ben);
    const ofBen = add(a, ben);
    const { album } = a.albums.create(a.as(ben), ben, 'Back');
    a.albums.give(a.as(ben), album, anna, 'view');
    a.albums.add(a.as(ben), album, [ofBen]);
    sync();
    for (const one of [a, b]) expect([one.sees(ben, mine), one.sees(anna, ofBen)]).toEqual([true, true]);
  });
});
