/**
 * What was merged: how many documents on each of the last days, and the last ones with the fields that the sides said
 * different things of. One row among the settings, written in the transaction of the merge. Days are UTC.
 */
import type { Clock } from '../base/clock.js';
import { canonical } from '../document/canonical.js';
import { isObject, own } from '../document/json.js';
import type { Body } from '../document/photo.js';

/** A document that was merged. */
export interface Merge {
  id: string;
  /** UTC */
  at: string;
  /** What the sides differed in: names of edits, else of parts of the document. */
  fields: string[];
}

/** What was merged in the last days, newest first. */
export interface MergeTally {
  days: { day: string; count: number }[];
  last: Merge[];
}

/** The tally of merges. */
export interface Merges {
  /** Notes a merge of these bodies. Joins the transaction of the caller. */
  add(id: string, bodies: readonly Body[]): void;
  read(): MergeTally;
}

/** Where it is kept: the library's settings. */
interface Settings {
  setting(name: string): string | undefined;
  setSetting(name: string, value: string): void;
}

const name = 'merges';
const mostDays = 14;
const mostMerges = 20;

/** Opens the tally. */
export function openMerges({ setting, setSetting }: Settings, clock: Clock): Merges {
  const read = (): MergeTally => JSON.parse(setting(name) ?? '{"days":[],"last":[]}') as MergeTally;
  return {
    read,
    add(id, bodies) {
      const { days, last } = read();
      const at = new Date(clock.now()).toISOString();
      const day = at.slice(0, 10);
      const [newest, ...older] = days;
      const counted = newest?.day === day ? [{ day, count: newest.count + 1 }, ...older] : [{ day, count: 1 }, ...days];
      const merge = { id, at, fields: differences(bodies) };
      const tally = { days: counted.slice(0, mostDays), last: [merge, ...last].slice(0, mostMerges) };
      setSetting(name, JSON.stringify(tally));
    },
  };
}

/** The fields in which bodies differ. */
export function differences(bodies: readonly Body[]): string[] {
  const edits = differing(bodies.map((body) => own(body, 'edits')));
  return edits.length > 0 ? edits : differing(bodies);
}

function differing(bodies: readonly unknown[]): string[] {
  const names = new Set(bodies.flatMap((body) => (isObject(body) ? Object.keys(body) : [])));
  const text = (value: unknown): string => (value === undefined ? '' : canonical(value));
  return [...names].filter((key) => new Set(bodies.map((body) => text(own(body, key)))).size > 1).sort();
}
