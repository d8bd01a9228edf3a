/**
 * Requests to `/dav/incoming`: conditions and locks are checked here, before a body is read; incoming-folder.ts does
 * the rest. A request that changes resources needs the tokens of all locks on them (RFC 4918, 7).
 */
import type { FastifyReply } from 'fastify';
import { authorOf } from '../../access/permissions.js';
import { notFound, PhotospoolError } from '../../base/errors.js';
import { splitPath } from '../../library/sent-files.js';
import type { Context } from '../context.js';
import { refuse } from '../http/error-responses.js';
import { lockIn, openLocks, timeoutIn, writeLock, type Lock, type Locks } from './dav-locks.js';
import { davRoot, namesOf } from './dav-path.js';
import type { DavRequest } from './dav-request.js';
import { holdsIf, holdsMatch, parseIf, type IfHeader, type IfState } from './if-header.js';
import { destinationOf, etagOf, mostProperties, openIncoming, pathOf, type Incoming } from './incoming-folder.js';
import { describeChange, sendCondition, sendMultiStatus, xmlHead, xmlType } from './multi-status.js';
import { changesIn, changeProperties } from './property-changes.js';
import { davSpace, readXml } from './xml-body.js';

const allowed = 'OPTIONS, GET, HEAD, PUT, DELETE, MKCOL, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK';

/** The context of a request. */
interface Work {
  asked: DavRequest;
  sender: string;
  path: string;
  given: IfHeader | undefined;
  incoming: Incoming;
  locks: Locks;
}

type Answer = FastifyReply | Promise<FastifyReply>;
type Handler = (work: Work) => Answer;

const handlers: Record<string, Handler> = {
  GET: ({ incoming, asked }) => incoming.read(asked),
  HEAD: ({ incoming, asked }) => incoming.read(asked),
  PROPFIND: ({ incoming, asked }) => incoming.propfind(asked),
  PUT: (work) => {
    const isNew = !work.incoming.sent.find(work.sender, work.path);
    return needing(work, isNew ? withParent(work.path) : [work.path], () => work.incoming.put(work.asked));
  },
  MKCOL: (work) => needing(work, withParent(work.path), () => work.incoming.mkcol(work.asked)),
  DELETE: (work) => needing(work, withParent(work.path), () => work.incoming.remove(work.asked), [work.path]),
  COPY: (work) => transfer(work, false),
  MOVE: (work) => transfer(work, true),
  PROPPATCH: (work) => needing(work, [work.path], () => proppatch(work)),
  LOCK: lock,
  UNLOCK: unlock,
};

/** Opens the folder; the returned function responds to a request. */
export function openIncomingRequests(context: Context): (asked: DavRequest) => Promise<FastifyReply> {
  const locks = openLocks(context.clock);
  const isFolder = (sender: string, path: string): boolean =>
    path === '' || context.library.local.sentFiles.find(sender, path)?.file === undefined;
  const incoming = openIncoming(context, {
    describe: (sender, path) =>
      locks
        .on(sender, path)
        .map((one) => writeLock(one, isFolder(sender, one.path)))
        .join(''),
    gone: (sender, path) => locks.drop(sender, path),
  });
  return async (asked) => {
    const { request, reply, who } = asked;
    const { method, headers } = request;
    if (method === 'OPTIONS')
      return reply.code(200).headers({ allow: allowed, dav: '1, 2', 'ms-author-via': 'DAV' }).send();
    const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
    if (!handler) return refuse(reply.header('allow', allowed), 405, 'method', `This folder supports only ${allowed}.`);
    const [sender, path, given] = [authorOf(who), pathOf(asked), parseIf(headers['if'])];
    const stateOf = (address: string | undefined): IfState =>
      stateAt(incoming, locks, sender, addressed(asked, address));
    const reads = ['GET', 'HEAD', 'PROPFIND'].includes(method);
    const { etag } = stateOf(undefined);
    const exists = path === '' || incoming.sent.find(sender, path) !== undefined;
    if ((given && !holdsIf(given, stateOf)) || (!reads && !holdsMatch(headers, exists, etag)))
      return refuse(reply, 412, 'conflict', 'A condition of the request does not hold.');
    return handler({ asked, sender, path, given, incoming, locks });
  };
}

/**
 * The path in the listing of an address in the header If: that of the request without one; undefined if it is not in
 * the folder.
 */
function addressed(asked: DavRequest, address: string | undefined): string | undefined {
  if (address === undefined) return pathOf(asked);
  const path = address.replace(/^https?:\/\/[^/]*/i, '');
  if (path !== davRoot && !path.startsWith(`${davRoot}/`)) return undefined;
  const names = namesOf(path);
  return names[0] === 'incoming' ? names.slice(1).join('/') : undefined;
}

function stateAt({ sent }: Incoming, locks: Locks, sender: string, path: string | undefined): IfState {
  if (path === undefined) return { tokens: new Set() };
  const file = path === '' ? undefined : sent.find(sender, path)?.file;
  const tokens = new Set(locks.on(sender, path).map(({ token }) => token));
  return { tokens, ...(file && { etag: `"${etagOf(file.sha256)}"` }) };
}

/** A path, and the folder that gains or loses it. */
const withParent = (path: string): string[] => (path === '' ? [path] : [path, splitPath(path).parent]);

/** Runs `work` if the client submits the token of every lock on these paths, and of every lock below other paths. */
function needing(
  { asked: { reply }, sender, given, locks }: Work,
  paths: readonly string[],
  work: () => Answer,
  below: readonly string[] = [],
): Answer {
  const isOpen = (all: readonly Lock[]): boolean =>
    all.length === 0 || all.some(({ token }) => given?.tokens.has(token));
  const isFree =
    paths.every((path) => isOpen(locks.on(sender, path))) &&
    below.every((path) => locks.below(sender, path).every((one) => isOpen([one])));
  return isFree ? work() : sendCondition(reply, 423, 'lock-token-submitted');
}

function transfer(work: Work, moves: boolean): Answer {
  const { asked, path, incoming } = work;
  const to = destinationOf(asked.request);
  const depth = asked.request.headers['depth'] ?? 'infinity';
  if (depth !== 'infinity' && (moves || depth !== '0'))
    throw new PhotospoolError('invalid', 'The header Depth must be infinity.');
  const run = (): Answer => incoming.transfer(asked, { to, moves, deep: depth === 'infinity' });
  return needing(work, [...(moves ? withParent(path) : []), ...withParent(to)], run, moves ? [path, to] : [to]);
}

async function proppatch({ asked, sender, path, incoming }: Work): Promise<FastifyReply> {
  const { reply, names, body } = asked;
  const changes = changesIn(await readXml(body));
  const entry = incoming.get(sender, path);
  const before = entry === 'top' ? undefined : entry;
  const isFull = incoming.sent.sizeOf(sender, '').properties > mostProperties;
  const { statuses, properties } = changeProperties(before && (before.properties ?? {}), changes, isFull);
  if (before && properties) incoming.sent.put({ ...before, properties });
  return sendMultiStatus(reply, [describeChange({ names, isFolder: !before?.file }, statuses)]);
}

async function lock(work: Work): Promise<FastifyReply> {
  const { asked, sender, path, given, incoming, locks } = work;
  const { request, reply, body } = asked;
  const timeout = timeoutIn(request.headers['timeout']);
  const wanted = await readXml(body);
  if (!wanted) {
    const held = locks.on(sender, path).find(({ token }) => given?.tokens.has(token));
    if (!held) return refuse(reply, 412, 'conflict', 'The lock does not exist.');
    locks.refresh(held, timeout);
    return sendLocks(work, 200);
  }
  const depth = request.headers['depth'] ?? 'infinity';
  if (depth !== '0' && depth !== 'infinity')
    throw new PhotospoolError('invalid', 'The header Depth must be 0 or infinity.');
  const what = lockIn(wanted);
  const isNew = path !== '' && !incoming.sent.find(sender, path);
  if (isNew) incoming.checkParent(sender, path);
  return needing(work, isNew ? [splitPath(path).parent] : [], () => {
    const taken = locks.take(sender, { path, deep: depth === 'infinity', timeout, ...what });
    if (!taken) return sendCondition(reply, 423, 'no-conflicting-lock');
    if (isNew) incoming.makeEmpty(sender, path);
    return sendLocks(work, isNew ? 201 : 200, taken);
  });
}

/** Responds with the locks on a path, and the token of a new one. */
function sendLocks(
  { asked: { reply }, sender, path, incoming, locks }: Work,
  status: number,
  taken?: Lock,
): FastifyReply {
  if (taken) void reply.header('lock-token', `<${taken.token}>`);
  const isFolder = (at: string): boolean => at === '' || !incoming.sent.find(sender, at)?.file;
  const all = locks.on(sender, path).map((one) => writeLock(one, isFolder(one.path)));
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type(xmlType)
    .send(`${xmlHead}<D:prop xmlns:D="${davSpace}"><D:lockdiscovery>${all.join('')}</D:lockdiscovery></D:prop>\n`);
}

function unlock({ asked: { request, reply }, sender, path, incoming, locks }: Work): FastifyReply {
  const [, token] = /^\s*<([^>]*)>\s*$/.exec((request.headers['lock-token'] ?? '').toString()) ?? [];
  if (token === undefined)
    throw new PhotospoolError('invalid', 'The Lock-Token header must contain the token of a lock.');
  if (path !== '' && !incoming.sent.find(sender, path)) throw notFound('There is no such file or folder.');
  const held = locks.on(sender, path).find((one) => one.token === token);
  if (!held) return sendCondition(reply, 409, 'lock-token-matches-request-uri');
  locks.end(sender, held);
  return reply.code(204).send();
}
