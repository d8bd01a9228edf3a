/** Originals for those who may have the picture and nothing that it tells: sent without it, or not at all. */
import { readFile } from 'node:fs/promises';
import type { FastifyReply } from 'fastify';
import { PhotospoolError, toPhotospoolError } from '../base/errors.js';
import type { PhotoView } from '../document/view.js';
import { strip } from '../photo/strip.js';
import { disposition } from './disposition.js';

/** An original is held in memory while it is stripped: of this size at most, and so many at once. */
const largest = 200 * 1024 * 1024;
const mostAtOnce = 3;
let inHand = 0;

/** Answers with a stripped original. @throws PhotospoolError `unsupported`, `busy`. */
export async function sendStripped(reply: FastifyReply, photo: PhotoView, path: string): Promise<FastifyReply> {
  const { type, bytes, taken } = photo;
  if (bytes > largest) throw refused();
  if (inHand >= mostAtOnce)
    throw new PhotospoolError('busy', 'Others are taking originals.', { hint: 'Try again in a moment.' });
  inHand++;
  try {
    const whole = await readFile(path).catch((error: unknown) => {
      throw toPhotospoolError(error, 'read', path);
    });
    const bare = strip(whole, type);
    if (!bare) throw refused();
    const name = `photo-${taken.slice(0, 10)}.${type === 'image/png' ? 'png' : 'jpg'}`;
    return await reply
      .headers({
        'cache-control': 'private, no-cache',
        'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
        'content-disposition': disposition('attachment', name),
      })
      .type(type)
      .send(bare);
  } finally {
    inHand--;
  }
}

const refused = (): PhotospoolError =>
  new PhotospoolError(
    'unsupported',
    'This kind of original can’t be given without what it tells of where and by whom.',
    {
      hint: 'Its large picture can.',
    },
  );
