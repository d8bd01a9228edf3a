/** Dropped or chosen files, each with its folder, and the album that they go into. */
import type { UploadAlbum } from '../../lib/shell.svelte.js';

/** A file to upload. */
export interface Source {
  file: Blob;
  name: string;
  /** `Lisbon/Day 1`; empty without a folder. */
  folder: string;
  /** ms since 1970. */
  modified: number;
  /** Its number among the files shared to this app. */
  kept?: number;
  into?: UploadAlbum | undefined;
}

/** Files that systems create in folders for themselves. */
const isForeign = (name: string): boolean => /^\.|^(?:Thumbs\.db|desktop\.ini)$/i.test(name);

const sourceOf = (file: File, folder: string): Source => ({
  file,
  name: file.name,
  folder,
  modified: file.lastModified,
});

/** Chosen files; those of a chosen folder have their paths. */
export const chosen = (files: readonly File[], into?: UploadAlbum): Source[] =>
  files
    .filter(({ name }) => !isForeign(name))
    .map((file) => ({ ...sourceOf(file, file.webkitRelativePath.split('/').slice(0, -1).join('/')), into }));

/** Dropped files, including folders recursively; `files` is used if the browser provides no entries. */
export async function dropped(
  entries: readonly (FileSystemEntry | null)[],
  files: File[],
  into?: UploadAlbum,
): Promise<Source[]> {
  const there = entries.filter((entry) => entry !== null);
  const found =
    there.length === 0
      ? files.map((file) => sourceOf(file, ''))
      : (await Promise.all(there.map((entry) => walk(entry, '')))).flat();
  return found.map((source) => ({ ...source, into }));
}

async function walk(entry: FileSystemEntry, folder: string): Promise<Source[]> {
  if (isForeign(entry.name)) return [];
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [sourceOf(file, folder)];
  }
  const inside = folder === '' ? entry.name : `${folder}/${entry.name}`;
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Source[] = [];
  for (;;) {
    // At most a hundred per call (File and Directory Entries API, 7.3).
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const one of some) found.push(...(await walk(one, inside)));
  }
}
