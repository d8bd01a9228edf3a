/**
 * Uploads into `incoming`. Each file goes from the network to the disk as it comes, whatever its size; it appears under
 * its name when it is whole. Of an upload that breaks off, the files before the break are there.
 */
import multipart, { type Multipart, type MultipartFile } from '@fastify/multipart';
import { createHash } from 'node:crypto';
import { pipeline, Transform } from 'node:stream';
import { Type } from 'typebox';
import { authorOf, may } from '../../access/permissions.js';
import { PhotospoolError } from '../../base/errors.js';
import type { SpoolPort, Still } from '../../spool/spool-interface.js';
import { checkStill, viewer } from '../http/request-viewer.js';
import type { App, Context, Routes } from '../context.js';
import { house, type Holder } from '../../document/item-id.js';
import { checkReceiver, receiverOf } from '../files/upload-receiver.js';
import { Problem, Sha256 } from '../../api/photo-schemas.js';

const limits = {
  fileSize: Number.MAX_SAFE_INTEGER,
  parts: 10_000,
  fields: 100,
  fieldSize: 64 * 1024,
  headerPairs: 100,
};
/** For the description only: the body is never in memory. */
const Form = Type.Unsafe<unknown>({
  type: 'object',
  properties: {
    for: { type: 'string', enum: ['me', 'house'], description: 'whose they become; before the files' },
    files: { type: 'array', items: { type: 'string', format: 'binary' } },
  },
});
const Files = Type.Object({
  files: Type.Array(Type.Object({ name: Type.String(), bytes: Type.Integer(), sha256: Sha256 })),
});

/** A file that lies in `incoming`, durable. `sha256`: of the bytes that were written. */
interface Placed {
  name: string;
  bytes: number;
  sha256: string;
}

export const upload: Routes = async (app, context) => {
  // A scope of its own, so that no other route takes multipart bodies.
  await app.register(async (scope) => {
    await scope.register(multipart, { limits, preservePath: false });
    addRoute(scope, context);
  });
};

function addRoute(app: App, { spool, gate }: Context): void {
  app.post(
    '/api/upload',
    {
      config: { rule: 'upload', streams: true },
      // The body is read as it comes; there is nothing to check beforehand.
      validatorCompiler: () => () => true,
      schema: {
        summary: 'Puts files into incoming',
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
        // Which names are taken is for those who may look there.
        const who = viewer(request);
        const tells = may(who, 'spool');
        let holder = receiverOf(who, undefined, gate);
        const still = (): void => {
          checkStill(request, 'upload');
          checkReceiver(holder, gate);
        };
        for await (const part of request.parts()) {
          if (part.type === 'file')
            files.push(await placePart(spool, part, { by: authorOf(who), holder, tells, still }));
          else if (part.fieldname === 'for') holder = receiverOf(who, whomFor(part, files), gate);
        }
      } catch (error) {
        throw brokeOff(error)
          ? new PhotospoolError('truncated', 'The upload ended in the middle.', { op: 'upload', cause: error })
          : error;
      }
      if (files.length === 0) throw new PhotospoolError('invalid', 'The upload holds no file.');
      return reply.code(201).send({ files });
    },
  );
}

/** Whom the field `for` names. @throws PhotospoolError `invalid` where files came before it: they are somebody's already. */
function whomFor({ value }: Extract<Multipart, { type: 'field' }>, before: readonly Placed[]): string {
  if (before.length === 0) return String(value);
  throw new PhotospoolError('invalid', 'The field “for” must come before the files.');
}

/** Who sends a file, whose it becomes, whether they are told what it is called here, and what asks anew whether they may when it takes effect. */
interface Sender {
  by: string;
  holder: Holder;
  tells: boolean;
  still: Still;
}

async function placePart(spool: SpoolPort, part: MultipartFile, sender: Sender): Promise<Placed> {
  const { by, holder, tells, still } = sender;
  const { stream, seen } = measure();
  // Whatever ends the one ends the other; the spool hears of it as an error of its stream.
  pipeline(part.file, stream, () => undefined);
  try {
    const sent = part.filename || 'upload';
    const name = await spool.place(stream, sent, by, still, holder === house ? undefined : holder);
    return { name: tells ? name : sent, ...seen() };
  } finally {
    stream.destroy();
  }
}

/** Whether an error, or what caused it, is that the body ended before its end. The parser tells it by message only. */
function brokeOff(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    /end of multipart data|before the multipart data was fully parsed/i.test(error.message) || brokeOff(error.cause)
  );
}

/** Counts and hashes what flows through. */
function measure(): { stream: Transform; seen: () => { bytes: number; sha256: string } } {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stream, seen: () => ({ bytes, sha256: hash.digest('hex') }) };
}
