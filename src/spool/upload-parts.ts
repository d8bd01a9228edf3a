/**
 * Resumable uploads, which survive restarts. Each is two files in a hidden folder: a note, and the received bytes,
 * whose size alone is the progress. finish-upload.ts processes complete ones. docs/upload.md describes the state after
 * a crash at each step.
 */
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Clock } from '../base/clock.js';
import { yieldToEventLoop } from '../base/async/yield.js';
import { PhotospoolError, sentence, toPhotospoolError } from '../base/errors.js';
import type { Files } from '../base/files.js';
import type { Log } from '../base/log.js';
import { logFile } from './file-log.js';
import { isLeftAlone } from './ignored-names.js';
import { titleOf } from './stuck-groups.js';
import { roughly, roomOf, type Room } from '../base/disk-space.js';
import { splitPath, type SentBytes, type SentFile, type SentFiles } from '../library/sent-files.js';
import type { Removal, Still, Upload, Uploads, WantedPut, WantedUpload } from './spool-interface.js';
import { findSent, isPhoto, listedFor, listEmpty, listUpload, openHashes, renamed } from './put-upload.js';
import { checkGuestFile, placePart, sealPart, shownName, type Note } from './finish-upload.js';

/** How long uploads are kept, in ms. */
export interface Keeping {
  /** How long an unfinished upload is kept after its last byte, in ms. */
  unfinished: number;
  /** How long the note of a received upload is kept, in ms. */
  received: number;
}

/** The dependencies of uploads. */
export interface UploadsParts {
  incoming: string;
  work: string;
  files: Files;
  clock: Clock;
  log: Log;
  keeping?: Keeping;
  /** Whether a sender (`authorOf`) may upload now; called when an upload is finished without a request. */
  mayUpload?: (by: string) => boolean;
  /** Called with each complete upload right before it appears in `incoming`; may be repeated after a crash. */
  accepted?: (upload: Accepted) => void;
  /** The listings of senders; without it, uploads by a single request are neither received nor finished. */
  sent?: SentFiles;
  /** Whether the holder of listed bytes has a photo with them whose original is on this server. */
  isStored?: (file: SentBytes) => boolean;
  /** The free space on the disk of a folder, and its size. */
  room?: (folder: string) => Promise<Room>;
  /** The maximum number of files per sender that wait for a name that the spool accepts. */
  mostWaiting?: number;
}

/** An upload with the hash of all its bytes. */
export type Accepted = Pick<WantedUpload, 'by' | 'holder' | 'metadata'> & { sha256: string };

/** The uploads of a processor. */
export interface OpenUploads extends Uploads {
  /** Resolves when no upload is being finished. */
  close(): Promise<void>;
}

const hour = 3_600_000;
const usual: Keeping = { unfinished: 7 * 24 * hour, received: 24 * hour };
/** The maximum number of unfinished uploads per sender. */
const mostOfOne = 100;
/** The maximum number of files per sender that wait for another name: macOS sends a hidden file with many photos. */
const mostWaitingOfOne = 20_000;
const names = /^([0-9a-f]{32})\.(?:json|part)$/;

/** Opens the uploads of a spool: removes old ones, and starts finishing complete ones. */
export async function openUploads(parts: UploadsParts): Promise<OpenUploads> {
  const { files, clock, keeping = usual } = parts;
  const store = openStore(parts);
  const { unfinished, noteOf, partOf, folderForNew, read } = store;
  const { finishing, finish, remove } = openFinishing(parts, store, find);
  const receiving = new Set<string>();
  const sweep = openSweep(parts, store, { finishing, finish }, receiving);
  let swept = clock.now();

  async function find(id: string): Promise<Upload | undefined> {
    const found = await read(id);
    if (!found) return undefined;
    const { folder, note } = found;
    const { by, holder, length, metadata, begun, sha256 } = note;
    const part = await files.stat(partOf(folder, id));
    const touched = Math.max(begun, part?.mtimeMs ?? 0);
    const known = { id, by, ...(holder !== undefined && { holder }), length, metadata, touched };
    if (!part) return sha256 === undefined ? undefined : { ...known, state: 'received', bytes: length, sha256 };
    if (note.put === undefined && clock.now() - touched > keeping.unfinished) return undefined;
    return { ...known, state: finishing.has(id) ? 'checking' : 'uploading', bytes: part.size };
  }

  await sweep();

  const uploads: OpenUploads = {
    find,
    finish,
    async begin(id, wanted) {
      if (clock.now() - swept > hour) {
        swept = clock.now();
        await sweep();
      }
      const folder = await folderForNew(wanted);
      await files.makeFolder(folder);
      await checkAmount(parts, store, folder, wanted);
      checkWaiting(parts, store, wanted);
      unfinished.set(id, { by: wanted.by, length: wanted.length, folder });
      const note: Note = { format: 1, ...wanted, begun: clock.now() };
      await files.extend(Readable.from([]), partOf(folder, id));
      await files.replace(noteOf(folder, id), JSON.stringify(note));
    },
    async append(id, stream) {
      const found = await read(id);
      if (!found) throw missing();
      const part = partOf(found.folder, id);
      try {
        await files.extend(stream, part);
      } catch (error) {
        const known = toPhotospoolError(error, 'take in', shownName(found.note));
        throw known.code === 'internal' ? error : known;
      }
      return (await files.stat(part))?.size ?? 0;
    },
    remove,
    put: async (id, wanted, stream, still) => {
      receiving.add(id);
      try {
        return await receivePut(parts, store, uploads, { id, wanted, stream, ...(still && { still }) });
      } finally {
        receiving.delete(id);
      }
    },
    locate: (entry) => locate(parts, store, entry),
    async close() {
      await Promise.allSettled(finishing.values());
    },
  };
  return uploads;
}

/** Receives an upload by a single request. Leaves nothing if that fails. */
async function receivePut(
  { files }: UploadsParts,
  { read, noteOf, drop }: Store,
  uploads: Uploads,
  { id, wanted, stream, still }: { id: string; wanted: WantedPut; stream: Readable; still?: Still },
): Promise<{ bytes: number; sha256: string }> {
  const { length } = wanted;
  try {
    await uploads.begin(id, { ...wanted, length: length ?? -1 });
    const bytes = await uploads.append(id, stream);
    if (length !== undefined && bytes !== length)
      throw new PhotospoolError('invalid', 'The file’s size doesn’t match the announced size.', {
        hint: 'Send it again.',
      });
    const found = await read(id);
    if (!found) throw missing();
    if (length === undefined)
      await files.replace(noteOf(found.folder, id), JSON.stringify({ ...found.note, length: bytes }));
    const { sha256 = '' } = await uploads.finish(id, still);
    return { bytes, sha256 };
  } catch (error) {
    const found = await read(id);
    // An upload that is listed is on its way: the next start, or the next sweep, completes it.
    if (found?.note.sha256 === undefined && found) await drop(found.folder, id);
    throw error;
  }
}

/** The path of the bytes of a listed file, which may move meanwhile. */
async function locate(
  parts: UploadsParts,
  { read, partOf, hashOf }: Store,
  entry: SentFile,
): Promise<string | undefined> {
  const { incoming, work, files } = parts;
  const upload = entry.file?.upload;
  if (upload === undefined) return undefined;
  for (let tries = 0; tries < 3; tries++) {
    const found = await read(upload);
    const part = found && partOf(found.folder, upload);
    if (part !== undefined && (await files.stat(part))) return part;
    const path = await findSent({ incoming, work, files, hashOf }, entry);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** The folders, notes and bytes of uploads. */
type Store = ReturnType<typeof openStore>;

function openStore({ incoming, work, files, clock }: UploadsParts) {
  const [besideClaims, inIncoming] = [join(work, '.uploads'), join(incoming, '.photospool-uploads')];
  /** Uploads for people have separate folders: older versions would turn them into photos of the house. */
  const forPeople = (folder: string): string => `${folder}-own`;
  const folders = [besideClaims, inIncoming].flatMap((folder) => [folder, forPeople(folder)]);

  /** The incomplete uploads, by id. */
  const unfinished = new Map<string, { by: string; length: number; folder: string }>();
  /** The senders of the uploads that wait for another name, by id. */
  const waiting = new Map<string, string>();
  const noteOf = (folder: string, id: string): string => join(folder, `${id}.json`);
  const partOf = (folder: string, id: string): string => join(folder, `${id}.part`);

  /** The folder for new uploads: beside the claims, if a hard link from there to `incoming` is possible. */
  async function folderForNew({ holder }: Pick<WantedUpload, 'holder'>): Promise<string> {
    const [there, own] = [await files.stat(incoming), await files.stat(work)];
    const folder = there?.dev === own?.dev ? besideClaims : inIncoming;
    if (there) return holder === undefined ? folder : forPeople(folder);
    throw new PhotospoolError('busy', 'The folder for new photos is missing.', {
      hint: 'Check that its disk is connected. Photospool retries automatically.',
    });
  }

  async function read(id: string): Promise<{ folder: string; note: Note } | undefined> {
    for (const folder of folders) {
      const note = parseNote(await files.readText(noteOf(folder, id)));
      if (note) return { folder, note };
    }
    return undefined;
  }

  async function drop(folder: string, id: string): Promise<void> {
    unfinished.delete(id);
    waiting.delete(id);
    await files.remove(noteOf(folder, id));
    await files.remove(partOf(folder, id));
  }
  return { folders, unfinished, waiting, noteOf, partOf, folderForNew, read, drop, hashOf: openHashes(files, clock) };
}

const isListed = (sent: SentFiles | undefined, id: string): boolean =>
  sent !== undefined && sent.ofUpload(id).length > 0;

/** Puts a sealed part into `incoming`. */
async function place({ files, incoming, accepted }: UploadsParts, part: string, note: Note): Promise<void> {
  const { by, holder, metadata, sha256 } = note;
  if (sha256 !== undefined) accepted?.({ by, ...(holder !== undefined && { holder }), metadata, sha256 });
  await placePart(files, incoming, part, note);
}

/** Finishes complete uploads, and removes uploads; never both at once. Concurrent calls to finish one share one run. */
function openFinishing(parts: UploadsParts, store: Store, find: (id: string) => Promise<Upload | undefined>) {
  const { files, clock, sent } = parts;
  const { unfinished, waiting, noteOf, partOf, folderForNew, read, drop } = store;
  const finishing = new Map<string, Promise<Upload>>();

  async function complete(id: string, still: Still = () => undefined): Promise<Upload> {
    const found = await read(id);
    if (!found) throw missing();
    const { folder } = found;
    let { note } = found;
    const part = partOf(folder, id);
    if ((await files.stat(part))?.size === note.length) {
      if (note.sha256 === undefined) {
        note = await sealPart(files, part, note)
          .then(async (sealed) => (await checkGuestFile(files, part, sealed), sealed))
          .catch((error: unknown) => dropWrong(store, folder, id, error));
        await files.replace(noteOf(folder, id), JSON.stringify(note));
      }
      await folderForNew(note);
      // The right to send a listed file was checked before it was listed, and its sender may have deleted the file since.
      if (!isListed(sent, id)) await dropUnless(still, folder, id);
      unfinished.delete(id);
      if (note.put !== undefined) return finishPut(id, folder, { ...note, put: note.put });
      await place(parts, part, note);
    }
    const upload = await find(id);
    if (!upload) throw missing();
    return upload;
  }

  /** Lists an upload by a single request, and processes its bytes accordingly. */
  async function finishPut(id: string, folder: string, note: Note & { put: string }): Promise<Upload> {
    const { by, length, metadata, sha256 = '' } = note;
    const answer: Upload = { id, by, length, metadata, bytes: length, touched: note.begun, state: 'received', sha256 };
    if (!sent) return answer;
    // An empty file is no photo; clients create one before they send its content.
    const now = clock.now();
    const next =
      length === 0
        ? listEmpty(sent, note, now)
        : listUpload(sent, { id, note, now, ...(await staleUnder(parts, store, note)) });
    if (next.kind === 'waits') {
      waiting.set(id, by);
      if (note.waits !== true) await files.replace(noteOf(folder, id), JSON.stringify({ ...note, waits: true }));
    } else {
      if (next.kind === 'goes') await place(parts, partOf(folder, id), renamed(note, next));
      await drop(folder, id);
    }
    if (next.replaced !== undefined) await dropWaiting(next.replaced);
    return answer;
  }

  /** Removes an upload that waits and is no longer listed; one that is on its way to the spool stays. */
  async function dropWaiting(id: string): Promise<void> {
    await finishing.get(id)?.catch(() => undefined);
    const found = await read(id);
    if (found?.note.waits === true) await drop(found.folder, id);
  }

  async function dropUnless(still: Still, folder: string, id: string): Promise<void> {
    try {
      still();
    } catch (error) {
      await drop(folder, id);
      throw error;
    }
  }

  function finish(id: string, still?: Still): Promise<Upload> {
    const under = finishing.get(id) ?? complete(id, still).finally(() => finishing.delete(id));
    finishing.set(id, under);
    return under;
  }

  return { finishing, finish, remove: openRemoving(parts, store, finishing) };
}

/** Removes uploads; `finishing` contains those being finished; adds those that can no longer be. */
function openRemoving(
  { files, sent }: UploadsParts,
  { partOf, read, drop }: Store,
  finishing: Map<string, Promise<Upload>>,
): (id: string) => Promise<Removal> {
  async function remove(id: string): Promise<Removal> {
    for (let under; (under = finishing.get(id));) await under.catch(() => undefined);
    const removal = removeNow(id).finally(() => finishing.delete(id));
    // Otherwise one that starts now could place the file after the search for it.
    const refusal = removal.then<Upload>(() => Promise.reject(missing()));
    refusal.catch(() => undefined);
    finishing.set(id, refusal);
    return removal;
  }

  async function removeNow(id: string): Promise<Removal> {
    const found = await read(id);
    if (!found) return undefined;
    const part = await files.stat(partOf(found.folder, id));
    // If it has two names, it is already in `incoming`.
    const isPlaced = found.note.sha256 !== undefined && (part?.nlink ?? 2) > 1;
    await drop(found.folder, id);
    // A row without bytes would make the file count as known when it is sent again, and discard it.
    if (sent) sent.drop(sent.ofUpload(id));
    return isPlaced ? 'placed' : 'removed';
  }
  return remove;
}

/** Removes an upload that failed a check of its bytes, and throws its error. */
async function dropWrong({ drop }: Store, folder: string, id: string, error: unknown): Promise<never> {
  const isWrong = error instanceof PhotospoolError && (error.code === 'mismatch' || error.code === 'unsupported');
  if (isWrong) await drop(folder, id);
  throw error;
}

/** The upload of the entry with the path and the bytes of a note, if the bytes no longer exist. */
async function staleUnder(
  parts: UploadsParts,
  store: Store,
  { by, put, sha256, waits }: Note & { put: string },
): Promise<{ stale?: string }> {
  const { sent, isStored = () => false } = parts;
  const there = waits === true ? undefined : sent?.find(by, put);
  if (there?.file?.upload === undefined || there.file.sha256 !== sha256) return {};
  const isKept = isStored(there.file) || (await locate(parts, store, there)) !== undefined;
  return isKept ? {} : { stale: there.file.upload };
}

/** Removes old uploads, and finishes complete ones without a request for them. */
function openSweep(
  parts: UploadsParts,
  store: Store,
  { finishing, finish }: Pick<ReturnType<typeof openFinishing>, 'finishing' | 'finish'>,
  receiving: ReadonlySet<string>,
): () => Promise<void> {
  const { files, clock, log, keeping = usual, mayUpload = () => true, sent } = parts;
  const { folders, unfinished, noteOf, partOf, drop } = store;

  async function sweepOne(folder: string, id: string): Promise<void> {
    const note = parseNote(await files.readText(noteOf(folder, id)));
    const part = await files.stat(partOf(folder, id));
    const written = (part ?? (await files.stat(noteOf(folder, id))))?.mtimeMs ?? 0;
    const age = clock.now() - Math.max(written, note?.begun ?? 0);
    // It already has its name in `incoming`, and this one must be removed before the spool sees a file with two.
    if (note?.sha256 !== undefined && part && part.nlink > 1) {
      await files.remove(partOf(folder, id));
      return;
    }
    if (note?.put !== undefined && (!sent || receiving.has(id))) return;
    if (note && part?.size === note.length)
      return void finish(id, () => checkSender(note)).catch((error: unknown) => tell(error, note));
    // Its request has ended, and it can't be continued.
    if (note?.put !== undefined) return drop(folder, id);
    if (note && part) unfinished.set(id, { by: note.by, length: note.length, folder });
    // A new upload has its part before its note.
    const keep = !note ? hour : part ? keeping.unfinished : note.sha256 === undefined ? 0 : keeping.received;
    if (age > keep && !finishing.has(id)) await drop(folder, id);
  }

  /** @throws PhotospoolError `forbidden` if the sender may no longer upload. */
  function checkSender({ by }: Note): void {
    if (!mayUpload(by))
      throw new PhotospoolError('forbidden', 'The person who started this upload can no longer upload.');
  }

  function tell(error: unknown, { holder }: Note): void {
    const failure = toPhotospoolError(error, 'finish', 'an upload');
    const ofPerson = `An upload of a person could not be finished: ${titleOf(failure.code)}.`;
    const fields = { code: failure.code, err: error };
    logFile(log, 'warn', { holder, fields, text: sentence(failure), ofPerson });
  }

  async function sweep(): Promise<void> {
    if (sent) await expireSent(parts, store, sent);
    for (const folder of folders) {
      const there = ((await files.list(folder)) ?? []).map(({ name }) => name);
      if (there.length > 0) await files.sweep(folder);
      for (const id of new Set(there.flatMap((name) => names.exec(name)?.[1] ?? []))) await sweepOne(folder, id);
    }
  }
  return sweep;
}

/** Removes old listings. A photo that waited for another name still goes to the spool. */
async function expireSent(
  parts: UploadsParts,
  { read, drop, partOf, folderForNew }: Store,
  sent: SentFiles,
): Promise<void> {
  const { files, clock, log } = parts;
  const before = clock.now() - listedFor;

  /**
   * Ends the waiting of an upload that no newer entry names. False if its entries must stay: it is not in the spool
   * yet.
   */
  async function release(id: string, rows: readonly SentFile[]): Promise<boolean> {
    const found = sent.ofUpload(id).length > rows.length ? undefined : await read(id);
    if (!found) return true;
    if (found.note.waits !== true) return false;
    const part = partOf(found.folder, id);
    if ((await files.stat(part)) && (await isPhoto(files, part))) {
      await folderForNew(found.note);
      const { parent: folder, name } = rows[0]!;
      await place(parts, part, renamed(found.note, { folder, name }));
    }
    await drop(found.folder, id);
    return true;
  }

  for (const page of sent.before(before)) {
    await yieldToEventLoop();
    for (const [id, rows] of byUpload(page)) {
      try {
        if (id === undefined || (await release(id, rows))) sent.drop(rows, before);
      } catch (error) {
        // Its rows stay, and the next sweep retries.
        const { code } = toPhotospoolError(error, 'take in', 'a file');
        log.warn({ code }, `An uploaded file could not be moved to incoming: ${titleOf(code)}.`);
      }
    }
  }
}

/** Entries by the upload of their bytes; folders and empty files have none. */
function byUpload(entries: readonly SentFile[]): Map<string | undefined, SentFile[]> {
  const found = new Map<string | undefined, SentFile[]>();
  for (const entry of entries) {
    const rows = found.get(entry.file?.upload);
    if (rows) rows.push(entry);
    else found.set(entry.file?.upload, [entry]);
  }
  return found;
}

/**
 * Ensures that few files of a sender wait for another name: each is kept for 30 days. A replacement doesn't increase
 * their number. @throws PhotospoolError `disk-full`.
 */
function checkWaiting(
  { sent, mostWaiting = mostWaitingOfOne }: UploadsParts,
  { waiting }: Store,
  wanted: WantedUpload,
) {
  const { by, put } = wanted;
  if (put === undefined || !isLeftAlone(splitPath(put).name)) return;
  if (waiting.has(sent?.find(by, put)?.file?.upload ?? '')) return;
  let count = 0;
  for (const sender of waiting.values()) if (sender === by) count++;
  if (count < mostWaiting) return;
  throw new PhotospoolError('disk-full', `Too many files are waiting beside “${shownName(wanted)}” for another name.`, {
    hint: 'Rename or delete hidden and unfinished files in this folder. After 30 days they are removed.',
  });
}

/**
 * Ensures that one sender's unfinished uploads can all be finished, within the roughly known free space: the sender
 * chooses the sizes, so the responses would reveal the exact free space. @throws PhotospoolError `slow-down`,
 * `disk-full`.
 */
async function checkAmount(
  { files, room = roomOf }: UploadsParts,
  { unfinished, partOf }: Store,
  folder: string,
  wanted: WantedUpload,
): Promise<void> {
  const own = [...unfinished].filter(([, { by }]) => by === wanted.by);
  if (own.length >= mostOfOne) {
    throw new PhotospoolError('slow-down', `You have ${mostOfOne} unfinished uploads.`, {
      hint: 'Finish or cancel some of them. Unfinished uploads are deleted after a week.',
    });
  }
  let needed = Math.max(0, wanted.length);
  for (const [id, one] of own)
    needed += Math.max(0, one.length) - ((await files.stat(partOf(one.folder, id)))?.size ?? 0);
  if (roughly(await room(folder)) >= needed) return;
  throw new PhotospoolError('disk-full', `There is not enough space for “${shownName(wanted)}”.`, {
    hint: 'Free up space on the server. The upload is retried automatically.',
  });
}

const missing = (): PhotospoolError => new PhotospoolError('not-found', 'This upload doesn’t exist.');

function parseNote(text: string | undefined): Note | undefined {
  if (text === undefined) return undefined;
  try {
    const note = JSON.parse(text) as Note;
    return (note as { format: unknown }).format === 1 ? note : undefined;
  } catch {
    // Truncated by an unreliable disk: removed like a part without a note.
    return undefined;
  }
}
