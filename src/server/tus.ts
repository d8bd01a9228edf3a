/**
 * tus 1.0 (tus.io/protocols/resumable-upload) over the spool's uploads: @tus/server reads and answers the protocol, the bytes
 * and what is known of them are the spool's. Errors leave here in our own shape. Who may reach which upload is decided before.
 */
import { Readable } from 'node:stream';
import { DataStore, ERRORS, Server, Upload as TusUpload } from '@tus/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Still, Uploads } from '../spool/port.js';
import { refuse, type HttpCode } from './failures.js';
import { makeTurns } from './turns.js';

/** Where uploads are. */
export const uploadsPath = '/api/uploads';

/** What is asked of tus. */
export interface TusAsking {
  /** Who asks, as `authorOf` writes it. */
  by: string;
  /** Asks anew whether they may upload, when it takes effect. */
  still: Still;
  /** The upload; absent for one that is to be made. */
  id?: string;
}

/** Answers a request of the protocol. @throws what the spool throws. */
export type Tus = (request: FastifyRequest, reply: FastifyReply, asking: TusAsking) => Promise<FastifyReply>;

/** For how long an upload is kept after its last byte, as it is told to clients; in ms. */
const kept = 7 * 24 * 3_600_000;

/** What the spool keeps, as @tus/server sees it. */
class SpoolStore extends DataStore {
  override extensions = ['creation', 'creation-with-upload', 'termination', 'expiration'];
  readonly #uploads: Uploads;

  constructor(uploads: Uploads) {
    super();
    this.#uploads = uploads;
  }

  override async getUpload(id: string): Promise<TusUpload> {
    const found = await this.#uploads.find(id);
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- that is how @tus/server tells of errors
    if (!found) throw ERRORS.FILE_NOT_FOUND;
    const { length, bytes, metadata, touched } = found;
    return new TusUpload({ id, size: length, offset: bytes, metadata, creation_date: new Date(touched).toISOString() });
  }

  override write(stream: Readable, id: string): Promise<number> {
    return this.#uploads.append(id, stream);
  }

  override async remove(id: string): Promise<void> {
    await this.#uploads.remove(id);
  }

  override getExpiration(): number {
    return kept;
  }
}

/** Opens the protocol over the uploads of a spool. */
export function openTus(uploads: Uploads, clock: Clock): Tus {
  const askings = new WeakMap<object, TusAsking>();
  const failures = new WeakMap<object, unknown>();
  const server = new Server({
    path: uploadsPath,
    datastore: new SpoolStore(uploads),
    locker: makeTurns(clock),
    relativeLocation: true,
    allowedOrigins: () => false,
    async onUploadCreate(request, { id, size = 0, metadata = {} }) {
      const asking = askings.get(request)!;
      asking.id = id;
      const told = Object.entries(metadata).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]));
      await uploads.begin(id, { by: asking.by, length: size, metadata: Object.fromEntries(told) });
      return {};
    },
    async onUploadFinish(request, { id }) {
      await uploads.finish(id, askings.get(request)?.still);
      return {};
    },
    onResponseError(request, error) {
      failures.set(request, error);
      return undefined;
    },
  });

  /** What came while the right to upload was taken away is not kept. */
  async function dropUnless({ still, id }: TusAsking): Promise<void> {
    try {
      still();
    } catch (error) {
      if (id !== undefined) await uploads.remove(id);
      throw error;
    }
  }

  return async (request, reply, given) => {
    const asking = { ...given };
    const asked = toWeb(request, asking.id);
    askings.set(asked, asking);
    const answer = await server.handleWeb(asked);
    if (request.method === 'PATCH' || request.method === 'POST') await dropUnless(asking);
    const failure = failures.get(asked);
    if (failure instanceof Error && !('status_code' in failure)) throw failure;
    if (answer.status >= 400) return refuseTus(reply.header('tus-resumable', '1.0.0'), answer.status);
    for (const [name, value] of answer.headers)
      if (!/^(?:access-control-|content-)/.test(name)) void reply.header(name, value);
    return reply.code(answer.status).send();
  };
}

/** A request as @tus/server reads it: its body as it comes, and no address but what tells the upload. */
function toWeb({ method, headers, body }: FastifyRequest, id: string | undefined): Request {
  const told = new Headers();
  for (const [name, value] of Object.entries(headers)) if (typeof value === 'string') told.set(name, value);
  const url = `http://localhost${uploadsPath}${id === undefined ? '' : `/${id}`}`;
  const stream = body instanceof Readable ? Readable.toWeb(body) : null;
  return new Request(url, { method, headers: told, ...(stream && { body: stream, duplex: 'half' }) } as RequestInit);
}

const sentences: Record<number, [status: number, code: HttpCode, message: string, hint?: string]> = {
  403: [400, 'invalid', 'Bytes must come as application/offset+octet-stream, with Upload-Offset.'],
  404: [404, 'not-found', 'There is no such upload here.', 'It may be too old: begin again.'],
  409: [409, 'conflict', 'The upload is not at that Upload-Offset.', 'Ask with HEAD how far it is.'],
  410: [404, 'not-found', 'There is no such upload here.', 'It may be too old: begin again.'],
  412: [412, 'invalid', 'The header Tus-Resumable must say 1.0.0.'],
  413: [413, 'too-large', 'There are more bytes than Upload-Length says.'],
  501: [501, 'unsupported', 'This extension of tus is not spoken here.', 'OPTIONS tells which are.'],
};

function refuseTus(reply: FastifyReply, status: number): FastifyReply {
  const [known, code, message, hint] = sentences[status] ?? [
    400,
    'invalid',
    'The headers of this upload make no sense.',
    'They should be those of tus 1.0: Upload-Length, Upload-Metadata.',
  ];
  if (status === 412) void reply.header('tus-version', '1.0.0');
  return refuse(reply, known, code, message, hint);
}

/** The metadata of a request that makes an upload. @throws PhotospoolError `invalid`. */
export function sha256Of(header: string | undefined): string | undefined {
  for (const pair of (header ?? '').split(',')) {
    const [key, value = ''] = pair.trim().split(' ');
    if (key !== 'sha256') continue;
    const sha256 = Buffer.from(value, 'base64').toString().toLowerCase();
    if (/^[0-9a-f]{64}$/.test(sha256)) return sha256;
    throw new PhotospoolError('invalid', 'The sha256 of an upload must be 64 hexadecimal digits.');
  }
  return undefined;
}
