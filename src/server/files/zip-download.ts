/**
 * Many originals as one ZIP archive, generated while it is sent: one file is open at a time, and nothing is kept in
 * memory or on disk. Files are stored uncompressed (photos don't shrink), so that the size is known before the first
 * byte. An archive that can't be completed ends early, which a browser notices by its length.
 */
import { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { yieldToEventLoop } from '../../base/async/yield.js';
import type { ExportFile } from './export-file.js';
import { openTurned, type Turns } from './rotated-bytes.js';
import { plain } from '../http/content-disposition.js';

/** A file for an archive. */
export interface Zipped {
  /** An absolute path. */
  path: string;
  /** The original name; it is sanitised, and made unique. */
  name: string;
  bytes: number;
  /** Local wall time. */
  taken: string;
  /** The quarter turns clockwise by which a video is rotated in the archive. */
  turns?: Turns | undefined;
  /**
   * Called right before its first byte is sent. @throws if the reader has lost access to it: the archive breaks off.
   */
  check?: (() => void) | undefined;
}

/** An archive that is generated while it is read, and its length in bytes. */
export interface ZipDownload {
  stream: Readable;
  bytes: number;
}

/** Creates an archive of files. Destroying the stream ends the work. `read`: opens a file; for tests. */
export async function zip(files: readonly Zipped[], read = openTurned): Promise<ZipDownload> {
  const { made, stream, add } = openArchive();
  const names = distinct(files.map(({ name }) => name));
  files.forEach(({ path, bytes, taken, turns, check }, n) => {
    add(names[n]!, { size: bytes, mtime: timeOf(taken) }, async () => (check?.(), read(path, turns)));
  });
  // The package's types lack the argument that its documentation describes: the size.
  const size = await new Promise<number>((tell) =>
    made.end({ forceZip64Format: false, comment: '' }, tell as unknown as () => void),
  );
  return { stream, bytes: size };
}

/**
 * Creates an archive of the files of an export, whose length is unknown until it ends. Destroying the stream ends the
 * work; an archive that can't be completed breaks off, which a browser notices. `ended` is called once, however it
 * ends. `check`: called right before the first byte of each file; if it throws, the archive breaks off.
 */
export function zipExport(
  files: Iterable<ExportFile>,
  ended: () => void,
  check: (file: ExportFile) => void = () => undefined,
): Readable {
  const { made, stream, failed, add } = openArchive();
  stream.once('close', ended);

  async function fill(): Promise<void> {
    let n = 0;
    for (const file of files) {
      if (stream.destroyed) return;
      if (++n % share === 0) await yieldToEventLoop();
      const size = file.kind === 'made' ? {} : { size: file.bytes };
      add(file.path, { mtime: timeOf(file.taken), ...size }, async () => (check(file), open(file)));
    }
    made.end();
  }
  fill().catch(failed);
  return stream;
}

/** A file that is made for an archive: its name, and its bytes. */
export interface Prepared {
  name: string;
  open(): Promise<Readable>;
  /** Removes the file; called when it has been read, or is no longer needed. */
  remove(): Promise<void>;
}

/**
 * Creates an archive of files that are made one after the other, each when the previous one has been read; those that
 * can't be made are omitted. Destroying the stream ends the work. `taken` is local wall time.
 */
export function zipPrepared(files: Iterable<{ taken: string; prepare(): Promise<Prepared | undefined> }>): Readable {
  const { made, stream, failed, add } = openArchive();
  const nameIn = openDistinct();

  async function put({ name, open, remove }: Prepared, taken: string): Promise<void> {
    try {
      if (stream.destroyed) return;
      await new Promise<void>((done) => {
        stream.once('close', done);
        add(nameIn(name), { mtime: timeOf(taken) }, async () => (await open()).once('close', done));
      });
    } finally {
      await remove();
    }
  }

  async function fill(): Promise<void> {
    for (const { taken, prepare } of files) {
      if (stream.destroyed) return;
      const file = await prepare();
      if (file) await put(file, taken);
    }
    made.end();
  }
  fill().catch(failed);
  return stream;
}

/** An archive sent as `stream`. One file is open at a time; none stays open when the stream is closed. */
function openArchive() {
  const made = new ZipFile();
  const stream = new PassThrough();
  const failed = (error: unknown): void => void stream.destroy(error instanceof Error ? error : undefined);
  made.outputStream.pipe(stream);
  made.on('error', failed);
  let current: Readable | undefined;
  stream.once('close', () => current?.destroy());

  function add(name: string, how: { size?: number; mtime: Date }, read: () => Promise<Readable>): void {
    made.addReadStreamLazy(name, { compress: false, ...how }, (hand) => {
      read().then((bytes) => {
        current = bytes;
        // The client may have disconnected meanwhile.
        if (stream.destroyed) bytes.destroy();
        else hand(undefined, bytes);
      }, failed);
    });
  }
  return { made, stream, failed, add };
}

/** The number of files added between two turns. */
const share = 100;

/** The bytes of a file of an export. */
async function open(file: ExportFile): Promise<Readable> {
  if (file.kind === 'made') return Readable.from([await file.make()]);
  return openTurned(file.source, file.kind === 'rotated' ? file.turns : undefined);
}

/** The wall time in the archive's range, which is reliable from 1980 to 2037. */
function timeOf(taken: string): Date {
  const time = Date.parse(`${taken}Z`);
  return new Date(Math.min(Date.UTC(2037, 11, 31), Math.max(Date.UTC(1980, 0, 2), Number.isNaN(time) ? 0 : time)));
}

/** Characters that some system forbids in file names. */
const odd = /[<>:"|?*]/gu;
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/iu;

/** Names valid on every system, without duplicates: `a.jpg`, `a (2).jpg`. */
export const distinct = (names: readonly string[]): string[] => names.map(openDistinct());

/** Makes names valid on every system, each different from those made before; with `folder`, in that folder. */
export function openDistinct(): (name: string, folder?: unknown) => string {
  const taken = new Set<string>();
  return (name, folder) => {
    const inFolder = typeof folder === 'string' ? folder : '';
    const clean = plain(name)
      .replace(odd, '_')
      .replace(/[. ]+$/u, '_')
      .replace(devices, '_$&');
    const dot = clean.lastIndexOf('.');
    const [stem, end] = dot > 0 ? [clean.slice(0, dot), clean.slice(dot)] : [clean, ''];
    let free = clean;
    for (let n = 2; taken.has(sameness(inFolder + free)); n++) free = `${stem} (${n})${end}`;
    taken.add(sameness(inFolder + free));
    return free;
  };
}

/** The form in which names are compared: some file systems treat different ones as equal. */
const sameness = (name: string): string => name.normalize('NFC').toLowerCase();
