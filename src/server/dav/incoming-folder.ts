/**
 * `/dav/incoming`: receives files into the spool, and lists, reads, copies, moves and removes the files of a sender.
 * Each sender has a separate listing, and a path is a key in it. The caller checks locks and conditions; the right to
 * upload is checked again right before a file is listed. A crash leaves the same state as in the spool
 * (src/spool/put-upload.ts).
 */
import { createHash, randomBytes } from 'node:crypto';
import { finished, Transform, type Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { readItem } from '../../access/item-access.js';
import { authorOf } from '../../access/permissions.js';
import { notFound, PhotospoolError } from '../../base/errors.js';
import { house, itemId, type Item } from '../../document/item-id.js';
import { splitPath, type SentFile, type SentSize as Size } from '../../library/sent-files.js';
import { formatOf, headLength } from '../../photo/formats/identify.js';
import type { Context } from '../context.js';
import { sendDownload } from '../files/send-file.js';
import { checkReceiver, receiverOf } from '../files/upload-receiver.js';
import { refuse } from '../http/error-responses.js';
import { checkStill } from '../http/request-viewer.js';
import { namesOf, davRoot } from './dav-path.js';
import type { DavRequest } from './dav-request.js';
import type { DavResource } from './multi-status.js';
import { answerPropfind, sendFolder } from './read-only-folders.js';
import { piecesOf } from './xml-body.js';

/** The maximum number of entries of one sender. */
export const mostEntries = 200_000;

/** The maximum number of characters in the properties set by one sender. */
export const mostProperties = 16 * 1024 * 1024;

/** The path below `/dav/incoming`, with forward slashes. */
export const pathOf = ({ names }: Pick<DavRequest, 'names'>): string => names.slice(1).join('/');

/**
 * The opaque part of the ETag of these bytes: half of their SHA-256, since clients repeat it in conditions, and some
 * only support short ones.
 */
export const etagOf = (sha256: string): string => sha256.slice(0, 32);

const isFolder = (entry: SentFile | undefined): boolean => entry !== undefined && entry.file === undefined;

/** The SHA-256 of no bytes. */
export const emptySha256 = createHash('sha256').digest('hex');

/** The operations of clients on the listing. */
export type Incoming = ReturnType<typeof openIncoming>;

/** The locks as used by the listings: the PROPFIND values for a path, and a callback for removed paths. */
export interface LocksOfPaths {
  describe(sender: string, path: string): string;
  gone(sender: string, path: string): void;
}

/** Opens the listings of all senders. */
export function openIncoming(context: Context, locks: LocksOfPaths) {
  const listing = openListing(context, locks);
  const { sent, get, checkParent } = listing;
  return {
    ...{ sent, get, checkParent },
    ...openReads(context, listing, locks),
    ...openWrites(context, listing),
    ...openMoves(listing, locks),
  };
}

/** The entries of a listing, and their uploads. */
type Listing = ReturnType<typeof openListing>;

function openListing({ library, spool }: Context, locks: LocksOfPaths) {
  const sent = library.local.sentFiles;

  const resourceOf = ({ sender, parent, name, modified, at, file, properties }: SentFile): DavResource => ({
    names: ['incoming', ...(parent === '' ? [] : parent.split('/')), name],
    isFolder: file === undefined,
    ...{ modified, created: at, ...(properties && { properties }) },
    ...(file && { bytes: file.bytes, etag: etagOf(file.sha256), type: 'application/octet-stream' }),
    locks: locks.describe(sender, parent === '' ? name : `${parent}/${name}`),
  });

  /** The entry at a path, `top` for the folder itself. @throws PhotospoolError `not-found`. */
  function get(sender: string, path: string): SentFile | 'top' {
    const found = path === '' ? 'top' : sent.find(sender, path);
    if (found) return found;
    throw notFound('There is no such file or folder.');
  }

  /** Checks that the folder of a path exists. @throws PhotospoolError `conflict`. */
  function checkFolder(sender: string, path: string): void {
    const { parent } = splitPath(path);
    if (parent !== '' && !isFolder(sent.find(sender, parent)))
      throw new PhotospoolError('conflict', 'The folder does not exist.', { hint: 'Create it first.' });
  }

  /**
   * Checks that a new path can be written: its folder exists, and the sender is below the limits. @throws
   * PhotospoolError `conflict`, `disk-full`.
   */
  function checkParent(sender: string, path: string): void {
    checkFolder(sender, path);
    if (sent.count(sender) >= mostEntries)
      throw new PhotospoolError('disk-full', 'There are too many files in this folder.', {
        hint: 'Files disappear from it 30 days after they were sent.',
      });
  }

  /**
   * Updates the uploads after a change of entries: those with a new name go on to the spool, and unlisted ones are
   * removed.
   */
  async function settle(uploads: Iterable<string>): Promise<void> {
    for (const id of new Set(uploads)) if (await spool.uploads.find(id)) await spool.uploads.finish(id);
  }

  return { sent, resourceOf, get, checkFolder, checkParent, settle };
}

/** Listing and reading. */
function openReads(context: Context, { sent, resourceOf, get }: Listing, locks: LocksOfPaths) {
  const { library, spool, files, blobs } = context;

  /**
   * The path of an original in the archive, if its holder has a photo of it that is neither locked nor in the trash:
   * the photos of others must not be revealed.
   */
  function archived(item: Item): string | undefined {
    const id = itemId(item);
    const claims = readItem(item, library.get(id)?.body, library.controls.endsOf(id));
    if (!claims || claims.locked || claims.trashed) return undefined;
    const row = library.local.originals.find(item.sha256);
    return row?.state === 'here' ? blobs.original(row.path) : undefined;
  }

  return {
    async propfind(asked: DavRequest): Promise<FastifyReply> {
      const sender = authorOf(asked.who);
      return answerPropfind(asked, () => {
        const entry = get(sender, pathOf(asked));
        const top: DavResource = {
          names: ['incoming'],
          isFolder: true,
          modified: 0,
          created: 0,
          locks: locks.describe(sender, ''),
        };
        function* children(): Generator<DavResource> {
          for (const one of sent.list(sender, pathOf(asked))) yield resourceOf(one);
        }
        return Promise.resolve({ resource: entry === 'top' ? top : resourceOf(entry), children });
      });
    },

    /** Sends the bytes, wherever they are. */
    async read(asked: DavRequest): Promise<FastifyReply> {
      const { request, reply, who } = asked;
      const entry = get(authorOf(who), pathOf(asked));
      if (entry === 'top' || !entry.file) return sendFolder(reply);
      const { sha256, bytes, holder = house } = entry.file;
      const lastModified = new Date(entry.modified).toUTCString();
      if (bytes === 0) return reply.headers({ etag: `"${etagOf(sha256)}"`, 'last-modified': lastModified }).send('');
      const missing = 'The file is no longer on this server.';
      const path = archived({ holder, sha256 }) ?? (await spool.uploads.locate(entry));
      if (path === undefined) throw notFound(missing);
      // It may have moved on to the archive meanwhile.
      const type = await files.reading(path, headOf).catch(() => 'application/octet-stream');
      return sendDownload(request, reply.header('last-modified', lastModified), {
        ...{ path, sha256: etagOf(sha256), type, forever: false, missing },
      });
    },
  };
}

/** Receiving files, and creating folders. */
function openWrites(context: Context, { sent, checkParent }: Listing) {
  const { spool, clock } = context;
  return {
    async put(asked: DavRequest): Promise<FastifyReply> {
      const { request, reply, who, body } = asked;
      const [sender, path] = [authorOf(who), pathOf(asked)];
      const there = path === '' ? undefined : sent.find(sender, path);
      if (path === '' || isFolder(there)) return refuseMethod(reply, 'A folder can’t be replaced by a file.');
      if (!there) checkParent(sender, path);
      if (request.headers['content-range'] !== undefined)
        throw new PhotospoolError('invalid', 'Partial uploads (Content-Range) aren’t supported.', {
          hint: 'Send the whole file.',
        });
      const holder = receiverOf(who, undefined, context);
      const still = (): void => {
        checkStill(request, 'upload');
        checkReceiver(holder, context.gate);
      };
      const length = lengthOf(request.headers);
      const { parent: folder, name: filename } = splitPath(path);
      const modified = modifiedOf(request.headers['x-oc-mtime']);
      const { sha256 } = await spool.uploads.put(
        randomBytes(16).toString('hex'),
        {
          ...{ by: sender, put: path, ...(holder !== house && { holder }), ...(length !== undefined && { length }) },
          metadata: { filename, folder, ...(modified !== undefined && { modified: `${modified}` }) },
        },
        whole(body, length),
        still,
      );
      if (modified !== undefined) void reply.header('x-oc-mtime', 'accepted');
      return reply
        .code(there ? 204 : 201)
        .header('etag', `"${etagOf(sha256)}"`)
        .send();
    },

    async mkcol(asked: DavRequest): Promise<FastifyReply> {
      const { reply, who, body } = asked;
      const [sender, path] = [authorOf(who), pathOf(asked)];
      for await (const piece of piecesOf(body))
        if (piece.length > 0) throw new PhotospoolError('unsupported', 'A new folder can’t have content.');
      if (path === '' || sent.find(sender, path))
        return refuseMethod(reply, 'A file or folder with this name already exists.');
      checkParent(sender, path);
      const now = clock.now();
      sent.put({ sender, ...splitPath(path), modified: now, at: now });
      return reply.code(201).send();
    },

    /** An empty file for a lock on a name that is not listed (RFC 4918, 7.3). */
    makeEmpty(sender: string, path: string): void {
      checkParent(sender, path);
      const now = clock.now();
      sent.put({ sender, ...splitPath(path), modified: now, at: now, file: { bytes: 0, sha256: emptySha256 } });
    },
  };
}

/** Copying, moving and removing, which only change the listing. */
function openMoves({ sent, get, checkFolder, settle }: Listing, locks: LocksOfPaths) {
  /** Checks that a copy fits into the listing, replacing the entry at `to`. @throws PhotospoolError `disk-full`. */
  function checkRoom(sender: string, from: string, to: string): void {
    const [all, copied, replaced] = ['', from, to].map((path) => sent.sizeOf(sender, path)) as [Size, Size, Size];
    if (all.entries + copied.entries - replaced.entries > mostEntries)
      throw new PhotospoolError('disk-full', 'There are too many files in this folder.');
    if (all.properties + copied.properties - replaced.properties > mostProperties)
      throw new PhotospoolError('disk-full', 'The files in this folder have too many properties.');
  }

  return {
    /** Copies an entry to another path, and with `deep` its content; replaces the existing entry there. */
    async transfer(
      { request, reply, who, names }: DavRequest,
      { to, moves, deep }: { to: string; moves: boolean; deep: boolean },
    ): Promise<FastifyReply> {
      const sender = authorOf(who);
      const from = pathOf({ names });
      const entry = get(sender, from);
      if (entry === 'top' || to === '' || to === from || to.startsWith(`${from}/`) || from.startsWith(`${to}/`))
        throw new PhotospoolError('forbidden', 'A folder can’t be copied or moved onto itself or its content.');
      checkFolder(sender, to);
      const there = sent.find(sender, to);
      if (there && request.headers['overwrite']?.toString().toUpperCase() === 'F')
        return refuse(reply, 412, 'conflict', 'A file or folder with this name already exists.');
      if (!moves) checkRoom(sender, from, to);
      const uploads = new Set([...sent.uploadsIn(sender, from), ...sent.uploadsIn(sender, to)]);
      sent.together(() => {
        sent.remove(sender, to);
        sent.copy(sender, from, to, deep || moves);
        if (moves) sent.remove(sender, from);
      });
      if (moves) locks.gone(sender, from);
      await settle(uploads);
      return reply.code(there ? 204 : 201).send();
    },

    async remove(asked: DavRequest): Promise<FastifyReply> {
      const sender = authorOf(asked.who);
      const entry = get(sender, pathOf(asked));
      if (entry === 'top') throw new PhotospoolError('forbidden', 'This folder can’t be removed.');
      const uploads = sent.uploadsIn(sender, pathOf(asked));
      sent.remove(sender, pathOf(asked));
      locks.gone(sender, pathOf(asked));
      await settle(uploads);
      return asked.reply.code(204).send();
    },
  };
}

async function headOf(file: {
  read: (buffer: Buffer, at: number, length: number, from: number) => Promise<{ bytesRead: number }>;
}): Promise<string> {
  const head = Buffer.alloc(headLength);
  const { bytesRead } = await file.read(head, 0, headLength, 0);
  return formatOf(head.subarray(0, bytesRead)).type;
}

const refuseMethod = (reply: FastifyReply, message: string): FastifyReply =>
  refuse(reply.header('allow', 'OPTIONS, GET, HEAD, PROPFIND, DELETE, COPY, MOVE'), 405, 'method', message);

/**
 * The path below `/dav/incoming` in the header Destination. @throws PhotospoolError `invalid`; `forbidden` outside the
 * folder.
 */
export function destinationOf({ headers, host }: DavRequest['request']): string {
  const given = headers['destination'];
  const url = typeof given === 'string' ? given : '';
  const [, authority, path = ''] = /^(?:https?:\/\/([^/]*))?(\/.*)$/i.exec(url) ?? [];
  if (path === '') throw new PhotospoolError('invalid', 'The header Destination must be an address on this server.');
  const elsewhere = authority !== undefined && authority.toLowerCase() !== host.toLowerCase();
  if (elsewhere || !(path === davRoot || path.startsWith(`${davRoot}/`)))
    throw new PhotospoolError('forbidden', 'Files can be moved or copied only within /dav/incoming/.');
  const names = namesOf(path);
  if (names[0] === 'incoming') return names.slice(1).join('/');
  throw new PhotospoolError('forbidden', 'Files can be moved or copied only within /dav/incoming/.');
}

/** The announced length of a body in bytes; undefined if it is not known. Finder sends it in a separate header. */
function lengthOf(headers: DavRequest['request']['headers']): number | undefined {
  const given =
    headers['content-length'] ??
    headers['x-expected-entity-length'] ??
    (headers['transfer-encoding'] === undefined ? '0' : undefined);
  if (given === undefined) return undefined;
  if (typeof given === 'string' && /^\d{1,15}$/.test(given)) return Number(given);
  throw new PhotospoolError('invalid', 'The announced length is not a number.');
}

/** Seconds since 1970 as ms. */
function modifiedOf(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,11}(?:\.\d+)?$/.test(header)
    ? Math.round(Number(header) * 1000)
    : undefined;
}

/** A body that fails if it is cut off, or longer than announced; the connection itself stays open for the response. */
function whole(body: Readable, length: number | undefined): Readable {
  let left = length ?? Infinity;
  const limited = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      left -= bytes.length;
      if (left < 0)
        done(
          new PhotospoolError('invalid', 'The file’s size doesn’t match the announced size.', {
            hint: 'Send it again.',
          }),
        );
      else done(null, bytes);
    },
  });
  limited.on('error', () => undefined);
  finished(body, { writable: false }, (error) => {
    if (error) limited.destroy(new PhotospoolError('invalid', 'The connection was lost before the file was complete.'));
  });
  return body.pipe(limited);
}
