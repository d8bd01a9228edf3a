/**
 * The documents of a hostile server in a mesh of people's libraries: entries of grant sets that are not objects,
 * malformed ends, gives by people without the right to them, or that saw a non-existent end, documents without their
 * previous ends, unknown kinds, ids that resemble those of items, and floods. None of them gives access. Well-formed
 * ends do end access, and the effect of gives in the name of a holder follows from the model.
 */
import { itemId, membersId, peopleId, publicIdOf, sharingId, type Item } from '../../src/document/item-id.js';
import type { Dice } from '../simulation/dice.js';
import { albums, items, people } from '../access/people-world.js';

/** A mark in all texts of documents by hostile servers that must never be shown. */
export const hostileMark = 'zqhostileq';

type Json = Record<string, unknown>;
const isJson = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A valid stamp: near, or at the end of time. */
function stampOf(dice: Dice): string {
  const ms = dice.chance(0.3) ? '999999999999999' : `00${1_700_000_000_000 + dice.below(1e9)}`;
  return `${ms}-${dice.pick(['0000', 'fffd'])}-x${dice.below(1e9).toString(36)}`;
}

const junkKeys = (dice: Dice): string => {
  const person = dice.pick(people);
  return dice.pick([
    ...['', ' ', 'x', '__proto__', 'constructor', 'person view', `person:${person}`, `person:${person} view`],
    ...[`person:${person} view zzz`, `person:${person} VIEW ${stampOf(dice)}`, `person:${person}  ${stampOf(dice)}`],
    ...[`* * *`, `person:${person}\n${stampOf(dice)}`, `person:${person} ${'9'.repeat(400)}`, `${hostileMark} x y z`],
  ]);
};

/** A meaningless entry under any key, or any entry under a meaningless key. */
function junk(dice: Dice): [string, unknown] {
  const values = [5, null, 'text', [], [{ at: stampOf(dice), by: 'x' }], true];
  if (dice.chance(0.5)) return [`person:${dice.pick(people)} ${stampOf(dice)}`, dice.pick(values)];
  return [junkKeys(dice), dice.pick([...values, {}, { at: 5, by: {}, saw: { self: 'x' } }, { saw: [[[]]] }])];
}

/** The rights that can be given in sets of a kind. */
const whatIn: Record<string, string> = { sharing: 'partner', offer: 'take' };

/** A give by a hostile server. `unknown`: it saw an end of this set that does not exist. */
interface ForgedGive {
  to: string;
  what: string;
  at: string;
  by: string;
  unknown?: string;
}

/**
 * A well-formed give in the name of its holder or of anyone else, that saw nothing, or a non-existent end. An offer
 * gets none in the name of its giver: that would be another offer.
 */
function forgedGive(dice: Dice, document: string): ForgedGive | undefined {
  const holder = /^(?:own|photo|sharing|members|offer):([^:]+)/.exec(document)?.[1];
  if (holder === undefined) return undefined;
  const isItem = /^(?:own|photo):/.test(document);
  const [to, what] = isItem
    ? dice.pick([...[...albums, ...albums].map((album) => [album, 'entry'] as const), ['*', 'unlocked'] as const])
    : ([
        `person:${dice.pick(people)}`,
        whatIn[document.slice(0, document.indexOf(':'))] ?? dice.pick(['view', 'add']),
      ] as const);
  const at = stampOf(dice);
  const names = people.filter((one) => one !== holder).map((one) => `person:${one}`);
  const isOffer = document.startsWith('offer:');
  // For the house, anyone who was not demoted can give.
  if (dice.chance(0.45) && !(isOffer && holder === 'house'))
    return { to, what, at, by: dice.pick(['owner', 'house', ...names, ...names]) };
  const by = people.includes(holder) ? `person:${holder}` : dice.pick(names);
  return { to, what, at, by, ...((isOffer || dice.chance(0.4)) && { unknown: dice.pick([document, peopleId]) }) };
}

/**
 * The result for a document: its new body, and the ends that were added; one with a malformed key, with an empty `to`,
 * ends nothing, but an author who sees it must name it.
 */
export interface Forgery {
  body: Json;
  ends: { to: string; at: string; by: string }[];
  /** The well-formed gives that were added. */
  gives: ForgedGive[];
  /** Whether the existing ends are omitted. */
  isWithoutEnds: boolean;
}

/** Forges a new revision of an existing document. */
export function forgeOn(dice: Dice, document: string, body: Json): Forgery {
  const isItem = /^(?:photo|own):/.test(document);
  const part = { ...((isItem ? body['edits'] : body) as Json) };
  const put = (name: 'gives' | 'ends', entries: [string, unknown][]): void => {
    part[name] = { ...(part[name] as Json | undefined), ...Object.fromEntries(entries) };
  };
  const roll = dice.below(10);
  if (roll === 9) return withoutEnds(document, body);
  const forgery: Forgery = { body, ends: [], gives: [], isWithoutEnds: false };
  if (roll < 3) {
    const entries = Array.from({ length: dice.pick([1, 2, 30]) }, () => junk(dice));
    const name = dice.pick(['gives', 'ends'] as const);
    put(name, entries);
    // Of two entries with one key, the last remains.
    const remaining = Object.values(Object.fromEntries(entries));
    if (name === 'ends' && remaining.some(isJson)) forgery.ends.push({ to: '', at: '', by: 'x' });
  }
  const give = roll >= 3 && roll < 7 ? forgedGive(dice, document) : undefined;
  if (give) {
    const { to, what, at, by, unknown } = give;
    const saw = unknown === undefined ? {} : { [unknown === document ? 'self' : unknown]: [`${to} ${stampOf(dice)}`] };
    put('gives', [[`${to} ${what} ${at}`, { at, by, saw }]]);
    forgery.gives.push(give);
  } else if (roll >= 3 && roll < 7) put('gives', [junk(dice)]);
  if (roll >= 7 && roll < 9) {
    const at = stampOf(dice);
    const to = dice.pick([
      '*',
      `person:${dice.pick(people)}`,
      dice.pick(albums),
      `item:${publicIdOf(dice.pick(items))}`,
    ]);
    const by = `person:${dice.pick(people)}`;
    put('ends', [[`${to} ${at}`, { at, by, saw: {} }]]);
    forgery.ends.push({ to, at, by });
  }
  forgery.body = isItem ? { ...body, edits: part } : part;
  return forgery;
}

/** A new revision of a document, without the ends that it had. */
export function withoutEnds(document: string, body: Json): Forgery {
  const without = ({ ends: _ends, ...rest }: Json): Json => rest;
  const isItem = /^(?:photo|own):/.test(document);
  const left = isItem ? { ...body, edits: without(body['edits'] as Json) } : without(body);
  return { body: left, ends: [], gives: [], isWithoutEnds: true };
}

/** A person whose visibility is not compared. */
export const newcomer = '00000000000000000000000008';

/** An item of theirs in a format that this version does not know: hidden from everyone else. */
export const newerItem: Item = { holder: newcomer, sha256: 'b'.repeat(64) };

const stranger = '7ZZZZZZZZZZZZZZZZZZZZZZZZZ';

/**
 * A document that is shown to no one: of an unknown kind, an unknown holder, an id that resembles a valid one, or a
 * flood.
 */
export function strangeDocument(dice: Dice): { id: string; body: Json } {
  const sha = dice.pick(items).sha256;
  const at = stampOf(dice);
  const photo = (kind: unknown): Json => ({
    ...{ format: 1, kind, sidecars: {}, renditions: { recipe: 1 } },
    facts: {
      ...{ recipe: 1, type: 'image/jpeg', bytes: 1, width: 1, height: 1, tags: [hostileMark] },
      ...{ taken: '1999-09-09T09:09:09.000', takenSource: 'exif', lens: hostileMark },
    },
    sightings: { [`x ${hostileMark}`]: { at: '2026-01-01T00:00:00.000Z', server: 'x', name: `${hostileMark}.jpg` } },
    edits: {
      audience: [{ value: 'public', at, by: 'owner' }],
      title: [{ value: hostileMark, at, by: 'owner' }],
      gives: Object.fromEntries(
        albums.map((album) => [`${album} entry ${at}`, { at, by: `person:${stranger}`, saw: {} }]),
      ),
    },
  });
  const everybody = Object.fromEntries(
    people.map((one) => [`person:${one} add ${at}`, { at, by: `person:${stranger}`, saw: {} }]),
  );
  const flood = Object.fromEntries(
    Array.from({ length: 4_000 }, (_, n) => [`person:${hostileMark}${n} view ${at}`, { at, by: 'x' }]),
  );
  return dice.pick<{ id: string; body: Json }>([
    { id: `own:${stranger}:${sha}`, body: photo('photo') },
    { id: `own:${dice.pick(people)}:${sha.slice(1)}`, body: photo('photo') },
    { id: `own:${dice.pick(people)}:${sha}:x`, body: photo('photo') },
    { id: `own:house:${sha}`, body: photo('photo') },
    { id: `OWN:${dice.pick(people)}:${sha}`, body: photo('photo') },
    {
      id: `own:${dice.pick(people)}:${'d'.repeat(64)}`,
      body: photo(dice.pick(['comment', 'photos', 5, null, undefined])),
    },
    { id: itemId(newerItem), body: { ...photo('photo'), format: 99 } },
    {
      id: `own-album:${stranger}:${stranger}`,
      body: { format: 1, kind: 'own-album', name: { value: hostileMark, at, by: 'x' } },
    },
    {
      id: `own-album:${dice.pick(people)}:x`,
      body: { format: 1, kind: 'own-album', name: { value: hostileMark, at, by: 'x' } },
    },
    { id: membersId(`${stranger}:${stranger}`), body: { format: 1, kind: 'members', gives: everybody, ends: [] } },
    { id: sharingId(stranger), body: { format: 1, kind: 'sharing', gives: everybody } },
    { id: `offer:${stranger}:${stranger}`, body: { format: 1, kind: 'offer', items: 5, gives: everybody } },
    { id: `offer:${dice.pick(people)}:x`, body: { format: 1, kind: 'offer', items: [sha], gives: flood } },
    {
      id: `library:${dice.pick(['people2', 'x'])}`,
      body: { format: 1, kind: 'people', gives: everybody, x: hostileMark },
    },
    {
      id: `comment:${'9'.repeat(64)}:${stranger}`,
      body: { format: 1, kind: 'comment', text: { value: hostileMark, at, by: 'x' } },
    },
    { id: `${hostileMark}:${dice.below(5)}`, body: { format: 1, kind: hostileMark, flood } },
  ]);
}

/** A document that every server rejects: it is too large. */
export const oversized = (dice: Dice): { id: string; body: Json } => ({
  id: dice.pick([sharingId(stranger), `own:${stranger}:${'f'.repeat(64)}`]),
  body: { format: 1, kind: 'sharing', text: 'x'.repeat(1_100_000) },
});
