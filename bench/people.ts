/**
 * A library of people for `npm run bench catalog`: ten people and the house have the photos, 200 shared albums overlap,
 * some people are partners, some photos have the same bytes, and memberships ended in the past, so that photos differ
 * in the ends that they have seen.
 */
import { openItemAccess, type ItemAccess } from '../src/access/item-access.js';
import type { Viewer } from '../src/catalog/catalog.js';
import { headsOf, readGrants, withEnd, withGive, type GrantSet, type Saw } from '../src/document/grants.js';
import {
  house,
  itemId,
  membersId,
  offerId,
  peopleId,
  publicIdOf,
  sharingId,
  type Holder,
} from '../src/document/item-id.js';
import { formatStamp } from '../src/document/stamp.js';
import { familyMember, makeRandom, type SyntheticPhoto } from './synthetic.js';
import { owner } from '../src/document/photo-senders.js';

const ulid = (n: number): string => `01JD${String(n).padStart(22, '0')}`;
const people = Array.from({ length: 10 }, (_, n) => ulid(n));
const holders: Holder[] = [...people, house, house, house];
const albums = Array.from({ length: 200 }, (_, n) => `${[...people, house][n % 11]!}:${ulid(1_000 + n)}`);
/** Open offers, two of each person: one to the next person, one to the house. */
const offers = people.flatMap((giver, n) => [
  { name: `${giver}:${ulid(2_000 + n)}`, giver, to: `person:${people[(n + 1) % 10]!}` },
  { name: `${giver}:${ulid(2_100 + n)}`, giver, to: house },
]);
/** The most photos of an offer. */
const inOffer = 500;
const authorOf = (holder: Holder): string => `person:${holder === house ? people[0]! : holder}`;
/** The number of earlier states of a control document that photos and entries have seen. */
const states = 4;

/** A library of people. */
export interface PeopleLibrary {
  /** Each person (two of them act for the house), the bearer of a token, and a visitor. */
  viewers: Viewer[];
  /** The shared albums, as `<holder>:<ulid>`. */
  albums: readonly string[];
  access: () => ItemAccess;
  /** Assigns a photo to someone, and puts some into albums. */
  assign(photo: SyntheticPhoto): SyntheticPhoto;
  /** Ends a membership, after the one ended before is as it was. */
  revoke(): void;
}

/** The history of control documents, with what someone had seen at a time. */
function openPast(random: () => number) {
  const controls = openControls();
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

  /** Ends for people who are gone: later entries have seen them. */
  const past = new Map<string, string[][]>();
  function age(id: string): void {
    const heads = [controls.heads(id)];
    for (let n = 1; n < states; n++) {
      controls.end(id, `person:${ulid(500 + n)}`, authorOf(people[0]!));
      heads.push(controls.heads(id));
    }
    past.set(id, heads);
  }
  const seenOf = (ids: readonly string[]): Saw =>
    Object.fromEntries(ids.map((id) => [id, pick(past.get(id)!)] as const).filter(([, heads]) => heads.length > 0));

  age(peopleId);
  for (const [n, person] of people.entries()) {
    age(sharingId(person));
    if (n % 3 === 0) controls.give(sharingId(person), `person:${people[(n + 1) % 10]!}`, 'partner', person);
  }
  const members = albums.flatMap((album) => {
    const holder = album.split(':')[0]!;
    age(membersId(album));
    const others = people.filter((person) => person !== holder && random() < 0.4);
    for (const person of others)
      controls.give(membersId(album), `person:${person}`, random() < 0.3 ? 'add' : 'view', holder);
    return others.map((person) => ({ album, holder, person }));
  });

  return { controls, members, seenOf };
}

/** The sightings of a photo, as if a given sender had sent it. */
const broughtBy = (by: string, { document }: SyntheticPhoto): object =>
  Object.fromEntries(Object.entries(document.sightings).map(([key, sighting]) => [key, { ...sighting, by }]));

/** Opens it. */
export function openPeopleLibrary(seed: number): PeopleLibrary {
  const random = makeRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const { controls, members, seenOf } = openPast(random);
  const offered = new Map(offers.map(({ name }) => [name, new Set<string>()]));
  for (const { name, giver, to } of offers) controls.give(offerId(name), to, 'take', giver);

  let before: SyntheticPhoto | undefined;
  let ended: { id: string; document: object | undefined } | undefined;
  const openNow = (): ItemAccess =>
    openItemAccess({
      ...{ find: controls.find, isThere: (person) => people.includes(person), hasAlbum: () => true },
      ...{ offers: () => offers.map(({ name }) => name), itemsIn: (name) => offered.get(name)! },
    });
  let access = openNow();

  return {
    viewers: [
      ...people.map((person, n): Viewer => ({ onlooker: { kind: 'person', person, actsForHouse: n < 2 } })),
      { onlooker: { kind: 'house' } },
      { onlooker: { kind: 'visitor' } },
    ],
    albums,
    access: () => access,
    assign(photo) {
      const holder = pick(holders);
      const isCopy = before !== undefined && holder !== house && random() < 0.03;
      const sha256 = isCopy ? before!.sha256 : photo.sha256;
      before = photo;
      const under = seenOf(holder === house ? [peopleId] : [peopleId, sharingId(holder)]);
      const at = formatStamp({ ms: 1.6e12, counter: 0, epoch: 'bench' });
      const by = authorOf(holder);
      const asTheirs = (_key: string, value: unknown): unknown =>
        value === familyMember || value === owner ? by : value;
      const edits = {
        ...(JSON.parse(JSON.stringify(photo.document.edits), asTheirs) as object),
        ...(random() < 0.02 && { archived: [{ value: true, at, by }] }),
        under: Object.fromEntries(
          Object.entries(under).flatMap(([set, heads]) => heads.map((head) => [`${set} ${head}`, { at, by: 'x' }])),
        ),
        ...(random() < 0.15 && { gives: entriesOf(holder, at) }),
      };
      const id = itemId({ holder, sha256 });
      for (const { name, giver } of offers) {
        const items = offered.get(name)!;
        if (giver === holder && items.size < inOffer && random() < 0.05) items.add(publicIdOf({ holder, sha256 }));
      }
      return {
        id,
        sha256,
        document: { ...photo.document, edits, sightings: broughtBy(by, photo) } as SyntheticPhoto['document'],
      };
    },
    revoke() {
      // As it was, not given again: thousands of ended memberships would be a history that no family has.
      if (ended) controls.put(ended.id, ended.document);
      const { album, person, holder } = pick(members);
      ended = { id: membersId(album), document: controls.document(membersId(album)) };
      controls.end(ended.id, `person:${person}`, authorOf(holder));
      access = openNow();
    },
  };

  function entriesOf(holder: Holder, at: string): object {
    const own = albums.filter((album) => album.startsWith(holder));
    const others = members.flatMap(({ person, album }) => (person === holder ? [album] : []));
    const chosen = new Set(
      Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
        pick(others.length === 0 || random() < 0.8 ? own : others),
      ),
    );
    const entry = (album: string) => ({ at, by: authorOf(holder), saw: seenOf([peopleId, membersId(album)]) });
    return Object.fromEntries([...chosen].map((album) => [`${album} entry ${at}`, entry(album)]));
  }
}

/** Control documents, each parsed once until one of them changes, as the library does. */
function openControls() {
  const documents = new Map<string, object | undefined>();
  const parsed = new Map<string, GrantSet>();
  let ms = 1.7e12;
  const author = (by: string) => ({ at: formatStamp({ ms: ++ms, counter: 0, epoch: 'bench' }), by });
  function find(id: string): GrantSet | undefined {
    const body = documents.get(id);
    if (body && !parsed.has(id)) parsed.set(id, readGrants(body));
    return parsed.get(id);
  }
  const put = (id: string, document: object | undefined): void => {
    documents.set(id, document);
    parsed.delete(id);
  };
  const change = (id: string, write: (body: object) => object): void => put(id, write(documents.get(id) ?? {}));
  return {
    find,
    put,
    document: (id: string) => documents.get(id),
    heads: (id: string): string[] => headsOf(readGrants(documents.get(id))),
    end: (id: string, to: string, by: string): void => change(id, (body) => withEnd(body, to, author(by))),
    give(id: string, to: string, what: string, holder: Holder): void {
      const by = author(`person:${holder === house ? people[0]! : holder}`);
      change(id, (body) => withGive(body, { to, what }, by, { [peopleId]: find(peopleId) ?? readGrants(undefined) }));
    },
  };
}
