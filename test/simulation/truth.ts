/**
 * A model of what happened, independent of the libraries: every act of a person or of ingest, with what its author had
 * seen, and which server knows which acts. The expected content of a document follows from that alone. The model has
 * neither revisions nor merges; `merge` and the library are compared with it.
 */
import type { Audience } from '../../src/document/photo-document.js';

/** An act on a document. `past`: what its server knew about the document at that time. */
export interface Act {
  doc: string;
  /** Stamp; of an arrival the time of the sighting. */
  at: string;
  past: ReadonlySet<Act>;
  what:
    | { kind: 'arrival'; key: string; recipe: number }
    | { kind: 'edit'; field: string; value: unknown }
    | { kind: 'member'; set: string; element: string; present: boolean }
    | { kind: 'purge' };
}

/** The acts on one document that are known to a server. */
export type Known = ReadonlySet<Act>;

/**
 * The expected state of a document. `either`: several purges saw a part each, and it depends on the order of the
 * merges.
 */
export interface Truth {
  state: 'absent' | 'alive' | 'dead' | 'either';
  /** By field, and by `set element`. */
  values: Map<string, unknown>;
  /** By sighting: the earliest time. */
  sightings: Map<string, string>;
  /** The recipes that may be shown: the best, if nothing was purged. */
  recipes: Set<number>;
  /** Concurrent audiences. */
  openAudiences: number;
}

const widths: readonly Audience[] = ['private', 'family', 'public'];
/** How many values of a field a document keeps: older ones no longer distinguish a purge from a late copy. */
const kept = 8;

/** The expected content that follows from known acts. */
export function truthOf(known: Known): Truth {
  const acts = [...known];
  const purges = acts.filter(({ what }) => what.kind === 'purge');
  const values = new Map<string, unknown>();
  for (const [field, act] of newestBy(acts, purges)) values.set(field, valueOf(act));
  const open = openAudiences(acts);
  if (open.length > 0) values.set('audience', narrowest(open));
  const arrivals = acts.flatMap(({ at, what }) => (what.kind === 'arrival' ? [{ at, ...what }] : []));
  const sightings = new Map<string, string>();
  for (const { key, at } of arrivals) if (at < (sightings.get(key) ?? '9')) sightings.set(key, at);
  const recipes = arrivals.map(({ recipe }) => recipe);
  return {
    state: stateOf(acts, purges),
    values,
    sightings,
    recipes: new Set(purges.length > 0 ? recipes : [Math.max(...recipes)]),
    openAudiences: open.length,
  };
}

/**
 * The effective act for each subject. A purge that did not cover everything is an edit that moves the photo to the
 * trash.
 */
function newestBy(acts: readonly Act[], purges: readonly Act[]): Map<string, Act> {
  const about = new Map<string, Act[]>();
  const offer = (key: string, act: Act): void => void about.set(key, [...(about.get(key) ?? []), act]);
  for (const act of acts) {
    if (act.what.kind === 'edit' && act.what.field !== 'audience') offer(act.what.field, act);
    if (act.what.kind === 'member') offer(`${act.what.set} ${act.what.element}`, act);
  }
  for (const purge of purges) offer('trashed', purge);
  return new Map(
    [...about].map(([key, all]) => [key, all[0]!.what.kind === 'member' ? overruled(all) : newest(unseenOf(all))]),
  );
}

const newest = (acts: readonly Act[]): Act => acts.reduce((a, b) => (b.at > a.at ? b : a));

/** The acts that no later actor had seen, regardless of clocks. */
const unseenOf = (acts: readonly Act[]): Act[] => acts.filter((act) => !acts.some((other) => other.past.has(act)));

/** For a tag or an album one value is kept, that of the greatest stamp, what overruled it, and what overruled that. */
function overruled(acts: readonly Act[]): Act {
  for (let last = newest(acts); ;) {
    const later = acts.filter((act) => act.at < last.at && act.past.has(last));
    if (later.length === 0) return last;
    last = newest(later);
  }
}

/** The values of a document of registers that may be shown: with wrong clocks, any of several concurrent ones. */
export function mayShow(known: Known, field: string): unknown[] {
  const acts = [...known].filter(({ what }) => what.kind === 'edit' && what.field === field);
  // Acts lost by a restore still count as seen.
  const isOf = ({ what }: Act): boolean => what.kind === 'edit' && what.field === field;
  const isOff = acts.some((act) => [...act.past].some((other) => isOf(other) && other.at > act.at));
  return (isOff ? unseenOf(acts) : [newest(acts)]).map(valueOf);
}

function valueOf({ what }: Act): unknown {
  if (what.kind === 'edit') return what.value;
  return what.kind === 'member' ? what.present : true;
}

/** The audiences that no later decision had seen. */
function openAudiences(acts: readonly Act[]): Act[] {
  const all = acts.filter(({ what }) => what.kind === 'edit' && what.field === 'audience');
  return all.filter((act) => !all.some((later) => later.past.has(act)));
}

function narrowest(open: readonly Act[]): Audience {
  const found = open.map((act) => widths.indexOf(valueOf(act) as Audience));
  return widths[Math.min(...found)]!;
}

/** Whether it is live, purged, or may be either. */
function stateOf(acts: readonly Act[], purges: readonly Act[]): Truth['state'] {
  const contents = acts.filter(({ what }) => what.kind !== 'purge');
  if (contents.length === 0) return 'absent';
  if (purges.length === 0) return 'alive';
  const unseen = contents.filter((act) => !purges.some((purge) => mayHaveSeen(purge, act)));
  if (unseen.some((act) => !isBelow(act, contents))) return 'alive';
  // An act with a stamp below one that it has seen may leave a trace, or none.
  if (contents.some((act) => isBelow(act, contents) && !purges.some((purge) => purge.past.has(act)))) return 'either';
  const all = (purge: Act): boolean => acts.every((act) => act === purge || purge.past.has(act));
  return purges.some(all) ? 'dead' : 'either';
}

/**
 * Whether an act has a lower stamp than one that it has seen, or that has seen it: with clocks wrong by more than a
 * day.
 */
const isBelow = (act: Act, acts: readonly Act[]): boolean =>
  acts.some((other) => (other.at > act.at && act.past.has(other)) || (other.at < act.at && other.past.has(act)));

/** Whether a purge counts an act as seen: it was, or it adds nothing to the seen content. */
function mayHaveSeen({ past }: Act, act: Act): boolean {
  if (past.has(act)) return true;
  const { what } = act;
  const seen = [...past];
  if (what.kind === 'arrival')
    return seen.some((one) => one.what.kind === 'arrival' && one.what.key === what.key && one.at <= act.at);
  if (what.kind === 'member') {
    const same = ({ what: one }: Act): boolean =>
      one.kind === 'member' && one.set === what.set && one.element === what.element;
    return seen.some((one) => same(one) && one.at >= act.at);
  }
  if (what.kind !== 'edit') return false;
  const newer = seen.filter((one) => one.what.kind === 'edit' && one.what.field === what.field && one.at > act.at);
  return newer.length >= kept;
}
