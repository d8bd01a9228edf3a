/**
 * Originals for those who may have the picture and nothing that it tells: sent without it. Where that can't be surely done, a
 * JPEG is made of the picture and sent instead; else nothing is.
 */
import { readFile } from 'node:fs/promises';
import type { FastifyReply } from 'fastify';
import { PhotospoolError, toPhotospoolError } from '../base/errors.js';
import type { PhotoView } from '../document/view.js';
import { families } from '../photo/families.js';
import { strip, strippable } from '../photo/strip.js';
import { bareFilms } from '../video/making.js';
import { disposition } from './disposition.js';
import { sendWhole } from './download.js';

/** The MIME types of originals that are given so, as they are or as a JPEG of their picture. `makes`: whether the latter is had. */
export const givenTypes = (makes: boolean): string[] =>
  makes ? [...new Set([...pictures, ...bareFilms])] : [...strippable];

const pictures = families
  .flatMap(({ kinds }) => kinds)
  .filter(({ type, missing }) => type.startsWith('image/') && missing === undefined)
  .map(({ type }) => type);

/** An original is held in memory while it is stripped: of this size at most, and so many at once. */
const largest = 200 * 1024 * 1024;
const mostAtOnce = 3;
let inHand = 0;

/** Makes of an original what has nothing but its picture or film; undefined where it can't be had. */
type Make = () => Promise<{ path: string; type: string; remove(): Promise<void> } | undefined>;

/** Answers with a stripped original, or what was made of it. @throws PhotospoolError `unsupported`, `busy`. */
export async function sendStripped(
  reply: FastifyReply,
  photo: PhotoView,
  path: string,
  make?: Make,
): Promise<FastifyReply> {
  const { type, bytes } = photo;
  if (inHand >= mostAtOnce)
    throw new PhotospoolError('busy', 'Others are taking originals.', { hint: 'Try again in a moment.' });
  inHand++;
  try {
    const bare = strippable.includes(type) && bytes <= largest ? strip(await read(path), type) : undefined;
    if (bare) return await reply.headers(headersOf(photo, type)).type(type).send(bare);
    const made = await make?.();
    if (!made) throw refused();
    reply.raw.once('close', () => void made.remove().catch(() => undefined));
    return await sendWhole(reply, made.path, made.type, attachment(photo, made.type));
  } finally {
    inHand--;
  }
}

const read = (path: string): Promise<Buffer> =>
  readFile(path).catch((error: unknown) => {
    throw toPhotospoolError(error, 'read', path);
  });

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

const headersOf = (photo: PhotoView, type: string): Record<string, string> => ({
  'cache-control': 'private, no-cache',
  'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  'content-disposition': attachment(photo, type),
});

const refused = (): PhotospoolError =>
  new PhotospoolError(
    'unsupported',
    'This kind of original can’t be given without what it tells of where and by whom.',
    {
      hint: 'Its large picture can.',
    },
  );
