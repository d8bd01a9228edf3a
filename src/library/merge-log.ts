/**
 * The merge log: the number of merged documents on each of the last days, and the latest ones with their differing
 * fields; for concurrent edits of a field both values with the winner. Local, written in the transaction of the merge.
 * The table is created at the first merge. Days are UTC.
 */
import type { Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';
import { canonical } from '../document/canonical-json.js';
import { shownEdit } from '../document/edits.js';
import { fieldNames, type FieldName } from '../document/field-validation.js';
import { isObject, own } from '../document/json-values.js';
import { photoOf, type Body, type Edit, type Stamp } from '../document/photo-document.js';

/** A value that a person gave to a field. Long ones are cut. */
export interface Side {
  value: unknown;
  at: Stamp;
  /** As in `Edit`. */
  made?: string;
  /** In the form of documents: `person:<ulid>`, `token:<name>`, `owner`. */
  by: string;
  /** Whether it is the shown value since the merge. */
  won: boolean;
}

/** A field with concurrent edits. */
export interface Contest {
  field: FieldName;
  sides: Side[];
}

/** A merged document. */
export interface Merge {
  id: string;
  /** UTC */
  at: string;
  /** The differing parts: names of edited fields, otherwise parts of the document. */
  fields: string[];
  /** Those of them with concurrent edits. */
  contests: Contest[];
}

/** The merges of the last days, newest first. */
export interface MergeTally {
  days: { day: string; count: number }[];
  last: Merge[];
}

/** The merge log. */
export interface Merges {
  /** Adds the merge of these bodies. Joins the caller's transaction. */
  add(id: string, bodies: readonly Body[], merged: Body): void;
  /** The latest merges, at most 50. */
  read(): MergeTally;
  /** The latest merges of one document. */
  of(id: string): Merge[];
  /** The total number of merges. */
  count(): number;
}

/** The library's settings, for the days. */
interface Settings {
  setting(name: string): string | undefined;
  setSetting(name: string, value: string): void;
}

const name = 'merges';
const mostDays = 14;
const mostTold = 50;
/** The maximum number of merges kept. */
const mostKept = 500;
/** Longer values, as JSON, are cut. */
const longest = 300;

const table = `
  CREATE TABLE IF NOT EXISTS merged (n INTEGER PRIMARY KEY AUTOINCREMENT, doc TEXT NOT NULL, body TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS merged_doc ON merged (doc, n);`;

/** Opens the log. */
export function openMerges(db: Sqlite, { setting, setSetting }: Settings, clock: Clock): Merges {
  const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'merged'");
  const rows = (sql: string, ...values: (string | number)[]): Merge[] =>
    isThere.get()
      ? db
          .prepare<{ body: string }>(sql)
          .all(...values)
          .map(({ body }) => JSON.parse(body) as Merge)
      : [];
  const days = (): MergeTally['days'] => (JSON.parse(setting(name) ?? '{"days":[]}') as MergeTally).days;
  return {
    read: () => ({ days: days(), last: rows('SELECT body FROM merged ORDER BY n DESC LIMIT ?', mostTold) }),
    of: (id) => rows('SELECT body FROM merged WHERE doc = ? ORDER BY n DESC LIMIT ?', id, mostTold),
    count: () =>
      isThere.get() ? (db.prepare<{ n: number | null }>('SELECT max(n) AS n FROM merged').get()?.n ?? 0) : 0,
    add(id, bodies, merged) {
      const at = new Date(clock.now()).toISOString();
      const merge: Merge = { id, at, fields: differences(bodies), contests: contestsOf(bodies, merged) };
      if (!isThere.get()) db.exec(table);
      db.prepare('INSERT INTO merged (doc, body) VALUES (?, ?)').run(id, JSON.stringify(merge));
      db.prepare('DELETE FROM merged WHERE n <= (SELECT max(n) FROM merged) - ?').run(mostKept);
      setSetting(name, JSON.stringify({ days: counted(days(), at.slice(0, 10)) }));
    },
  };
}

function counted(days: MergeTally['days'], day: string): MergeTally['days'] {
  const [newest, ...older] = days;
  const now = newest?.day === day ? [{ day, count: newest.count + 1 }, ...older] : [{ day, count: 1 }, ...days];
  return now.slice(0, mostDays);
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

/** The fields in which bodies show different values that have not seen each other. */
function contestsOf(bodies: readonly Body[], merged: Body): Contest[] {
  const photos = bodies.flatMap((body) => photoOf(body) ?? []);
  const outcome = photoOf(merged);
  return fieldNames.flatMap((field) => {
    const knows = (n: number, at: Stamp): boolean => {
      const list: unknown = photos[n]?.edits[field];
      return Array.isArray(list) && list.some((edit) => own(edit, 'at') === at);
    };
    const shown = photos.map(({ edits }): Edit<unknown> | undefined => shownEdit(edits, field));
    const tips = new Map(shown.flatMap((tip) => (tip ? [[tip.at, tip] as const] : [])));
    if (tips.size < 2) return [];
    const open = [...tips.values()].filter(({ at }) => shown.every((tip, n) => tip?.at === at || !knows(n, at)));
    if (new Set(open.map(({ value }) => canonical(value))).size < 2) return [];
    const won = outcome && shownEdit(outcome.edits, field)?.at;
    const sides = open.map(({ value, at, by, made }) => ({
      ...{ value: cut(value), at, by, won: at === won },
      ...(typeof made === 'string' && { made }),
    }));
    return [{ field, sides: sides.sort((a, b) => Number(b.won) - Number(a.won)) }];
  });
}

function cut(value: unknown): unknown {
  const text = typeof value === 'string' ? value : canonical(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : value;
}
