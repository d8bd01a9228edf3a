/**
 * Stripped originals, for viewers with access to the picture but not to its metadata. An original that can't be
 * stripped reliably is converted to a JPEG; if that fails, too, nothing is sent. The result is a temporary file while
 * someone reads it, so that slow readers occupy no memory; a crash leaves the file, which the next start removes.
 */
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { openPool } from '../../base/async/concurrency-limit.js';
import { addressGroups } from '../../access/address-prefix.js';
import { PhotospoolError, notFound } from '../../base/errors.js';
import { developKey } from '../../document/develop.js';
import type { PhotoView } from '../../document/photo-view.js';
import { families } from '../../photo/formats/families.js';
import { strip, strippable } from '../../photo/strip/strip-metadata.js';
import { bareFilms } from '../../video/ffmpeg-arguments.js';
import { siteShare } from '../http/rate-limit.js';
import { disposition } from '../http/content-disposition.js';
import { isNoFile, sendWhole } from './send-file.js';
import { openTurned, turnsOf } from './rotated-bytes.js';
import type { ServerParts } from '../context.js';

/**
 * The MIME types of originals available in this form, stripped or converted to JPEG. `makes`: whether conversion is
 * available.
 */
export const givenTypes = (makes: boolean): string[] =>
  makes ? [...new Set([...pictures, ...bareFilms])] : [...strippable];

const pictures = families
  .flatMap(({ kinds }) => kinds)
  .filter(({ type, missing }) => type.startsWith('image/') && missing === undefined)
  .map(({ type }) => type);

/** The maximum size of an original, which is in memory while it is stripped, one at a time. */
const largest = 200 * 1024 * 1024;
/** The maximum number of files in preparation, on the disk, and read by one address (a /48: five times as many). */
const [mostMade, mostKept, mostRead] = [3, 32, 8];

/** A stripped original, in a temporary file while it is sent. */
interface Made {
  path: string;
  type: string;
  remove(): Promise<void>;
}
/** A file being read; concurrent readers of the same original share it. */
interface Kept {
  made: Promise<Made | undefined>;
  readers: number;
}

/** Stripped originals. */
export interface Stripping {
  /** Sends one. @throws PhotospoolError `not-found`, `unsupported` if it can't be stripped, `busy`. */
  send(request: FastifyRequest, reply: FastifyReply, photo: PhotoView & { path: string }): Promise<FastifyReply>;
  /**
   * Counts an archive as a file that is read by an address; returns the function that ends that. @throws
   * PhotospoolError `busy`.
   */
  enter(address: string): () => void;
  /** Makes one for an archive, taking turns with other archives; undefined if it can't be stripped. */
  prepare(photo: PhotoView & { path: string }): Promise<Stripped | undefined>;
}

/** A stripped original for an archive: its name, and its bytes. The caller removes it. */
export interface Stripped {
  name: string;
  open(): Promise<Readable>;
  remove(): Promise<void>;
}

/**
 * Opens the service. A photo that is shown cropped or rotated is sent as a JPEG of its edited picture, a rotated video
 * as it is played.
 */
export function openStripping({ blobs, files, toBare }: Pick<ServerParts, 'blobs' | 'files' | 'toBare'>): Stripping {
  const kept = new Map<string, Kept>();
  const enter = openReaders();
  let making = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** Strips an original to a new file; undefined if it is not fully understood. */
  async function stripTo({ path, type }: PhotoView & { path: string }): Promise<Made | undefined> {
    const bare = strip(await files.reading(blobs.original(path), (file) => file.readFile()), type);
    if (!bare) return undefined;
    const made = blobs.temporary();
    await files.scratch(made, bare);
    return { path: made, type, remove: () => files.discard(made) };
  }

  async function make(photo: PhotoView & { path: string }): Promise<Made | undefined> {
    making++;
    const develop = turnsOf(photo) === undefined ? photo.develop : undefined;
    try {
      if (!develop && strippable.includes(photo.type) && photo.bytes <= largest) {
        const turn = last.then(() => stripTo(photo));
        last = turn.catch(() => undefined);
        const made = await turn;
        if (made) return made;
      }
      return await toBare?.(photo.path, develop);
    } catch (error) {
      throw isNoFile(error) ? notFound(missing) : error;
    } finally {
      making--;
    }
  }

  /** Adds a reader to the file of an original, which is created for the first one. */
  function join(photo: PhotoView & { path: string }): Kept {
    const key = keyOf(photo);
    const there = kept.get(key);
    if (!there && (making >= mostMade || kept.size >= mostKept)) throw busy();
    const one = there ?? { made: make(photo), readers: 0 };
    kept.set(key, one);
    one.readers++;
    return one;
  }

  function leave(id: string, one: Kept): void {
    one.readers--;
    if (one.readers > 0) return;
    kept.delete(id);
    // On Windows the file is deleted when it is closed, or at the next start.
    one.made.then((made) => made?.remove()).catch(() => undefined);
  }

  /** Archives wait for each other, so that they leave capacity for single files. */
  const inTurn = openPool(1);

  return {
    enter,
    async prepare(photo) {
      const made = await inTurn(() => make(photo));
      if (!made) return undefined;
      const open = (): Promise<Readable> => openTurned(made.path, turnsOf(photo));
      return { name: nameFor(photo, made.type), open, remove: () => made.remove() };
    },
    async send(request, reply, photo) {
      const exit = enter(request.ip);
      reply.raw.once('close', exit);
      const one = join(photo);
      reply.raw.once('close', () => leave(keyOf(photo), one));
      const made = await one.made;
      if (!made) throw refused();
      return sendWhole(reply, made.path, made.type, attachment(photo, made.type), turnsOf(photo));
    },
  };
}

/** Counts readers by address: each call counts one, until the returned function is called. @throws PhotospoolError `busy`. */
function openReaders(): (address: string) => () => void {
  const reading = new Map<string, number>();
  return (address) => {
    const groups = addressGroups(address);
    if (groups.some((group, n) => (reading.get(group) ?? 0) >= mostRead * (n === 0 ? 1 : siteShare))) throw busy();
    for (const group of groups) reading.set(group, (reading.get(group) ?? 0) + 1);
    return () => {
      for (const group of groups) {
        const left = (reading.get(group) ?? 1) - 1;
        if (left === 0) reading.delete(group);
        else reading.set(group, left);
      }
    };
  };
}

/** Readers share a file only while it shows the same picture. */
const keyOf = ({ id, develop }: PhotoView): string => (develop ? `${id} ${developKey(develop)}` : id);

const missing = 'The original is on another server.';
const busy = (): PhotospoolError =>
  new PhotospoolError('busy', 'Too many originals are being downloaded.', { hint: 'Try again in a moment.' });

/** File extensions, if they differ from the subtype. */
const endings: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/tiff': 'tif',
  'video/quicktime': 'mov',
  'video/x-m4v': 'm4v',
  'video/3gpp': '3gp',
};

/** The name of a stripped original: its real name may contain names of people and places. */
export function nameFor({ taken }: PhotoView, type: string): string {
  const kind = type.startsWith('video/') ? 'video' : 'photo';
  return `${kind}-${taken.slice(0, 10)}.${endings[type] ?? type.slice(type.indexOf('/') + 1)}`;
}

const attachment = (photo: PhotoView, type: string): string => disposition('attachment', nameFor(photo, type));

const refused = (): PhotospoolError =>
  new PhotospoolError('unsupported', 'Location and personal data can’t be removed from originals of this type.', {
    hint: 'Download the large picture instead.',
  });
