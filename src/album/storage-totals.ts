/**
 * The storage used by people, as far as it may be shown: to themselves exactly and with everything they hold; to owners
 * rounded, and without trashed and locked items, because the exact size of a single new file could identify it.
 */
import { readStanding } from '../access/pending-roles.js';
import type { People } from '../access/people.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Amount, StorageUse } from '../catalog/storage-used.js';
import { isPerson, type Holder } from '../document/item-id.js';
import type { Library } from '../library/library.js';

/** The storage used by one holder: all of it, and the part in the trash. */
export interface HolderStorage extends Amount {
  trash: Amount;
}

/** The storage used by a person, for owners. `removed`: they were removed and their photos are still here. */
export interface PersonStorage extends Amount {
  person: string;
  name: string;
  removed?: true;
}

const none: Amount = { photos: 0, bytes: 0 };

/** Totals for owners are rounded up to whole multiples of this many bytes. */
const coarse = 100_000_000;

/** The storage used by a holder, for those who act for the holder. */
export function storageOfOne(catalog: Pick<Catalog, 'storage'>, holder: Holder): HolderStorage {
  const used = catalog.storage().find((one) => one.holder === holder);
  const parts = used ? [used.shown, used.trashed, used.locked] : [];
  const sum = (key: keyof Amount): number => parts.reduce((all, part) => all + part[key], 0);
  return { photos: sum('photos'), bytes: sum('bytes'), trash: used?.trashed ?? none };
}

/** The use of space, with the total of all kinds. */
export function sumOf(use: StorageUse): StorageUse & Amount {
  const sum = (key: keyof Amount): number => use.kinds.reduce((all, one) => all + one[key], 0);
  return { ...use, photos: sum('photos'), bytes: sum('bytes') };
}

/** The storage used by each person who belongs to the family or has items here, by name, for owners. */
export function storageOfEach(
  catalog: Pick<Catalog, 'storage'>,
  library: Library,
  people: Pick<People, 'all'>,
): PersonStorage[] {
  const used = new Map(catalog.storage().map(({ holder, shown }) => [holder, shown]));
  const members = people.all().map(({ id, name }) => ({ person: id, name }));
  const removed = [...used.keys()]
    .filter((holder) => isPerson(holder) && !members.some(({ person }) => person === holder))
    .map((person) => ({ person, name: nameOfRemoved(library, person), removed: true as const }));
  return [...members, ...removed]
    .map((one) => {
      const { photos, bytes } = used.get(one.person) ?? none;
      return { ...one, photos, bytes: Math.ceil(bytes / coarse) * coarse };
    })
    .sort((a, b) => a.name.localeCompare(b.name) || (a.person < b.person ? -1 : 1));
}

/** The name of a removed person; their id if it is not known here. */
export const nameOfRemoved = (library: Library, person: string): string =>
  readStanding(library.get(`person:${person}`)?.body)?.name ?? person;
