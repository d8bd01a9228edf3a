/**
 * Plans the import of an iCloud Photos export as Apple's privacy page delivers it: matches rows of CSV files to photos.
 * Also handles the originals that the Photos app exports into a folder. Reads only the CSV files; stores nothing.
 */
import { parse } from 'csv-parse/sync';
import type { ImportedMetadata } from '../document/imported-metadata.js';
import { wellFormed } from '../document/canonical-json.js';
import type { ReadMetadata } from './read-metadata-files.js';
import type { ExportEntry, How, ImportPlan, Planned } from './import-plan.js';

/** The metadata of a photo in a row. Times are ms since 1970 (UTC). */
interface Row {
  favourite: boolean;
  hidden: boolean;
  deleted: boolean;
  taken: number | undefined;
  added: number | undefined;
}

/** A row, its table, the file name in it, and whether a photo matches. */
interface Told {
  row: Row;
  entry: ExportEntry;
  name: string;
  used: boolean;
}

/** The maximum size of a CSV file in bytes. */
export const mostCsv = 64 << 20;

const inTrash = 'is in the trash of iCloud Photos';
/** Edits that only Apple's programs can apply to the original beside them. */
const isAppleEdit = (name: string): boolean => /\.aae$/i.test(name);
const fold = (name: string): string => name.normalize('NFC').toLowerCase();

/** Plans the import of an iCloud export. `others` are all its files except the CSV files. */
export async function planICloud(
  csvs: readonly ExportEntry[],
  others: readonly ExportEntry[],
  read: ReadMetadata,
): Promise<ImportPlan> {
  const plan: ImportPlan = { kind: 'icloud', photos: [], aside: [], orphans: [], trouble: [], metadata: 0 };
  const rows: Rows = new Map();
  const lists: NameList[] = [];
  await read(csvs, mostCsv, plan, (entry, text) => {
    const table = tableOf(text);
    if (!table) plan.trouble.push({ path: entry.path, reason: 'is not a readable CSV table' });
    else readTable(plan, rows, lists, entry, table);
  });
  const photos = planPhotos(plan, rows, others);
  for (const { row, entry, used, name } of rows.values())
    if (!used && !row.deleted) plan.orphans.push({ path: entry.path, reason: `lists ${name}, which is missing` });
  const byName = new Map<string, Planned[]>();
  for (const photo of photos) groupOf(byName, fold(photo.entry.name)).push(photo);
  for (const list of lists) putIn(plan, byName, list);
  return plan;
}

/** An album, the favourites or the hidden photos: the names in a list, and the kind of list. */
interface NameList {
  entry: ExportEntry;
  kind: 'album' | 'favourites' | 'hidden';
  names: string[];
}

/** The rows of all tables, by folder and name; of two rows with one name, values that differ are dropped. */
type Rows = Map<string, Told>;

function readTable(
  plan: ImportPlan,
  rows: Rows,
  lists: NameList[],
  entry: ExportEntry,
  [head = [], ...body]: string[][],
): void {
  const column = (name: string): number => head.findIndex((cell) => cell.trim().toLowerCase() === name);
  const folder = fold(entry.folder.slice(entry.folder.lastIndexOf('/') + 1));
  const named = ['imgname', 'imagename', 'images'].map(column).find((at) => at >= 0);
  if (folder === 'memories') plan.aside.push({ path: entry.path, reason: 'is a memory created by Apple' });
  else if (named === undefined) plan.aside.push({ path: entry.path, reason: 'is not a table of photos' });
  else if (column('originalcreationdate') >= 0) {
    const cell = (row: string[], name: string): string => row[column(name)] ?? '';
    for (const row of body) {
      const said: Row = {
        favourite: isYes(cell(row, 'favorite')),
        hidden: isYes(cell(row, 'hidden')),
        deleted: isYes(cell(row, 'deleted')),
        taken: timeIn(cell(row, 'originalcreationdate')),
        added: timeIn(cell(row, 'importdate')),
      };
      const at = `${entry.folder}/${fold(row[named] ?? '')}`;
      const known = rows.get(at);
      rows.set(at, { row: known ? agreed(known.row, said) : said, entry, name: row[named] ?? '', used: false });
    }
  } else {
    const kind =
      fold(entry.name) === 'favorites.csv' ? 'favourites' : fold(entry.name) === 'hidden.csv' ? 'hidden' : 'album';
    lists.push({
      entry,
      kind,
      names: [...new Set(body.map((row) => row[named] ?? ''))].filter((name) => name !== ''),
    });
  }
}

function planPhotos(plan: ImportPlan, rows: Rows, others: readonly ExportEntry[]): Planned[] {
  const taken: Planned[] = [];
  for (const entry of others) {
    const deleted = /(?:^|\/)recently deleted(?:\/|$)/i.test(entry.folder);
    const found = rowOf(rows, entry);
    if (found) found.used = true;
    if (isAppleEdit(entry.name))
      plan.aside.push({ path: entry.path, reason: "is an edit that only Apple's apps can apply" });
    else if (/\.zip$/i.test(entry.name))
      plan.aside.push({ path: entry.path, reason: 'is a nested ZIP file: unpack it and import it separately' });
    else if (deleted || found?.row.deleted === true) plan.aside.push({ path: entry.path, reason: inTrash });
    else {
      const brought = found ? broughtOf(found.row, found.entry) : undefined;
      taken.push({
        entry,
        ...(brought && { brought }),
        ...(found && { by: { path: found.entry.path, how: howOf(fold(entry.name), fold(found.name)) } }),
      });
    }
  }
  plan.photos = taken;
  return taken;
}

/**
 * The row of a file; for `IMG_E1234.JPG`, the edited version, and the video of a Live Photo also that of the original.
 */
function rowOf(rows: Rows, entry: ExportEntry): Told | undefined {
  const name = fold(entry.name);
  const original = name.replace(/^img_e(?=\d)/, 'img_');
  const stem = original.replace(/\.[^.]*$/, '');
  const names = [name, original, ...['.heic', '.jpg', '.jpeg', '.png', '.dng'].map((ending) => stem + ending)];
  for (const one of names) {
    const found = rows.get(`${entry.folder}/${one}`);
    if (found) return found;
  }
  return undefined;
}

function putIn(plan: ImportPlan, byName: ReadonlyMap<string, Planned[]>, { entry, kind, names }: NameList): void {
  const title = entry.name.replace(/\.csv$/i, '').normalize('NFC');
  for (const name of names) {
    const [photo, ...more] = byName.get(fold(name)) ?? [];
    if (!photo) plan.orphans.push({ path: entry.path, reason: `lists ${name}, which is missing` });
    else if (more.length > 0)
      plan.orphans.push({ path: entry.path, reason: `lists ${name}, but ${more.length + 1} photos have that name` });
    else add(photo, entry, kind, title);
  }
}

function add(photo: Planned, entry: ExportEntry, kind: NameList['kind'], title: string): void {
  photo.brought ??= { name: entry.name, written: entry.modified };
  const { brought } = photo;
  if (kind === 'favourites') brought.favourite = true;
  if (kind === 'hidden' && brought.tags?.includes('hidden') !== true) brought.tags = ['hidden'];
  if (kind === 'album') brought.albums = [...(brought.albums ?? []), wellFormed(title)];
}

function broughtOf({ favourite, hidden, taken, added }: Row, entry: ExportEntry): ImportedMetadata {
  return {
    name: entry.name,
    written: entry.modified,
    ...(favourite && { favourite: true as const }),
    ...(hidden && { tags: ['hidden'] }),
    ...(taken !== undefined && { taken }),
    ...(added !== undefined && { added }),
  };
}

/**
 * The values on which two rows agree. Deleted only if both agree: importing a deleted photo is better than losing one.
 */
function agreed(a: Row, b: Row): Row {
  return {
    favourite: a.favourite && b.favourite,
    hidden: a.hidden || b.hidden,
    deleted: a.deleted && b.deleted,
    taken: a.taken === b.taken ? a.taken : undefined,
    added: a.added === b.added ? a.added : undefined,
  };
}

function groupOf<T>(groups: Map<string, T[]>, at: string): T[] {
  const group = groups.get(at) ?? [];
  groups.set(at, group);
  return group;
}

/** The rule that matched a file and the name in a row. */
function howOf(file: string, row: string): How {
  if (file === row) return 'row';
  return file.replace(/^img_e(?=\d)/, 'img_') === file ? 'half' : 'edited';
}

const isYes = (cell: string): boolean => /^\s*(?:yes|true|1)\s*$/i.test(cell);

function tableOf(text: string): string[][] | undefined {
  try {
    return parse(text, { bom: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true });
  } catch {
    // A file that is not a table is reported by its name.
    return undefined;
  }
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Parses `Saturday June 4,2022 12:11 PM GMT` to ms since 1970; undefined for anything else. */
export function timeIn(cell: string): number | undefined {
  const match =
    /^\s*(?:[a-z]+\s+)?([a-z]{3})[a-z]*\s+(\d{1,2}),\s*(\d{4})\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([ap])\.?m\.?\s+(?:GMT|UTC)\s*$/i.exec(
      cell,
    );
  const month = months.indexOf(match?.[1]?.toLowerCase() ?? '');
  if (!match || month < 0) return undefined;
  const [day, year, hour, minute, second] = [match[2], match[3], match[4], match[5], match[6] ?? '0'].map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const hours = (hour % 12) + (match[7]!.toLowerCase() === 'p' ? 12 : 0);
  const time = Date.UTC(year, month, day, hours, minute, second);
  return new Date(time).getUTCDate() === day && hour <= 12 && minute < 60 && second < 60 ? time : undefined;
}
