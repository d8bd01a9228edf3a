/**
 * Stores the access claims of items as numbers in the catalog's rows. Many items share the same claims: each distinct
 * class is a row of `catalog_class`, each distinct album entry a row of `catalog_term`. Both are written in the
 * transaction of the first row that needs them and never change, so a number keeps its meaning until the catalog is
 * rebuilt. A crash leaves rows and numbers of the last commit.
 */
import type { AlbumEntry, ClassClaims, ItemClaims } from '../access/item-access.js';
import type { Sqlite } from '../base/sqlite.js';
import { canonical } from '../document/canonical-json.js';
import { self, type Saw } from '../document/grants.js';
import type { Holder } from '../document/item-id.js';

/** SQL that creates the two tables. */
export const accessSchema = `
  CREATE TABLE IF NOT EXISTS catalog_class (id INTEGER PRIMARY KEY, claims TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS catalog_term (id INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE);`;

/** An album entry, with the holder of its items. */
export interface AccessTerm {
  holder: Holder;
  entry: AlbumEntry;
}

/** Classes and terms by number; number 0 is unused. */
export interface AccessLists {
  classes: (ClassClaims | undefined)[];
  terms: (AccessTerm | undefined)[];
}

/** Creates empty lists. */
export const makeAccessLists = (): AccessLists => ({ classes: [undefined], terms: [undefined] });

/** Assigns numbers to access claims. */
export interface AccessNumbers {
  /** The number of an item's class, and the numbers of its album entries as a JSON array; null without entries. */
  numbersOf(claims: ItemClaims): { class: number; entries: string | null };
  /** Call it when the tables are recreated: all numbers become invalid. */
  forget(): void;
}

/** Opens the numbering; its tables must exist at the first use. */
export function openAccessNumbers(db: Sqlite): AccessNumbers {
  const statements = {
    catalog_class: openStatements(db, 'catalog_class', 'claims'),
    catalog_term: openStatements(db, 'catalog_term', 'term'),
  };
  // Valid within one transaction only: another one may have been rolled back with its numbers.
  const known = new Map<string, number>();
  let turn = 0;

  function numberOf(table: keyof typeof statements, text: string): number {
    if (db.turn === 0 || db.turn !== turn) known.clear();
    turn = db.turn;
    const key = `${table} ${text}`;
    let number = known.get(key);
    if (number === undefined) {
      const { find, insert } = statements[table];
      number = find.get(text)?.id ?? Number(insert.run(text).lastInsertRowid);
      known.set(key, number);
    }
    return number;
  }

  return {
    numbersOf({ item: { holder }, audience, archived, locked, guest, wasLocked, saw, entries }) {
      const claims: ClassClaims = { holder, audience, archived, locked, guest, wasLocked, saw: sorted(saw) };
      const terms = entries.map(({ album, by, saw: { [self]: _own, ...others } }): AccessTerm => {
        // Ends of the item itself were checked when its document was read.
        return { holder, entry: { album, by, saw: sorted(others) } };
      });
      const numbers = [...new Set(terms.map((term) => numberOf('catalog_term', canonical(term))))];
      return {
        class: numberOf('catalog_class', canonical(claims)),
        entries: numbers.length === 0 ? null : JSON.stringify(numbers.sort((a, b) => a - b)),
      };
    },
    forget: () => known.clear(),
  };
}

function openStatements(db: Sqlite, table: string, column: string) {
  return {
    find: db.prepare<{ id: number }>(`SELECT id FROM ${table} WHERE ${column} = ?`),
    insert: db.prepare(`INSERT INTO ${table} (${column}) VALUES (?)`),
  };
}

const sorted = (saw: Saw): Saw =>
  Object.fromEntries(Object.entries(saw).map(([set, heads]) => [set, [...new Set(heads)].sort()]));

/** Appends classes and terms added since the last call to the lists. */
export function readAccessLists(db: Sqlite, { classes, terms }: AccessLists): void {
  const newClasses = db.prepare<{ id: number; claims: string }>('SELECT id, claims FROM catalog_class WHERE id >= ?');
  const newTerms = db.prepare<{ id: number; term: string }>('SELECT id, term FROM catalog_term WHERE id >= ?');
  for (const { id, claims } of newClasses.all(classes.length)) classes[id] = JSON.parse(claims) as ClassClaims;
  for (const { id, term } of newTerms.all(terms.length)) terms[id] = JSON.parse(term) as AccessTerm;
}
