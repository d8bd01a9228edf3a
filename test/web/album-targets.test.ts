/** Where photos go that are added to an album by its name: those of the house, one's own, and those of others. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { MemberAlbum } from '../../src/api/answer-types.js';
import { optionsFor, planAdding } from '../../web/src/features/albums/album-targets.js';
import { loadAreas } from '../../web/src/lib/messages.js';

beforeAll(() => loadAreas('albums'));

const [ada, ben] = ['A'.repeat(26), 'B'.repeat(26)];
const album = (id: string, holder: string, right: MemberAlbum['right'], name = 'Summer'): MemberAlbum => ({
  ...{ album: id, holder, right, name, added: '2026-01-01T10:00:00.000Z', count: 3, sort: 'newest' },
  ...(right !== 'holder' && { holderName: 'Ben' }),
});
const photos = [{ id: 'house' }, { id: 'own', holder: ada }, { id: 'his', holder: ben }];
const [owner, family] = [
  { person: ada, edits: true, owns: true },
  { person: ada, edits: false, owns: false },
];
/** A family member with the right to edit, who is not an owner. */
const editor = { person: ada, edits: true, owns: false };
const none = { named: [], own: [], house: [], left: [], shared: new Map() };
const of = (...shared: MemberAlbum[]) => ({ shared, named: [] });

describe('photos added to an album by name', () => {
  it('go into one new album of the house if they are of both libraries of an owner, and those of others into none', () => {
    expect(planAdding(photos, 'Summer', of(), owner)).toEqual({ ...none, house: ['house', 'own'], left: ['his'] });
    expect(planAdding(photos.slice(1), 'Summer', of(), owner)).toEqual({ ...none, own: ['own'], left: ['his'] });
    expect(planAdding(photos.slice(0, 1), 'Summer', of(), owner)).toEqual({ ...none, named: ['house'] });
  });

  it('go into an album of the house by name, and a new one of one’s own', () => {
    const apart = { ...none, named: ['house'], own: ['own'], left: ['his'] };
    expect(planAdding(photos, 'Summer', of(), editor)).toEqual(apart);
    // Everybody sees the one that exists by name as before, so it does not become one with members.
    const named = [{ value: 'Summer', count: 5 }];
    expect(planAdding(photos, 'Summer', { shared: [], named }, owner)).toEqual(apart);
    expect(planAdding(photos, 'Summer', of(), family)).toEqual({ ...none, own: ['own'], left: ['house', 'his'] });
  });

  it('go into albums with members of that name that take them', () => {
    const albums = [
      album('1', 'house', 'holder'),
      album('2', ada, 'holder'),
      album('3', ben, 'add'),
      album('4', ada, 'holder', 'Winter'),
    ];
    const into = (...pairs: [string, string[]][]) => new Map(pairs);
    // One that takes all is better than two.
    expect(planAdding(photos, 'Summer', of(...albums), owner)).toEqual({
      ...none,
      ...{ shared: into(['house:1', ['house', 'own']]), left: ['his'] },
    });
    expect(planAdding(photos.slice(1), 'Summer', of(...albums), owner).shared).toEqual(into([`${ada}:2`, ['own']]));
    // One that was chosen gets them, or none does.
    for (const [chosen, own] of [
      [`${ben}:3`, ['own']],
      [`${ada}:2`, ['own']],
      ['house:1', ['house', 'own']],
    ] as const)
      expect(planAdding(photos, 'Summer', of(...albums), owner, chosen)).toEqual({
        ...none,
        shared: into([chosen, [...own]]),
        left: photos.map(({ id }) => id).filter((id) => !(own as readonly string[]).includes(id)),
      });
    // Seeing an album is not enough; and a photo of the house is in no album of a person.
    expect(planAdding(photos, 'Summer', of(album('1', ben, 'view')), editor)).toEqual({
      ...{ ...none, named: ['house'], own: ['own'], left: ['his'] },
    });
    expect(planAdding(photos, 'Summer', of(album('1', 'house', 'view')), family).left).toEqual(['house', 'his']);
  });

  it('offer the albums that accept some of them, and name the holder where names are equal', () => {
    const shared = [
      album('1', ada, 'holder'),
      album('2', ben, 'add'),
      album('3', ben, 'view'),
      album('4', ben, 'add', ''),
    ];
    const named = [
      { value: 'Summer', count: 5 },
      { value: 'Garden', count: 2 },
    ];
    const own = { value: 'Summer', count: 3, album: `${ada}:1` };
    const his = { value: 'Summer', count: 3, album: `${ben}:2`, about: 'by Ben' };
    expect(optionsFor(photos.slice(1, 2), { shared, named }, owner)).toEqual([own, his]);
    expect(optionsFor(photos.slice(0, 1), { shared, named }, owner)).toEqual(named);
    expect(optionsFor(photos.slice(0, 1), { shared, named }, family)).toEqual([]);
    expect(optionsFor(photos, { shared, named }, owner)).toEqual([own, his, named[1]]);
    const ours = of(album('5', 'house', 'holder'));
    expect(optionsFor(photos.slice(0, 1), ours, owner)[0]).not.toHaveProperty('about');
    expect(optionsFor(photos.slice(1, 2), ours, owner)).toMatchObject([{ about: 'in the family library' }]);
  });

  it('come in the order of their newest photos; an album without photos counts as new when it was created', () => {
    const shared = [
      { ...album('1', 'house', 'holder', 'Old'), newest: '2020-05-01T10:00:00' },
      { ...album('2', 'house', 'holder', 'Empty'), added: '2024-02-01T10:00:00.000Z' },
    ];
    const named = [
      { value: 'Large', count: 50, newest: '2021-01-01T10:00:00' },
      { value: 'New', count: 2, newest: '2024-03-01T10:00:00' },
    ];
    const options = optionsFor(photos, { shared, named }, owner);
    expect(options.map(({ value }) => value)).toEqual(['New', 'Empty', 'Large', 'Old']);
  });

  it('tell the viewer’s own album of a name from that of the house', () => {
    const shared = [album('1', 'house', 'holder'), album('2', ada, 'holder'), album('3', ada, 'holder', 'Winter')];
    const options = optionsFor(photos, { shared, named: [] }, owner);
    expect(options.map(({ album, about }) => [album, about])).toEqual([
      ['house:1', 'in the family library'],
      [`${ada}:2`, 'in your own library'],
      [`${ada}:3`, undefined],
    ]);
  });
});
