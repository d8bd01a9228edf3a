/**
 * Sends an immutable file, completely or in part. The file is closed when the response ends, however it ends; links are
 * not followed, and only regular files are opened.
 */
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errnoOf, PhotospoolError, toPhotospoolError, notFound } from '../../base/errors.js';
import { openRegular } from '../../base/read-files.js';
import { showsLocked, viewerOf } from '../http/request-viewer.js';
import { refuse } from '../http/error-responses.js';
import { hostOf, isLoopbackName } from '../http/allowed-hosts.js';
import { chooseFreshSlice, chooseSlice } from './range-requests.js';
import { patchedStream, patchesFor, type Turns } from './rotated-bytes.js';
import { withPatches } from '../../video/rotate-track.js';

/** Files up to this size in bytes are read at once; a stream would cost more. */
const atOnce = 512 * 1024;

/** The file to send. */
export interface Download {
  /** An absolute path. */
  path: string;
  /** Of the bytes, as hex (for a part: of the whole file): the ETag. */
  sha256: string;
  /** MIME type; anything but raster images and videos is sent as plain bytes. */
  type: string;
  /** Whether it may be cached without revalidation (`mayKeep`). */
  forever: boolean;
  /** The value of `Content-Disposition`, if there is one. */
  disposition?: string;
  /** The part of the file to treat as the file; default: all of it. */
  part?: { at: number; bytes: number };
  /** The quarter turns clockwise by which a video is rotated when it is sent; not together with `part`. */
  rotate?: Turns | undefined;
  /** The error message if the file does not exist. */
  missing: string;
}

const noStore = 'private, no-store';
/** Browsers can only show a picture: scripts and other content in it are blocked. */
const sandbox = "default-src 'none'; sandbox; frame-ancestors 'none'";
/** The types that are sent as such; anything else is plain bytes, above all XML, which can contain script. */
const telling = /^(?:image|video)\/(?!.*(?:svg|xml))[a-z0-9.+-]+$/;

/**
 * Whether a browser may cache a picture without revalidation: only for the owner, who never loses access, and only if
 * the browser clears its cache at sign-out. Browsers support that (`Clear-Site-Data`, W3C) over HTTPS and on this
 * machine; elsewhere they must revalidate.
 */
export const mayKeep = (request: FastifyRequest): boolean =>
  viewerOf(request)?.role === 'owner' && (request.protocol === 'https' || isLoopbackName(hostOf(request.headers.host)));

/** Responds to a GET or HEAD with a file. @throws PhotospoolError `not-found` if it does not exist. */
export async function sendDownload(
  request: FastifyRequest,
  reply: FastifyReply,
  what: Download,
): Promise<FastifyReply> {
  const { file, size: whole } = await openFile(what);
  const from = what.part?.at ?? 0;
  const size = what.part ? Math.max(0, Math.min(what.part.bytes, whole - from)) : whole;
  const variant = what.part ? `-${from}` : what.rotate ? `-r${what.rotate}` : '';
  const etag = `"${what.sha256}${variant}"`;
  const isKept = !showsLocked(request);
  const slice = isKept ? chooseSlice(request.headers, size, etag) : chooseFreshSlice(request.headers, size);
  const span = slice.kind === 'part' ? slice : { start: 0, end: size - 1 };
  const sends = request.method === 'GET' && (slice.kind === 'whole' || slice.kind === 'part');
  const content = sends
    ? await contentOf(file, { start: from + span.start, end: from + span.end }, { size: whole, rotate: what.rotate })
    : await file.close();
  if (slice.kind === 'outside') {
    return refuse(reply.header('content-range', `bytes */${size}`), 416, 'range', `The file has ${size} bytes.`);
  }
  reply.headers({
    ...(isKept && { etag }),
    'accept-ranges': 'bytes',
    'cache-control': isKept ? (what.forever ? 'private, max-age=31536000, immutable' : 'private, no-cache') : noStore,
    'content-security-policy': sandbox,
    ...(what.disposition !== undefined && { 'content-disposition': what.disposition }),
  });
  if (slice.kind === 'unchanged') return reply.code(304).send();
  if (slice.kind === 'part') reply.code(206).header('content-range', `bytes ${span.start}-${span.end}/${size}`);
  return reply
    .type(telling.test(what.type) ? what.type : 'application/octet-stream')
    .header('content-length', span.end - span.start + 1)
    .send(content);
}

/** Responds with a file made for this response alone; `rotate`: as in `Download`. */
export async function sendWhole(
  reply: FastifyReply,
  path: string,
  type: string,
  disposition: string,
  rotate?: Turns,
): Promise<FastifyReply> {
  const { file, size } = await openFile({ path, missing: 'The file could not be created.' });
  reply.headers({
    'cache-control': noStore,
    'content-security-policy': sandbox,
    'content-disposition': disposition,
    'content-length': size,
  });
  return reply.type(type).send(await contentOf(file, { start: 0, end: size - 1 }, { size, rotate }));
}

async function openFile(what: Pick<Download, 'path' | 'missing'>): Promise<{ file: FileHandle; size: number }> {
  const file = await openRegular(what.path).catch((error: unknown) => {
    throw isNoFile(error) ? notFound(what.missing) : toPhotospoolError(error, 'read', what.path);
  });
  return { file, size: (await file.stat()).size };
}

/** Whether an error means that there is no regular file. */
export const isNoFile = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(errnoOf(error) ?? '') ||
  (error instanceof PhotospoolError && error.code === 'unsupported');

interface Span {
  start: number;
  /** The last byte. */
  end: number;
}

/**
 * The bytes, or a stream of them; the file is always closed. Fastify ends the stream with the response. `size`: of the
 * whole file.
 */
async function contentOf(
  file: FileHandle,
  { start, end }: Span,
  { size, rotate }: { size: number; rotate: Turns | undefined },
): Promise<Buffer | Readable> {
  let stream: Readable | undefined;
  try {
    const patches = await patchesFor(file, size, rotate);
    if (end - start < atOnce) return withPatches(await readPart(file, start, end - start + 1), start, patches);
    stream = patchedStream(file.createReadStream({ start, end, highWaterMark: 256 * 1024 }), start, patches);
    return stream;
  } finally {
    if (!stream) await file.close();
  }
}

async function readPart(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.read(buffer, at, length - at, start + at);
    if (bytesRead === 0)
      throw new PhotospoolError('io', 'The file was truncated while it was being read.', { op: 'read' });
    at += bytesRead;
  }
  return buffer;
}
