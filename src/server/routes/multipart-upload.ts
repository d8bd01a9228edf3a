/**
 * Uploads into `incoming`. Each file is streamed from the network to the disk, regardless of its size, and appears
 * under its name once it is complete. If an upload is interrupted, the files before the interruption are kept.
 */
import multipart, { type Multipart, type MultipartFile } from '@fastify/multipart';
import { createHash } from 'node:crypto';
import { pipeline, Transform } from 'node:stream';
import { Type } from 'typebox';
import { authorOf, may } from '../../access/permissions.js';
import { noteInstructions } from '../../album/upload-instructions.js';
import { PhotospoolError } from '../../base/errors.js';
import type { SpoolPort } from '../../spool/spool-interface.js';
import { checkStill, viewer } from '../http/request-viewer.js';
import type { App, Context, Routes } from '../context.js';
import { house, type Holder } from '../../document/item-id.js';
import { brokeOff } from '../files/broken-multipart.js';
import { checkReceiver, receiverOf } from '../files/upload-receiver.js';
import { Problem, Sha256 } from '../../api/photo-schemas.js';

const limits = {
  fileSize: Number.MAX_SAFE_INTEGER,
  parts: 10_000,
  fields: 100,
  fieldSize: 64 * 1024,
  headerPairs: 100,
};
/** For the OpenAPI description only: the body is never held in memory. */
const Form = Type.Unsafe<unknown>({
  type: 'object',
  properties: {
    for: { type: 'string', enum: ['me', 'house'], description: 'the holder of the files; precedes them' },
    files: { type: 'array', items: { type: 'string', format: 'binary' } },
  },
});
const Files = Type.Object({
  files: Type.Array(Type.Object({ name: Type.String(), bytes: Type.Integer(), sha256: Sha256 })),
});

/** A file in `incoming`, durable. `sha256` is that of the written bytes. */
interface Placed {
  name: string;
  bytes: number;
  sha256: string;
}

export const upload: Routes = async (app, context) => {
  // A separate scope, so that no other route accepts multipart bodies.
  await app.register(async (scope) => {
    await scope.register(multipart, { limits, preservePath: false });
    addRoute(scope, context);
  });
};

function addRoute(app: App, context: Context): void {
  const { spool, gate, library, clock, access } = context;
  app.post(
    '/api/upload',
    {
      config: { rule: 'upload', streams: true },
      // The body is a stream; there is nothing to validate beforehand.
      validatorCompiler: () => () => true,
      schema: {
        summary: 'Uploads files into incoming',
        consumes: ['multipart/form-data'],
        body: Form,
        response: { 201: Files, '4xx': Problem, '5xx': Problem },
      },
    },
    async (request, reply) => {
      if (!request.isMultipart()) {
        throw new PhotospoolError('unsupported', 'An upload must be multipart/form-data.');
      }
      const files: Placed[] = [];
      try {
        // The names in `incoming` are only for viewers with access to the spool.
        const who = viewer(request);
        const tells = may(who, 'spool');
        let holder: Holder | undefined;
        const by = authorOf(who);
        const still = (sha256: string): void => {
          checkStill(request, 'upload');
          checkReceiver(holder, gate);
          noteInstructions({ library, clock, senders: access.senders }, { by, holder, sha256, metadata: {} });
        };
        for await (const part of request.parts()) {
          if (part.type === 'file') {
            holder ??= receiverOf(who, undefined, context);
            files.push(await placePart(spool, part, { by, holder, tells, still }));
          } else if (part.fieldname === 'for') holder = receiverOf(who, whomFor(part, files), context);
        }
      } catch (error) {
        throw brokeOff(error)
          ? new PhotospoolError('truncated', 'The upload was interrupted.', { op: 'upload', cause: error })
          : error;
      }
      if (files.length === 0) throw new PhotospoolError('invalid', 'The upload contains no file.');
      return reply.code(201).send({ files });
    },
  );
}

/**
 * The holder in the field `for`. @throws PhotospoolError `invalid` if files preceded it: their holder is set already.
 */
function whomFor({ value }: Extract<Multipart, { type: 'field' }>, before: readonly Placed[]): string {
  if (before.length === 0) return String(value);
  throw new PhotospoolError('invalid', 'Send the field “for” before the files.');
}

/**
 * The sender of a file: its author, its holder, whether the response may reveal its name in `incoming`, and what is
 * checked and recorded right before the file takes effect.
 */
interface Sender {
  by: string;
  holder: Holder;
  tells: boolean;
  still: (sha256: string) => void;
}

async function placePart(spool: SpoolPort, part: MultipartFile, sender: Sender): Promise<Placed> {
  const { by, holder, tells, still } = sender;
  const { stream, seen } = measure();
  // An error or the end of either stream ends the other; the spool receives it as an error of its stream.
  pipeline(part.file, stream, () => undefined);
  try {
    const sent = part.filename || 'upload';
    const last = (): void => still(seen().sha256);
    const name = await spool.place(stream, sent, by, last, holder === house ? undefined : holder);
    return { name: tells ? name : sent, ...seen() };
  } finally {
    stream.destroy();
  }
}

/** Counts and hashes the bytes that pass through. */
function measure(): { stream: Transform; seen: () => { bytes: number; sha256: string } } {
  const hash = createHash('sha256');
  let sha256: string | undefined;
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stream, seen: () => ({ bytes, sha256: (sha256 ??= hash.digest('hex')) }) };
}
