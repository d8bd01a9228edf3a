/** Where photos go that are added to the album of a name, and the albums to choose from. Pure. */
import type { Facet, MemberAlbum } from '../../../../src/api/answer-types.js';
import { m } from '../../lib/messages.js';
import type { Option } from '../../lib/ui/combobox-matches.js';
import { newestFirst } from './list-order.js';
import { nameOfAlbum } from './member-albums-api.js';

/** A photo, by the id of its holder; without one it is the house's. */
export interface Held {
  id: string;
  holder?: string | undefined;
}

/** The albums that photos can be added to: those with members, and those of the house that exist by name. */
export interface Targets {
  shared: readonly MemberAlbum[];
  named: readonly Facet[];
}

/** An album to choose; `album` is the id of one with members. */
export type AlbumOption = Option & { album?: string };

/** The person who adds, whether they may edit the photos of the house, and whether they own it. */
export interface Adder {
  person: string | undefined;
  edits: boolean;
  owns: boolean;
}

/** Where photos go, by their ids. */
export interface Adding {
  /** Into the album of the house that exists by name. */
  named: string[];
  /** Into albums with members. */
  shared: Map<string, string[]>;
  /** Into a new album of the viewer. */
  own: string[];
  /** Into a new album of the house with members, which takes photos of both libraries. */
  house: string[];
  /** Into none. */
  left: string[];
}

const house = 'house';

/**
 * Whether an album takes photos of a library: a person's only from that person, those of the house only in its own albums,
 * from its owners, which also take the photos of an owner.
 */
const takes = ({ right, holder }: MemberAlbum, from: string, { person }: Adder): boolean =>
  right === 'holder' ? holder === from || (holder === house && from === person) : right === 'add' && from === person;

/** Whether any album with members may take photos of a library from this person. */
const isAddable = (from: string, { person, owns }: Adder): boolean => (from === house ? owns : from === person);

/**
 * Where photos go that are added to the album of a name, or only to the one that was `chosen`. One album for all of
 * them is better than two with one name.
 */
export function planAdding(
  photos: readonly Held[],
  name: string,
  { shared, named }: Targets,
  adder: Adder,
  chosen?: string,
): Adding {
  const plan: Adding = { named: [], shared: new Map(), own: [], house: [], left: [] };
  const libraries = [...new Set(photos.map(({ holder = house }) => holder))].filter((from) => isAddable(from, adder));
  const namesakes = shared
    .filter((album) => (chosen === undefined ? album.name === name : nameOfAlbum(album) === chosen))
    .sort((a, b) => Number(takesAll(b)) - Number(takesAll(a)));
  function takesAll(album: MemberAlbum): boolean {
    return libraries.every((from) => takes(album, from, adder));
  }
  const isNew = !named.some(({ value }) => value === name) && !namesakes.some(({ right }) => right !== 'view');
  const together = chosen === undefined && isNew && libraries.length > 1;
  for (const { id, holder = house } of photos) {
    const fitting = namesakes.filter((album) => takes(album, holder, adder));
    const album =
      (libraries.length > 1 ? fitting.find(takesAll) : undefined) ??
      fitting.find((one) => one.holder === holder) ??
      fitting.find(({ right }) => right === 'holder') ??
      fitting[0];
    const key = album && nameOfAlbum(album);
    if (key !== undefined) plan.shared.set(key, [...(plan.shared.get(key) ?? []), id]);
    else if (together && libraries.includes(holder)) plan.house.push(id);
    else if (chosen !== undefined) plan.left.push(id);
    else if (holder === house && adder.edits) plan.named.push(id);
    else if (holder !== house && holder === adder.person) plan.own.push(id);
    else plan.left.push(id);
  }
  return plan;
}

/**
 * What distinguishes an album from others of its name: its holder, unless it is the only one of the viewer's.
 * `withOwn`: the viewer's own photos are added, and the other owners of the house see them in its albums.
 */
function aboutOf(
  { right, name, holder, holderName }: MemberAlbum,
  among: readonly MemberAlbum[],
  withOwn: boolean,
): string | undefined {
  if (right !== 'holder') return holderName === undefined ? undefined : m.albums.by(holderName);
  if (withOwn && holder === house) return m.albums.heldIn.house;
  const isOnly = !among.some((one) => one.right === 'holder' && one.name === name && one.holder !== holder);
  return isOnly ? undefined : m.albums.heldIn[holder === house ? 'house' : 'own'];
}

/**
 * The albums that accept some of these photos, those with the newest photos first. Albums with the same name also show
 * their holder.
 */
export function optionsFor(photos: readonly Held[], { shared, named }: Targets, adder: Adder): AlbumOption[] {
  const holders = new Set(photos.map(({ holder = house }) => holder));
  const fitting = shared.filter(
    (album) => album.name !== '' && [...holders].some((holder) => takes(album, holder, adder)),
  );
  const own = new Set(fitting.filter(({ right }) => right === 'holder').map(({ name }) => name));
  const ofHouse = holders.has(house) && adder.edits ? named.filter(({ value }) => !own.has(value)) : [];
  const withMembers = fitting.map((album) => {
    const about = aboutOf(album, fitting, adder.person !== undefined && holders.has(adder.person));
    const option = { value: album.name, count: album.count, album: nameOfAlbum(album) };
    return {
      latest: album.newest ?? album.added,
      option: (about === undefined ? option : { ...option, about }) satisfies AlbumOption,
    };
  });
  const byName = ofHouse.map(({ value, count, newest }) => ({ latest: newest, option: { value, count } }));
  return [...withMembers, ...byName].sort(newestFirst).map(({ option }) => option);
}
