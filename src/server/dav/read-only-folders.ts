/**
 * The read-only folders: `/dav` itself, and the photos below `/dav/photos`. Responds to OPTIONS, PROPFIND, GET and
 * HEAD; all other methods are rejected.
 */
import type { FastifyReply } from 'fastify';
import { notFound, PhotospoolError } from '../../base/errors.js';
import type { Context } from '../context.js';
import { sendDownload } from '../files/send-file.js';
import { rootsOf, type DavRequest } from './dav-request.js';
import { describeResource, sendCondition, sendMultiStatus, wantedIn, type DavResource } from './multi-status.js';
import { openPhotoFolders, type NamedPhoto, type PhotoFolders } from './photo-folders.js';
import { readXml } from './xml-body.js';

const allowed = 'OPTIONS, GET, HEAD, PROPFIND';

/** A resource, with its content if it is a folder. */
interface Found {
  resource: DavResource;
  photo?: NamedPhoto;
  children(): DavResource[] | Promise<DavResource[]>;
}

/** Opens the folders; the returned function responds to a request. */
export function openReadOnlyFolders(context: Context): (asked: DavRequest) => Promise<FastifyReply> {
  const folders = openPhotoFolders(context);
  return async (asked) => {
    const { request, reply } = asked;
    switch (request.method) {
      case 'OPTIONS':
        return reply.code(200).headers({ allow: allowed, dav: '1', 'ms-author-via': 'DAV' }).send();
      case 'PROPFIND':
        return answerPropfind(asked, () => find(folders, asked));
      case 'GET':
      case 'HEAD':
        return sendFile(context, asked, await find(folders, asked));
      default:
        throw new PhotospoolError('forbidden', 'This folder can only be read.', {
          hint: 'Send photos to /dav/incoming/.',
        });
    }
  };
}

/**
 * Responds to a PROPFIND of one resource and its direct content. Depth infinity is rejected (RFC 4918, 9.1), also if no
 * depth is given.
 */
export async function answerPropfind(
  { request, reply, body }: DavRequest,
  find: () => Promise<{ resource: DavResource; children(): Iterable<DavResource> | Promise<Iterable<DavResource>> }>,
): Promise<FastifyReply> {
  const depth = request.headers['depth'];
  const wanted = wantedIn(await readXml(body));
  const { resource, children } = await find();
  if (depth !== '0' && depth !== '1') return sendCondition(reply, 403, 'propfind-finite-depth');
  const below = depth === '1' && resource.isFolder ? await children() : [];
  function* all(): Generator<string> {
    yield describeResource(resource, wanted);
    for (const one of below) yield describeResource(one, wanted);
  }
  return sendMultiStatus(reply, all());
}

const nothing = (): DavResource[] => [];

const folderOf = (...names: string[]): DavResource => ({ names, isFolder: true, modified: 0, created: 0 });

/** The resource at a path. @throws PhotospoolError `not-found`. */
async function find(folders: PhotoFolders, { who, names }: DavRequest): Promise<Found> {
  const [root, year, month, name, ...rest] = names;
  if (root === undefined) {
    return { resource: folderOf(), children: () => rootsOf(who).map((one) => folderOf(one)) };
  }
  const months = await folders.months(who);
  const years = [...new Set(months.map((one) => one.slice(0, 4)))];
  if (year === undefined) return { resource: folderOf(root), children: () => years.map((one) => folderOf(root, one)) };
  const ofYear = months.flatMap((one) => (one.startsWith(`${year}-`) ? [one.slice(5)] : []));
  const isYear = years.includes(year);
  if (month === undefined && isYear)
    return { resource: folderOf(root, year), children: () => ofYear.map((one) => folderOf(root, year, one)) };
  if (month !== undefined && isYear && ofYear.includes(month)) {
    const whole = `${year}-${month}`;
    if (name === undefined) {
      const children = async (): Promise<DavResource[]> =>
        (await folders.list(who, whole)).map((one) => fileOf([root, year, month], one));
      return { resource: folderOf(root, year, month), children };
    }
    const photo = rest.length === 0 ? await folders.find(who, whole, name) : undefined;
    if (photo) return { resource: fileOf([root, year, month], photo), photo, children: nothing };
  }
  throw notFound('There is nothing at this address.');
}

function fileOf(folder: readonly string[], { name, photo }: NamedPhoto): DavResource {
  const { bytes, type, item } = photo;
  // Not the time of the file in the archive: another person may have sent that file.
  const added = Date.parse(photo.added) || 0;
  return {
    names: [...folder, name],
    isFolder: false,
    modified: added,
    created: added,
    bytes,
    type,
    etag: item.sha256,
  };
}

async function sendFile(
  { blobs }: Context,
  { request, reply }: DavRequest,
  { resource, photo }: Found,
): Promise<FastifyReply> {
  if (!photo) return sendFolder(reply);
  const missing = 'The original is no longer on this server.';
  if (photo.photo.original.path === undefined) throw notFound(missing);
  return sendDownload(request, reply.header('last-modified', new Date(resource.modified).toUTCString()), {
    path: blobs.original(photo.photo.original.path),
    sha256: photo.photo.item.sha256,
    type: photo.photo.type,
    forever: false,
    missing,
  });
}

/** Explains the folder to people who open it in a browser. */
export const sendFolder = (reply: FastifyReply): FastifyReply =>
  reply
    .header('cache-control', 'private, no-store')
    .type('text/plain; charset=utf-8')
    .send('This is a folder for WebDAV programs. Enter its address in such a program.\n');
