/**
 * Grant sets: gives and ends that define who has access, merged entry by entry on every server. Both parts only grow,
 * and no clock decides: a give is valid only if its author had seen every end that concerns it (docs/people.md). So
 * ended access stays ended, in any order in which the entries reach a server, until an author who has seen the end
 * gives it again. Pure; accepts any document, even forged ones.
 */
import { compareText, entriesOf, isObject, own, textOf, type JsonObject } from './json-values.js';
import { isStamp } from './stamp.js';
import type { Stamp } from './photo-document.js';

/** The ends that an author had seen: the heads of each set by its id; `self` is the set that contains the entry. */
export type Saw = Record<string, string[]>;

/** An entry that gives access. */
export interface Give {
  /** `<to> <what> <stamp>`. */
  key: string;
  /** The recipient: `person:<ulid>`, `<holder>:<album>`, `house`, `*`. */
  to: string;
  /** One word, lower case: `view`, `add`, `partner`, `entry`. */
  what: string;
  /** The author, in the format of edits. */
  by: string;
  saw: Saw;
}

/** The stamp of a give as read: drawn by its author for this entry alone, or forged. */
export const stampOf = ({ key }: Pick<Give, 'key'>): Stamp => key.slice(key.lastIndexOf(' ') + 1);

/** An entry that ends access. */
export interface End {
  /** `<to> <stamp>`. */
  key: string;
  /** The recipient whose access ended; `*` means all. Undefined if the key is malformed: the end then has no effect. */
  to: string | undefined;
  /** The heads of the ends in the same set that its author had seen. */
  saw: string[];
}

/** A parsed grant set. */
export interface GrantSet {
  gives: Give[];
  /** By key. */
  ends: ReadonlyMap<string, End>;
}

/** The empty grant set. */
export const noGrants: GrantSet = { gives: [], ends: new Map() };

/** The id by which an entry names the set that contains it. */
export const self = 'self';

/** The `to` of an end that ends all access in its set. */
export const everything = '*';

const endPattern = /^(\S+) (\S+)$/;
const givePattern = /^(\S+) ([a-z]+) (\S+)$/;

/**
 * Reads a grant set. `part` is the object with `gives` and `ends`: the body of a control document, or the `edits` of an
 * item. `known`: ends known to this server, with the latest entry seen per key; they override those in the document.
 * Malformed entries are skipped.
 */
export function readGrants(part: unknown, known: ReadonlyMap<string, End> = new Map()): GrantSet {
  const gives = entriesOf(own(part, 'gives')).flatMap(([key, entry]): Give[] => {
    const [, to, what, stamp] = givePattern.exec(key) ?? [];
    const by = textOf(own(entry, 'by'));
    if (to === undefined || what === undefined || !isStamp(stamp) || by === '') return [];
    return [{ key, to, what, by, saw: readSaw(own(entry, 'saw')) }];
  });
  const ends = entriesOf(own(part, 'ends')).filter(([, entry]) => isObject(entry));
  return { gives, ends: new Map([...ends.map(([key, entry]) => [key, readEnd(key, entry)] as const), ...known]) };
}

function readEnd(key: string, entry: unknown): End {
  const [, to, stamp] = endPattern.exec(key) ?? [];
  return { key, to: isStamp(stamp) ? to : undefined, saw: textsIn(own(own(entry, 'saw'), self)) };
}

const readSaw = (saw: unknown): Saw =>
  Object.fromEntries(entriesOf(saw).map(([set, names]) => [set, textsIn(names)] as const));

const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [];

/**
 * The transitive closure of some heads: the heads and all ends that they saw. `missing`: the ends that are not here,
 * whose own `saw` is therefore unknown.
 */
export function closureOf({ ends }: GrantSet, heads: readonly string[]): { seen: Set<string>; missing: string[] } {
  const seen = new Set(heads);
  const missing: string[] = [];
  for (const key of seen) {
    const end = ends.get(key);
    if (end) for (const name of end.saw) seen.add(name);
    else missing.push(key);
  }
  return { seen, missing };
}

/**
 * The heads of a set, sorted: a small set of ends whose closure contains all others. A cycle, which only a forged
 * document has, contributes one of its ends.
 */
export function headsOf(set: GrantSet): string[] {
  const named = new Set([...set.ends.values()].flatMap(({ key, saw }) => saw.filter((name) => name !== key)));
  const keys = [...set.ends.keys()].sort(compareText);
  const heads = keys.filter((key) => !named.has(key));
  const { seen } = closureOf(set, heads);
  for (const key of keys) {
    if (seen.has(key)) continue;
    heads.push(key);
    for (const reached of closureOf(set, [key]).seen) seen.add(reached);
  }
  return heads.sort(compareText);
}

/** The other grant sets that entries refer to. */
export interface Grants {
  /** The set with an id; undefined if this server has none. */
  find(id: string): GrantSet | undefined;
}

/** Whether all ends in a `saw` are known here. `set` is the set that `self` refers to. */
export function isKnown(saw: Saw, set: GrantSet, grants: Grants): boolean {
  for (const id in saw) {
    const named = id === self ? set : (grants.find(id) ?? noGrants);
    if (!saw[id]!.every((head) => isHeadKnown(named, head))) return false;
  }
  return true;
}

const knownHeads = new WeakMap<GrantSet, Map<string, boolean>>();

/** Whether a set contains the whole closure of a head; cached, as in `endsOf`. */
function isHeadKnown(set: GrantSet, head: string): boolean {
  if (!set.ends.has(head)) return false;
  const known = knownHeads.get(set) ?? new Map<string, boolean>();
  knownHeads.set(set, known);
  let found = known.get(head);
  if (found === undefined) known.set(head, (found = closureOf(set, [head]).missing.length === 0));
  return found;
}

/**
 * Whether heads cover every end of a set that concerns one of `whom`. `heads`: those in the author’s `saw` for that
 * set.
 */
export function sawEnds(set: GrantSet, heads: readonly string[], whom: readonly string[]): boolean {
  const concerned = whom.flatMap((to) => endsOf(set, to));
  if (concerned.length === 0) return true;
  const { seen } = closureOf(set, heads);
  return concerned.every(({ key }) => seen.has(key));
}

const endsByTo = new WeakMap<GrantSet, Map<string, End[]>>();

/** The ends of a set with a given `to`; cached, since a parsed set is immutable. */
export function endsOf(set: GrantSet, to: string): readonly End[] {
  let found = endsByTo.get(set);
  if (!found) {
    found = new Map<string, End[]>();
    for (const end of set.ends.values()) {
      if (end.to === undefined) continue;
      const others = found.get(end.to);
      if (others) others.push(end);
      else found.set(end.to, [end]);
    }
    endsByTo.set(set, found);
  }
  return found.get(to) ?? [];
}

/**
 * Whether a give is valid within its own set: all ends in its `saw` are known here, and it saw every end of its
 * recipient and every end of everything.
 */
export const stands = (give: Pick<Give, 'to' | 'saw'>, set: GrantSet, grants: Grants): boolean =>
  isKnown(give.saw, set, grants) && sawEnds(set, give.saw[self] ?? [], [give.to, everything]);

/**
 * Whether a recipient lost access through concurrent changes on several servers: each of their ends was followed by a
 * give, but no give saw them all. After a removal there is an end that no give saw. Only a hint: whether the gives had
 * the right to be made is not checked.
 */
export function isLapsed(set: GrantSet, to: string): boolean {
  const ends = endsOf(set, to);
  const seen = set.gives.filter((give) => give.to === to).map(({ saw }) => closureOf(set, saw[self] ?? []).seen);
  return (
    ends.length > 0 &&
    ends.every(({ key }) => seen.some((keys) => keys.has(key))) &&
    !seen.some((keys) => ends.every(({ key }) => keys.has(key)))
  );
}

/** The `saw` of a new entry: the heads of each set that has ends. `own` is the set that will contain the entry. */
export function sightOf(own: GrantSet, others: Record<string, GrantSet> = {}): Saw {
  const all = [
    [self, headsOf(own)] as const,
    ...Object.entries(others).map(([id, set]) => [id, headsOf(set)] as const),
  ];
  return Object.fromEntries(all.filter(([, heads]) => heads.length > 0));
}

/** The author of an entry, and a stamp drawn for this entry alone. */
export interface Author {
  at: Stamp;
  by: string;
}

/** Adds a give to a part (see `readGrants`). `sees`: the control documents that it depends on. */
export function withGive<P extends object>(
  part: P,
  { to, what }: Pick<Give, 'to' | 'what'>,
  { at, by }: Author,
  sees: Record<string, GrantSet> = {},
): P {
  return withEntry(part, 'gives', `${to} ${what} ${at}`, { at, by, saw: sightOf(readGrants(part), sees) });
}

/** Adds an end to a part. */
export function withEnd<P extends object>(part: P, to: string, { at, by }: Author): P {
  return withEntry(part, 'ends', `${to} ${at}`, { at, by, saw: sightOf(readGrants(part)) });
}

function withEntry<P extends object>(part: P, name: 'gives' | 'ends', key: string, entry: JsonObject): P {
  const before = own(part, name);
  return { ...part, [name]: { ...(isObject(before) && before), [key]: entry } };
}

/**
 * Records in a part’s `under` the ends that its author has seen: the heads of `sees` that `under` does not cover yet.
 */
export function withSight<P extends object>(part: P, sees: Record<string, GrantSet>, { at, by }: Author): P {
  const before = own(part, 'under');
  const named = readUnder(before);
  const fresh = Object.entries(sees).flatMap(([id, set]) => {
    const { seen } = closureOf(set, named[id] ?? []);
    return headsOf(set)
      .filter((key) => !seen.has(key))
      .map((key) => `${id} ${key}`);
  });
  if (fresh.length === 0) return part;
  return {
    ...part,
    under: { ...(isObject(before) && before), ...Object.fromEntries(fresh.map((key) => [key, { at, by }])) },
  };
}

/** The ends in an `under`, by set. */
export function readUnder(under: unknown): Saw {
  const saw: Saw = {};
  for (const [key, entry] of entriesOf(under)) {
    const at = key.indexOf(' ');
    if (isObject(entry) && at > 0) (saw[key.slice(0, at)] ??= []).push(key.slice(at + 1));
  }
  return saw;
}
