/**
 * Originals for those who may have the picture and nothing that it tells: sent without it. Where that can't be surely done, a
 * JPEG is made of the picture and sent instead; else nothing is. What is sent lies in a file as long as somebody reads it, so that
 * slow readers hold no memory; a crash leaves the file, which the next start sweeps away.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { addressGroups } from '../../access/address-prefix.js';
import { PhotospoolError, notFound } from '../../base/errors.js';
import type { PhotoView } from '../../document/photo-view.js';
import { families } from '../../photo/formats/families.js';
import { strip, strippable } from '../../photo/strip/strip-metadata.js';
import { bareFilms } from '../../video/ffmpeg-arguments.js';
import { siteShare } from '../http/rate-limit.js';
import { disposition } from '../http/content-disposition.js';
import { isNoFile, sendWhole } from './send-file.js';
import type { ServerParts } from '../context.js';

/** The MIME types of originals that are given so, as they are or as a JPEG of their picture. `makes`: whether the latter is had. */
export const givenTypes = (makes: boolean): string[] =>
  makes ? [...new Set([...pictures, ...bareFilms])] : [...strippable];

const pictures = families
  .flatMap(({ kinds }) => kinds)
  .filter(({ type, missing }) => type.startsWith('image/') && missing === undefined)
  .map(({ type }) => type);

/** An original is held in memory while it is stripped: of this size at most, one at a time. */
const largest = 200 * 1024 * 1024;
/** Files that are made at once, of which lie on the disk at once, and that one address reads at once (a /48: five times as many). */
const [mostMade, mostKept, mostRead] = [3, 32, 8];

/** What has nothing but an original's picture or film, in a file for the time that it is sent. */
interface Made {
  path: string;
  type: string;
  remove(): Promise<void>;
}
/** One that somebody reads; all who want the same original at the same time read the same file. */
interface Kept {
  made: Promise<Made | undefined>;
  readers: number;
}

/** Originals that are given without what they tell. */
export interface Stripping {
  /** Answers with one. @throws PhotospoolError `not-found`, `unsupported` where it can't be had so, `busy`. */
  send(request: FastifyRequest, reply: FastifyReply, photo: PhotoView & { path: string }): Promise<FastifyReply>;
}

/** Opens them. */
export function openStripping({ blobs, files, toBare }: Pick<ServerParts, 'blobs' | 'files' | 'toBare'>): Stripping {
  const kept = new Map<string, Kept>();
  const reading = new Map<string, number>();
  let making = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** The original with its other parts taken out, in a new file; undefined where it is not understood to its end. */
  async function stripTo({ path, type }: PhotoView & { path: string }): Promise<Made | undefined> {
    const bare = strip(await files.reading(blobs.original(path), (file) => file.readFile()), type);
    if (!bare) return undefined;
    const made = blobs.temporary();
    await files.scratch(made, bare);
    const remove = async (): Promise<void> => {
      await files.remove(made);
    };
    return { path: made, type, remove };
  }

  async function make(photo: PhotoView & { path: string }): Promise<Made | undefined> {
    making++;
    try {
      if (strippable.includes(photo.type) && photo.bytes <= largest) {
        const turn = last.then(() => stripTo(photo));
        last = turn.catch(() => undefined);
        const made = await turn;
        if (made) return made;
      }
      return await toBare?.(photo.path);
    } catch (error) {
      throw isNoFile(error) ? notFound(missing) : error;
    } finally {
      making--;
    }
  }

  /** Takes part in reading an original's file, which is made where nobody reads it yet. */
  function join(photo: PhotoView & { path: string }): Kept {
    const there = kept.get(photo.id);
    if (!there && (making >= mostMade || kept.size >= mostKept)) throw busy();
    const one = there ?? { made: make(photo), readers: 0 };
    kept.set(photo.id, one);
    one.readers++;
    return one;
  }

  function leave(id: string, one: Kept): void {
    one.readers--;
    if (one.readers > 0) return;
    kept.delete(id);
    // On Windows a file goes when it is closed, and else at the next start.
    one.made.then((made) => made?.remove()).catch(() => undefined);
  }

  /** Counts an address's reading. @throws PhotospoolError `busy` where it reads too many. */
  function enter(address: string): () => void {
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
  }

  return {
    async send(request, reply, photo) {
      const exit = enter(request.ip);
      reply.raw.once('close', exit);
      const one = join(photo);
      reply.raw.once('close', () => leave(photo.id, one));
      const made = await one.made;
      if (!made) throw refused();
      return sendWhole(reply, made.path, made.type, attachment(photo, made.type));
    },
  };
}

const missing = 'The original is not on this server.';
const busy = (): PhotospoolError =>
  new PhotospoolError('busy', 'Others are taking originals.', { hint: 'Try again in a moment.' });

/** Endings of names, where they are not what the type says. */
const endings: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/tiff': 'tif',
  'video/quicktime': 'mov',
  'video/x-m4v': 'm4v',
  'video/3gpp': '3gp',
};

function attachment({ taken }: PhotoView, type: string): string {
  const kind = type.startsWith('video/') ? 'video' : 'photo';
  return disposition(
    'attachment',
    `${kind}-${taken.slice(0, 10)}.${endings[type] ?? type.slice(type.indexOf('/') + 1)}`,
  );
}

const refused = (): PhotospoolError =>
  new PhotospoolError(
    'unsupported',
    'This kind of original can’t be given without what it tells of where and by whom.',
    {
      hint: 'Its large picture can.',
    },
  );
