/**
 * Grants: sets of gives and ends that say who has access, merged entry by entry on every server. Both parts only grow, and no
 * clock decides anything: a give holds where it was made in sight of every end that concerns it (docs/people.md). So access
 * that was ended stays ended, in whatever order servers hear of it, until somebody who saw that end gives it anew. Pure;
 * takes any document, forged ones too.
 */
import { compareText, entriesOf, isObject, own, textOf, type JsonObject } from './json-values.js';
import { isStamp } from './stamp.js';
import type { Stamp } from './photo-document.js';

/** The ends that an author had in sight: the heads of each set, by its id; `self` is the set that the entry stands in. */
export type Saw = Record<string, string[]>;

/** Access that was given. */
export interface Give {
  /** `<to> <what> <stamp>`. */
  key: string;
  /** To whom: `person:<ulid>`, `<holder>:<album>`, `house`, `*`. */
  to: string;
  /** One word, lower case: `view`, `add`, `partner`, `entry`. */
  what: string;
  /** The author, as of an edit. */
  by: string;
  saw: Saw;
}

/** Access that was ended. */
export interface End {
  /** `<to> <stamp>`. */
  key: string;
  /** Whose access ended; `*` ends everybody’s. Undefined where the key can’t be read: such an end concerns nobody. */
  to: string | undefined;
  /** The ends of the same set that its author had in sight, as heads. */
  saw: string[];
}

/** A set as it is read. */
export interface GrantSet {
  gives: Give[];
  /** By key. */
  ends: ReadonlyMap<string, End>;
}

/** The set in which nothing was given or ended. */
export const noGrants: GrantSet = { gives: [], ends: new Map() };

/** How an entry names the set that it stands in. */
export const self = 'self';

/** The `to` of an end that ends everything in its set. */
export const everything = '*';

const endPattern = /^(\S+) (\S+)$/;
const givePattern = /^(\S+) ([a-z]+) (\S+)$/;

/**
 * Reads a set. `part` is what holds `gives` and `ends`: the body of a control document, or the `edits` of an item. `known` has ends that this server
 * knows of, as the later of all it has seen under a key; they count before those in the document. What has not the shape of an entry counts for nothing.
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

/** The ends that some heads stand for: they and all that they saw. `missing`: those that are not here, which nothing stands for. */
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

/** The heads of a set, sorted: few ends that stand for all. A circle, which nobody but a forger makes, is stood for by one of it. */
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

/** What is known of the sets that entries name, beside their own. */
export interface Grants {
  /** A set by its id; undefined where nothing of it is here. */
  find(id: string): GrantSet | undefined;
}

/** Whether all that somebody saw is here. `set` is the one that `self` means. */
export function isKnown(saw: Saw, set: GrantSet, grants: Grants): boolean {
  for (const id in saw) {
    const named = id === self ? set : (grants.find(id) ?? noGrants);
    if (!saw[id]!.every((head) => isHeadKnown(named, head))) return false;
  }
  return true;
}

const knownHeads = new WeakMap<GrantSet, Map<string, boolean>>();

/** Whether all that a head stands for is in a set; found once for all, as in `endsOf`. */
function isHeadKnown(set: GrantSet, head: string): boolean {
  if (!set.ends.has(head)) return false;
  const known = knownHeads.get(set) ?? new Map<string, boolean>();
  knownHeads.set(set, known);
  let found = known.get(head);
  if (found === undefined) known.set(head, (found = closureOf(set, [head]).missing.length === 0));
  return found;
}

/** Whether somebody saw every end of a set that concerns one of `whom`. `heads`: what they saw of that set. */
export function sawEnds(set: GrantSet, heads: readonly string[], whom: readonly string[]): boolean {
  const concerned = whom.flatMap((to) => endsOf(set, to));
  if (concerned.length === 0) return true;
  const { seen } = closureOf(set, heads);
  return concerned.every(({ key }) => seen.has(key));
}

const endsByTo = new WeakMap<GrantSet, Map<string, End[]>>();

/** The ends of a set that concern somebody; found once for all, since a set that was read is never changed. */
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

/** Whether a give stands in its own set: what it saw is here, and it saw every end of whom it is for, and of everything. */
export const stands = (give: Pick<Give, 'to' | 'saw'>, set: GrantSet, grants: Grants): boolean =>
  isKnown(give.saw, set, grants) && sawEnds(set, give.saw[self] ?? [], [give.to, everything]);

/** What an author sees of some sets: the heads of each that has ends. `own` is the set that the new entry stands in. */
export function sightOf(own: GrantSet, others: Record<string, GrantSet> = {}): Saw {
  const all = [
    [self, headsOf(own)] as const,
    ...Object.entries(others).map(([id, set]) => [id, headsOf(set)] as const),
  ];
  return Object.fromEntries(all.filter(([, heads]) => heads.length > 0));
}

/** Who writes an entry, and when: a stamp that was drawn for it alone. */
export interface Author {
  at: Stamp;
  by: string;
}

/** A part (see `readGrants`) with one give more. `sees`: the control documents that it stands on. */
export function withGive<P extends object>(
  part: P,
  { to, what }: Pick<Give, 'to' | 'what'>,
  { at, by }: Author,
  sees: Record<string, GrantSet> = {},
): P {
  return withEntry(part, 'gives', `${to} ${what} ${at}`, { at, by, saw: sightOf(readGrants(part), sees) });
}

/** A part with one end more. */
export function withEnd<P extends object>(part: P, to: string, { at, by }: Author): P {
  return withEntry(part, 'ends', `${to} ${at}`, { at, by, saw: sightOf(readGrants(part)) });
}

function withEntry<P extends object>(part: P, name: 'gives' | 'ends', key: string, entry: JsonObject): P {
  const before = own(part, name);
  return { ...part, [name]: { ...(isObject(before) && before), [key]: entry } };
}

/** A part whose author notes the ends that they have in sight: those heads of `sees` that `under` does not stand for yet. */
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

/** The ends that an `under` names, by set. */
export function readUnder(under: unknown): Saw {
  const saw: Saw = {};
  for (const [key, entry] of entriesOf(under)) {
    const at = key.indexOf(' ');
    if (isObject(entry) && at > 0) (saw[key.slice(0, at)] ??= []).push(key.slice(at + 1));
  }
  return saw;
}
