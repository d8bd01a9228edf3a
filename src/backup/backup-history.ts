/**
 * Where backups of a home are, as the home remembers it: a small record in its data folder, replaced as a whole. It is a help
 * only: without it nothing is lost but the reminder.
 */
import { join } from 'node:path';
import type { Files } from '../base/files.js';

/** A folder that holds backups, and when the last one ended (UTC). */
export interface Past {
  folder: string;
  at: string;
}

const recordName = 'backups.json';
const most = 10;

/** The folders of backups, the last one first. `data` is the home's own folder. */
export async function readHistory(data: string, files: Files): Promise<Past[]> {
  const text = await files.readText(join(data, recordName));
  try {
    const value: unknown = text === undefined ? [] : JSON.parse(text);
    return Array.isArray(value) ? value.filter(isPast) : [];
  } catch {
    // A damaged record reminds of nothing.
    return [];
  }
}

function isPast(value: unknown): value is Past {
  const past = value as Partial<Past> | null;
  return typeof past?.folder === 'string' && typeof past.at === 'string';
}

/** Remembers a backup that ended. */
export async function remember(data: string, past: Past, files: Files): Promise<void> {
  const others = (await readHistory(data, files)).filter(({ folder }) => folder !== past.folder);
  await files.replace(join(data, recordName), `${JSON.stringify([past, ...others].slice(0, most), null, 2)}\n`);
}
