/**
 * The backup folders of a home, in a small record in its data folder, replaced as a whole. Only a reminder: nothing
 * else depends on it.
 */
import { join } from 'node:path';
import type { Files } from '../base/files.js';

/** A folder with backups, and when the last one was completed (UTC). */
export interface Past {
  folder: string;
  at: string;
}

const recordName = 'backups.json';
const most = 10;

/** The backup folders, the latest first. `data` is the home's own folder. */
export async function readHistory(data: string, files: Files): Promise<Past[]> {
  const text = await files.readText(join(data, recordName));
  try {
    const value: unknown = text === undefined ? [] : JSON.parse(text);
    return Array.isArray(value) ? value.filter(isPast) : [];
  } catch {
    // Without a readable record there is no reminder.
    return [];
  }
}

function isPast(value: unknown): value is Past {
  const past = value as Partial<Past> | null;
  return typeof past?.folder === 'string' && typeof past.at === 'string';
}

/** Records a completed backup. */
export async function remember(data: string, past: Past, files: Files): Promise<void> {
  const others = (await readHistory(data, files)).filter(({ folder }) => folder !== past.folder);
  await files.replace(join(data, recordName), `${JSON.stringify([past, ...others].slice(0, most), null, 2)}\n`);
}
