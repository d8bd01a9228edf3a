/**
 * Finishes an upload whose bytes have all arrived: flushed, hashed from the disk, compared, and linked to a name in
 * `incoming`, without replacing anything. After a crash at any step it can be repeated and continues there.
 */
import { join } from 'node:path';
import { errnoOf, PhotospoolError, printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import type { WantedUpload } from './spool-interface.js';
import { headLength, whyNotTaken } from '../photo/formats/identify.js';
import { senderFolder } from './sender-folders.js';
import { comingName, giveName } from './place-upload.js';

/** The stored state of an upload. `begun`: ms since 1970; `sha256`: of all its bytes, once they have arrived. */
export interface Note extends WantedUpload {
  format: 1;
  begun: number;
  sha256?: string;
  /** It is listed under a name that the spool ignores: it stays until it gets another name (put-upload.ts). */
  waits?: true;
}

/** The maximum depth of a client's folder hint. */
const deepest = 8;

/** The name of an upload for display. */
export const shownName = ({ metadata }: WantedUpload): string => printable(metadata['filename'] ?? '') || 'the file';

/**
 * Makes the bytes of `part` durable and resolves to the note with their hash, which the caller must store.
 * @throws PhotospoolError `mismatch` if the client specified a different hash; nothing is removed.
 */
export async function sealPart(files: Files, part: string, note: Note): Promise<Note> {
  const mtimeNs = timeOf(note.metadata['modified']);
  if (mtimeNs !== undefined) await files.setTimes(part, { mtimeNs });
  await files.flush(part);
  const { sha256 } = await files.hash(part);
  const named = note.metadata['sha256']?.toLowerCase();
  if (named === undefined || named === sha256) return { ...note, sha256 };
  throw new PhotospoolError('mismatch', `“${shownName(note)}” was damaged during the upload.`, {
    hint: 'Upload it again.',
  });
}

/**
 * Accepts only photos and videos from guests: no sidecars, and nothing that the spool would leave in `incoming`. Does
 * nothing for other senders. @throws PhotospoolError `unsupported`.
 */
export async function checkGuestFile(files: Files, part: string, note: Note): Promise<void> {
  if (!isGuest(note)) return;
  const why = whyNotTaken('', await files.head(part, headLength));
  if (why === undefined) return;
  throw new PhotospoolError('unsupported', `“${shownName(note)}” can’t be uploaded: ${why}.`, {
    hint: 'Upload only photos and videos.',
  });
}

/** Whether an upload came through a share link. */
const isGuest = ({ by }: Pick<Note, 'by'>): boolean => by.startsWith('link:');

/** Links a sealed part to a name in `incoming`, in the folder of its sender. */
export async function placePart(files: Files, incoming: string, part: string, note: Note): Promise<void> {
  // It has two names: a crash occurred just after it got the new one.
  if (((await files.stat(part))?.nlink ?? 1) > 1) {
    await files.remove(part);
    return;
  }
  const name = note.metadata['filename'] ?? '';
  const top = await senderFolder(incoming, files, note);
  for (let tries = 0; tries < 5; tries++) {
    try {
      await giveName(await hintedFolder(files, top, note), files, part, name);
      return;
    } catch (error) {
      // The spool has removed the emptied folder meanwhile.
      if (errnoOf(error) !== 'ENOENT' || !(await files.stat(part))) throw error;
    }
  }
  await giveName(top, files, part, name);
}

/** The folder below `top` according to the client's hint; `top` if that can't be created. */
async function hintedFolder(files: Files, top: string, { by, metadata }: Note): Promise<string> {
  let folder = top;
  for (const name of isGuest({ by }) ? [] : hintedNames(metadata['folder'] ?? '')) {
    folder = join(folder, name);
    await files.makeFolder(folder);
    // Symbolic links are not followed.
    if (!(await files.stat(folder))?.isDirectory()) return top;
  }
  return folder;
}

/** The names of the folders for a client's hint. */
const hintedNames = (hint: string): string[] =>
  hint
    .split(/[/\\]+/)
    .filter((name) => !/^\.*$/.test(name))
    .slice(0, deepest)
    .map((name) => comingName(Array.from(name).slice(0, 60).join('')));

/** The path of the folder for a client's hint, whether or not it exists. */
export const hintedPath = (top: string, hint: string): string => join(top, ...hintedNames(hint));

/** The modification time according to the client, in ns; undefined if it is implausible. */
function timeOf(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isFinite(ms) && ms >= 0 ? BigInt(Math.round(ms)) * 1_000_000n : undefined;
}
