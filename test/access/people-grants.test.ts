/**
 * Removal and return where people share: what `library:people` gets, on which server it counts, and what a person who comes back has.
 */
import { expect, test } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import { itemAccess } from '../../src/access/library-access.js';
import { withGive } from '../../src/document/grants.js';
import { peopleId, sharingId } from '../../src/document/item-id.js';
import type { Body } from '../../src/document/photo-document.js';
import { replicate } from '../library/libraries.js';
import { entered, good, openTestAccess, visit, type TestAccess } from './fixture.js';

/** Two servers that know the same people; `sync` exchanges everything. */
async function mesh() {
  const [a, b] = [openTestAccess(), openTestAccess()];
  const [ada, anna, ben] = [await a.join('Ada', 'owner'), await a.join('Anna'), await a.join('Ben')];
  const sync = (): void => {
    for (let n = 0; n < 2; n++) {
      replicate(a.library, b.library);
      replicate(b.library, a.library);
    }
  };
  sync();
  return { a, b, sync, ada, anna, ben };
}
const approveAll = ({ accounts }: TestAccess): void => {
  for (const { id, edition } of accounts.waiting()) accounts.approve(id, edition, commandLine);
};
/** Anna makes Ben her partner, as her server does it: in sight of what is known there. */
const share = ({ library }: TestAccess, from: string, to: string): unknown =>
  library.update(sharingId(from), (body) =>
    withGive<Body>(
      body ?? { format: 1, kind: 'sharing' },
      { to: `person:${to}`, what: 'partner' },
      { at: library.stampAfter(body), by: `person:${from}` },
      { [peopleId]: library.controls.find(peopleId) ?? { gives: [], ends: new Map() } },
    ),
  );
const isPartner = ({ library }: TestAccess, of: string, person: string): boolean =>
  itemAccess(library).isMember(person) && itemAccess(library).isPartner(of, person);
/** Another server says of a person that they are not removed. */
const takeBack = ({ library }: TestAccess, id: string): unknown =>
  library.update<object>(`person:${id}`, (body) => ({
    ...body,
    removed: { value: false, at: library.stampAfter(body), by: 'owner' },
  }));
const ends = ({ library }: TestAccess): string[] => [...(library.controls.find(peopleId)?.ends.keys() ?? [])];

test('a home that has never shared anything writes nothing, and a removal still ends all access', async () => {
  const { a, b, sync, ada, ben } = await mesh();
  const bob = await a.join('Bob', 'owner');
  a.accounts.change(bob, { role: 'family' }, commandLine);
  a.accounts.remove(ben, commandLine);
  sync();
  for (const { library } of [a, b]) {
    expect(library.controls.isUsed()).toBe(false);
    expect(itemAccess(library).isMember(ben)).toBe(false);
    expect(itemAccess(library).isMember(ada)).toBe(true);
  }
});

test('a removal ends earlier gives on every server; a returning person has only later ones', async () => {
  const { a, b, sync, anna, ben } = await mesh();
  share(a, anna, ben);
  sync();
  expect([isPartner(a, anna, ben), isPartner(b, anna, ben)]).toEqual([true, true]);
  a.accounts.remove(ben, commandLine);
  // Not known there yet: what is given meanwhile counts as little.
  share(b, anna, ben);
  sync();
  expect([isPartner(a, anna, ben), isPartner(b, anna, ben)]).toEqual([false, false]);
  expect(ends(b)).toEqual([expect.stringMatching(`^person:${ben} `)]);
  expect(b.people.find(ben)).toBeUndefined();

  takeBack(b, ben);
  sync();
  expect(itemAccess(a.library).isMember(ben)).toBe(false);
  approveAll(a);
  sync();
  expect([itemAccess(a.library).isMember(ben), itemAccess(b.library).isMember(ben)]).toEqual([true, true]);
  expect([isPartner(a, anna, ben), isPartner(b, anna, ben)]).toEqual([false, false]);
  share(b, anna, ben);
  sync();
  expect([isPartner(a, anna, ben), isPartner(b, anna, ben)]).toEqual([true, true]);
});

test('a person removed before anything was shared has no access after returning either', async () => {
  const { a, b, sync, anna, ben } = await mesh();
  a.accounts.remove(ben, commandLine);
  share(b, anna, ben);
  sync();
  expect(ends(a)).toEqual([]);
  takeBack(b, ben);
  sync();
  approveAll(a);
  sync();
  for (const one of [a, b]) {
    expect(itemAccess(one.library).isMember(ben)).toBe(true);
    expect(isPartner(one, anna, ben)).toBe(false);
  }
});

test('a demotion received as an end applies at once, and a promotion reverses it', async () => {
  const { a, b, sync, anna, ben } = await mesh();
  share(a, anna, ben);
  a.accounts.change(ben, { role: 'owner' }, commandLine);
  expect(ends(a)).toEqual([]);
  sync();
  approveAll(b);
  expect(b.people.find(ben)!.role).toBe('owner');
  a.accounts.change(ben, { role: 'family' }, commandLine);
  // Only the grant set comes through.
  b.library.insert(a.library.leaves(peopleId).map(({ rev }) => a.library.revision(peopleId, rev)!));
  expect(b.people.find(ben)!.role).toBe('family');
  expect(itemAccess(b.library).keepsRole(ben)).toBe(false);
  sync();
  a.accounts.change(ben, { role: 'owner' }, commandLine);
  sync();
  approveAll(b);
  for (const one of [a, b]) {
    expect(one.people.find(ben)!.role).toBe('owner');
    expect(itemAccess(one.library).keepsRole(ben)).toBe(true);
  }
});

test('a removal received as an end alone ends the sessions of the person', async () => {
  const { a, b, sync, anna, ben } = await mesh();
  share(a, anna, ben);
  sync();
  await b.signing.setPassword(ben, good, commandLine);
  const { session } = entered(await b.signing.byPassword('Ben', good, visit()));
  a.accounts.remove(ben, commandLine);
  b.library.insert(
    a.library.leaves(peopleId).map(({ rev }) => a.library.revision(peopleId, rev)!),
    { from: 'cabin' },
  );
  expect(b.people.find(ben)).toBeUndefined();
  expect(b.sessions.list(ben)).toEqual([]);
  expect(b.sessions.find(session)).toBeUndefined();
  expect(b.audit.list(10).entries.some(({ what, who }) => what === 'person-removed' && who === 'cabin')).toBe(true);
});

test('the last owner who can sign in stays until an owner here decides, whatever ends arrive', async () => {
  const { a, b, sync, ada, anna, ben } = await mesh();
  share(a, anna, ben);
  sync();
  approveAll(b);
  await b.signing.setPassword(ada, good, commandLine);
  const bob = await a.join('Bob', 'owner');
  a.accounts.remove(ada, commandLine);
  sync();
  expect(b.people.find(ada)?.role).toBe('owner');
  approveAll({ ...b, accounts: { ...b.accounts, waiting: () => b.accounts.waiting().filter(({ id }) => id === bob) } });
  await b.signing.setPassword(bob, good, commandLine);
  share(a, anna, bob);
  a.accounts.change(ben, { role: 'owner' }, commandLine);
  a.accounts.change(ben, { role: 'family' }, commandLine);
  sync();
  // It waits, though she is the last one no more.
  expect(b.people.find(ada)?.role).toBe('owner');
  const { id, edition } = b.accounts.waiting().find((one) => one.id === ada)!;
  b.accounts.reject(id, edition, commandLine);
  expect(itemAccess(b.library).isMember(ada)).toBe(true);
  sync();
  approveAll(a);
  expect(itemAccess(a.library).isMember(ada)).toBe(true);
});

test('if the grant set can’t be written, a return has no effect', async () => {
  const { a, b, sync, anna, ben } = await mesh();
  share(a, anna, ben);
  a.accounts.remove(ben, commandLine);
  sync();
  takeBack(b, ben);
  sync();
  const { rev, body } = a.library.get(peopleId)!;
  const revisions = [`2-${'f'.repeat(32)}`, rev];
  a.library.insert([{ id: peopleId, revisions, deleted: false, body: { ...body, format: 99 } }]);
  const { id, edition } = a.accounts.waiting()[0]!;
  const before = a.library.lastChange();
  expect(() => a.accounts.approve(id, edition, commandLine)).toThrow(/newer version/);
  expect(a.library.lastChange()).toBe(before);
  expect(a.people.find(ben)).toBeUndefined();
  expect(a.accounts.waiting()).toHaveLength(1);
  // An end always goes in.
  a.accounts.remove(anna, commandLine);
  expect(ends(a)).toHaveLength(2);
});
