/**
 * Random histories of people with personal libraries: three servers, whose clocks are years apart, and documents that
 * arrive in any order. The visibility at each server is compared with the model of people-truth.ts.
 */
import {
  openItemAccess,
  readItem,
  type AccessDocuments,
  type ItemAccess,
  type Onlooker,
} from '../../src/access/item-access.js';
import { canonical } from '../../src/document/canonical-json.js';
import {
  house,
  itemId,
  membersId,
  offerId,
  peopleId,
  publicIdOf,
  sharingId,
  type Item,
} from '../../src/document/item-id.js';
import { offeredIn } from '../../src/document/offer-document.js';
import type { Audience } from '../../src/document/photo-document.js';
import { openDice, type Dice } from '../simulation/dice.js';
import { isShutOut, truth, type Looker } from './people-truth.js';
import { albums, items, offers, openWorld, people, type Server, type World } from './people-world.js';

const lookers: Looker[] = [
  ...people.map((person, n) => ({ person, actsForHouse: n === 0 })),
  { person: people[1]!, unlocked: true },
  { actsForHouse: true },
  {},
];

const asOnlooker = ({ person, actsForHouse = false, unlocked = false }: Looker): Onlooker =>
  person === undefined
    ? { kind: actsForHouse ? 'house' : 'visitor' }
    : { kind: 'person', person, actsForHouse, unlocked };

/** The offers at a server, as a library would find them. */
export const offersAt = ({ documents }: Server): Pick<AccessDocuments, 'offers' | 'itemsIn'> => ({
  offers: () => offers.filter((offer) => documents.has(offerId(offer))),
  itemsIn: (offer) => new Set(offeredIn(documents.get(offerId(offer)))),
});

/** The decision at a server, from the documents there. */
export function openAccess(world: World, server: Server): ItemAccess {
  return openItemAccess({
    find: (id) => world.setOf(server, id),
    isThere: (person) => people.includes(person),
    hasAlbum: (album) => server.documents.get(`own-album:${album}`)?.['removed'] === undefined,
    ...offersAt(server),
  });
}

/** A random act of a random person at a random server. */
export function happen(world: World, dice: Dice): void {
  const server = dice.pick(world.servers);
  const person = dice.pick(people);
  const other = `person:${dice.pick(people)}`;
  const by = `person:${dice.chance(0.9) ? person : dice.pick(people)}`;
  const own = items.filter(({ holder }) => holder === person || (person === people[0] && holder === house));
  const id = itemId(dice.pick(own));
  const album = dice.pick(albums);
  const ofMine = (names: readonly string[]): string =>
    dice.pick(names.filter((name) => name.startsWith(person) || (person === people[0] && name.startsWith(house))));
  const mine = ofMine(albums);
  const members = membersId(mine);
  const deeds: [number, () => void][] = [
    [8, () => world.create(server, id, by)],
    [3, () => world.edit(server, id, 'audience', dice.pick<Audience>(['private', 'family', 'public']), by)],
    [2, () => world.edit(server, id, 'words', true, by)],
    [2, () => world.edit(server, id, dice.pick(['trashed', 'archived'] as const), dice.chance(0.4), by)],
    [6, () => world.give(server, id, dice.chance(0.5) ? mine : album, 'entry', by)],
    [2, () => world.end(server, id, album, by)],
    [1, () => world.end(server, id, '*', by)],
    [2, () => world.give(server, id, '*', 'unlocked', by)],
    [4, () => world.give(server, sharingId(person), other, 'partner', by)],
    [2, () => world.end(server, sharingId(person), other, by)],
    [3, () => world.give(server, offerId(ofMine(offers)), dice.chance(0.5) ? house : other, 'take', by)],
    [1, () => world.end(server, offerId(dice.pick(offers)), dice.chance(0.5) ? house : other, by)],
    [7, () => world.give(server, members, other, dice.pick(['view', 'add', 'add']), by)],
    [2, () => world.end(server, members, other, dice.chance(0.5) ? by : other)],
    [3, () => world.end(server, members, `item:${publicIdOf(dice.pick(items))}`, by)],
    [0.3, () => world.removeAlbum(server, album, by)],
    [1, () => world.end(server, peopleId, dice.pick([other, `role:${person}`]), by)],
    [3, () => world.give(server, peopleId, dice.pick([other, other, `role:${person}`]), 'member', by)],
    [1, () => world.give(server, peopleId, `publish:${person}`, 'publish', by)],
    [0.5, () => world.end(server, peopleId, `publish:${person}`, by)],
    [2, () => world.spoil(server, dice.pick(world.ids))],
    [30, () => world.send(server, dice.pick(world.servers), dice.pick(world.ids))],
  ];
  let at = dice.below(1_000_000) * 1e-6 * deeds.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, deed] of deeds) {
    if ((at -= weight) < 0) return deed();
  }
}

/** The number of comparisons in which an item was visible, and hidden. */
export interface Looked {
  shown: number;
  hidden: number;
}

/** Compares the visibility for everyone at a server with the model. */
function compare(world: World, server: Server, looked: Looked): void {
  const access = openAccess(world, server);
  const all = [...new Set(world.servers.flatMap(({ known }) => [...known.values()].flatMap((acts) => [...acts])))];
  for (const item of items) {
    const claims = readItem(item, server.documents.get(itemId(item)));
    for (const looker of lookers) {
      const found = claims !== undefined && access.maySee(asOnlooker(looker), claims);
      const text = `${itemId(item)} and ${looker.person ?? 'a visitor'}`;
      if (found !== truth(server, looker, item)) throw new Error(`${text}: wrongly ${found ? 'shown' : 'hidden'}`);
      looked[found ? 'shown' : 'hidden']++;
      const isOffered = found && access.seesOffered(asOnlooker(looker), { ...claims, ...item }, publicIdOf(item));
      const isPartnersOnly = found && !isOffered && claims.audience === 'private' && claims.entries.length === 0;
      if (isPartnersOnly && isStranger(looker, item) && isShutOut(all, server, looker.person!, item))
        throw new Error(`${text}: shown what came after they were shut out`);
    }
  }
}

const isStranger = ({ person, actsForHouse }: Looker, { holder }: Item): boolean =>
  person !== undefined && (holder === house ? actsForHouse !== true : holder !== person);

/**
 * Plays a history of this many acts and document transfers; at its end every server has all documents, and all must be
 * equal. Throws, with the seed, if a server shows an item that it should hide, or hides one that it should show.
 */
export function playPeople(seed: number, length: number): Looked {
  const dice = openDice(seed);
  const world = openWorld(dice);
  const looked: Looked = { shown: 0, hidden: 0 };
  try {
    for (let n = 0; n < length; n++) {
      happen(world, dice);
      if (n % 10 === 9) compare(world, dice.pick(world.servers), looked);
    }
    for (const from of [...world.servers, ...world.servers])
      for (const to of world.servers) for (const id of world.ids) world.send(from, to, id);
    for (const server of world.servers) compare(world, server, looked);
    const [first, ...others] = world.servers.map(({ documents }) => canonical([...documents].sort()));
    if (others.some((other) => other !== first)) throw new Error('servers that have everything are not equal');
    return looked;
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
  }
}
