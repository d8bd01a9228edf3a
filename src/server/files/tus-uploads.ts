/**
 * tus 1.0 (tus.io/protocols/resumable-upload) over the spool's uploads: the core protocol with creation,
 * creation-with-upload, termination and expiration. The spool stores the bytes and their state
 * (src/spool/upload-parts.ts); nothing is stored here, so a crash leaves the same state as in the spool. The caller
 * checks access to an upload.
 */
import { randomBytes } from 'node:crypto';
import { finished, Readable, Transform } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../base/clock.js';
import { notFound, PhotospoolError } from '../../base/errors.js';
import { house, type Holder } from '../../document/item-id.js';
import type { Still, Upload, Uploads } from '../../spool/spool-interface.js';
import { refuse } from '../http/error-responses.js';
import { parseLength, parseMetadata, writeMetadata } from './tus-headers.js';
import { makeUploadLocks } from './upload-locks.js';

/** The path of uploads. */
export const uploadsPath = '/api/uploads';

/** The upload of a request, and its owner. */
export interface TusTarget {
  /** The viewer, in the form of `authorOf`. */
  by: string;
  /** The holder of a new upload. */
  holder?: Holder;
  /** Checks the permission to upload again, at the moment of effect. */
  still: Still;
  /** The upload; absent for a new one. */
  id?: string;
  /** For a new upload: checks whether that many bytes are accepted. @throws PhotospoolError. */
  admit?: (id: string, length: number) => void;
  /** Reverts `admit`, because nothing of the upload was kept: it could not begin, or its sender cancelled it. */
  giveUp?: (id: string) => void;
  /** The path of uploads in the response to a new one; by default `uploadsPath`. */
  path?: string;
}

/** Responds to a request of the protocol. @throws the spool's errors. */
export type Tus = (request: FastifyRequest, reply: FastifyReply, asking: TusTarget) => Promise<FastifyReply>;

const version = '1.0.0';
const extensions = ['creation', 'creation-with-upload', 'termination', 'expiration'];
/** The content type of upload bytes. */
const offsetType = 'application/offset+octet-stream';
/** How long an upload is kept after its last byte, as reported to clients; in ms. */
const kept = 7 * 24 * 3_600_000;

/** Opens the protocol over the uploads of a spool. */
export function openTus(uploads: Uploads, clock: Clock): Tus {
  const runLocked = makeUploadLocks(clock);
  const { create, tell, add } = openAnswers(uploads, openReceiving(uploads, clock), runLocked);

  return async (request, reply, asking) => {
    const { id } = asking;
    void reply.header('tus-resumable', version);
    if (request.method === 'OPTIONS')
      return reply
        .code(204)
        .headers({ 'tus-version': version, 'tus-extension': extensions.join(',') })
        .send();
    if (request.headers['tus-resumable'] !== version) {
      void reply.header('tus-version', version);
      return refuse(reply, 412, 'invalid', `The header Tus-Resumable must be ${version}.`);
    }
    if (id === undefined) return create(request, reply, asking);
    if (request.method === 'HEAD') return tell(reply, id);
    if (request.method === 'PATCH') return add(request, reply, { ...asking, id });
    const removal = await runLocked(
      id,
      () => undefined,
      () => uploads.remove(id),
    );
    if (removal === 'removed') asking.giveUp?.(id);
    return reply.code(204).send();
  };
}

/** Receives request bodies, and responds. */
type Receiving = ReturnType<typeof openReceiving>;

function openReceiving(uploads: Uploads, clock: Clock) {
  async function find(id: string): Promise<Upload> {
    const upload = await uploads.find(id);
    if (!upload) throw notFound('This upload doesn’t exist.', 'It may have expired. Start again.');
    return upload;
  }

  /**
   * Appends the body of a request to an upload until the body ends or `ended` aborts; resolves to the new size of the
   * upload. A connection with an unread rest of the body is closed after the response.
   */
  async function receive(
    request: FastifyRequest,
    reply: FastifyReply,
    still: Still,
    { id, bytes, length }: Upload,
    ended: AbortSignal,
  ): Promise<number> {
    const left = length - bytes;
    if (Number(request.headers['content-length'] ?? 0) > left) throw tooLarge();
    if (left === 0) return bytes;
    const body = request.body instanceof Readable ? request.body : Readable.from([]);
    try {
      return await uploads.append(id, limit(body, left, ended));
    } finally {
      if (!body.readableEnded) void reply.header('connection', 'close');
      await dropUnless(still, id);
    }
  }

  /** Discards bytes that arrived after the permission to upload was withdrawn. */
  async function dropUnless(still: Still, id: string): Promise<void> {
    try {
      still();
    } catch (error) {
      await uploads.remove(id);
      throw error;
    }
  }

  /** Reports the offset of an upload, and finishes it at the end. */
  async function answerOffset(reply: FastifyReply, still: Still, { id, length }: Upload, bytes: number): Promise<void> {
    void reply.header('upload-offset', `${bytes}`);
    if (bytes === length) await uploads.finish(id, still);
    else void reply.header('upload-expires', new Date(clock.now() + kept).toUTCString());
  }
  return { find, receive, dropUnless, answerOffset };
}

/** Creates an upload, reports its offset, and appends to it. */
function openAnswers(
  uploads: Uploads,
  { find, receive, dropUnless, answerOffset }: Receiving,
  runLocked: ReturnType<typeof makeUploadLocks>,
) {
  async function create(
    request: FastifyRequest,
    reply: FastifyReply,
    { by, holder = house, still, admit, giveUp, path = uploadsPath }: TusTarget,
  ): Promise<FastifyReply> {
    const { headers } = request;
    if (headers['upload-defer-length'] !== undefined || headers['upload-concat'] !== undefined) {
      return refuse(
        reply,
        501,
        'unsupported',
        'This tus extension is not supported.',
        'Send OPTIONS for the supported extensions.',
      );
    }
    const length = parseLength(headers['upload-length'], 'Upload-Length');
    const metadata = parseMetadata(headers['upload-metadata']);
    const id = randomBytes(16).toString('hex');
    admit?.(id, length);
    try {
      await uploads.begin(id, { by, ...(holder !== house && { holder }), length, metadata });
    } catch (error) {
      giveUp?.(id);
      throw error;
    }
    // The new upload is not known to anyone else yet: no lock.
    const upload = await find(id);
    const brings = headers['content-type'] === offsetType;
    const bytes = brings ? await receive(request, reply, still, upload, new AbortController().signal) : 0;
    await answerOffset(reply, still, upload, bytes);
    await dropUnless(still, id);
    return reply.code(201).header('location', `${path}/${id}`).send();
  }

  async function tell(reply: FastifyReply, id: string): Promise<FastifyReply> {
    const { bytes, length, metadata } = await runLocked(
      id,
      () => undefined,
      () => find(id),
    );
    void reply.headers({ 'upload-offset': `${bytes}`, 'upload-length': `${length}`, 'cache-control': 'no-store' });
    if (Object.keys(metadata).length > 0) void reply.header('upload-metadata', writeMetadata(metadata));
    return reply.code(200).send();
  }

  async function add(
    request: FastifyRequest,
    reply: FastifyReply,
    { id, still }: TusTarget & { id: string },
  ): Promise<FastifyReply> {
    const offset = parseLength(request.headers['upload-offset'], 'Upload-Offset');
    if (request.headers['content-type'] !== offsetType)
      throw new PhotospoolError(
        'invalid',
        `The body must have Content-Type ${offsetType} and the header Upload-Offset.`,
      );
    const ended = new AbortController();
    const [upload, bytes] = await runLocked(
      id,
      () => ended.abort(),
      async () => {
        const found = await find(id);
        if (found.bytes !== offset) {
          throw new PhotospoolError('conflict', 'Upload-Offset does not match the bytes received so far.', {
            hint: 'Send HEAD for the current offset.',
          });
        }
        return [found, await receive(request, reply, still, found, ended.signal)];
      },
    );
    await answerOffset(reply, still, upload, bytes);
    return reply.code(204).send();
  }
  return { create, tell, add };
}

const tooLarge = (): PhotospoolError => new PhotospoolError('too-large', 'The upload exceeds its Upload-Length.');

/**
 * The bytes of a stream, until it ends or `ended` aborts. Fails beyond `most` bytes, or if the stream fails. Never
 * closes the stream itself: its connection must still be answered.
 */
function limit(stream: Readable, most: number, ended: AbortSignal): Readable {
  let left = most;
  const limited = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      left -= bytes.length;
      if (left < 0) done(tooLarge());
      else done(null, bytes);
    },
  });
  // The reader gets the error, even one before its first read.
  limited.on('error', () => undefined);
  const stop = (): void => {
    stream.unpipe(limited);
    limited.end();
  };
  ended.addEventListener('abort', stop, { once: true });
  finished(stream, { writable: false }, (error) => {
    if (error)
      limited.destroy(new PhotospoolError('invalid', 'The connection was lost before the upload was complete.'));
  });
  return stream.pipe(limited);
}
