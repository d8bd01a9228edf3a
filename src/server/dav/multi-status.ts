/**
 * Responses to PROPFIND and PROPPATCH (RFC 4918, 9.1 and 9.2): the properties of resources, written as a stream, so
 * that a folder of any size takes little memory. Names and values of clients are escaped.
 */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { hrefOf } from './dav-path.js';
import { childOf, davSpace, isDav, propertiesIn, writeElement, type XmlElement } from './xml-body.js';
import { escapedXml } from './xml-text.js';
import { PhotospoolError } from '../../base/errors.js';

/** A file or folder in WebDAV. Times in ms since 1970. */
export interface DavResource {
  /** The path below `/dav`. */
  names: readonly string[];
  isFolder: boolean;
  modified: number;
  created: number;
  /** For a file: its size, its ETag without quotes, and its MIME type. */
  bytes?: number;
  etag?: string;
  type?: string;
  /** Properties that clients set: XML elements by `keyOfProperty`. */
  properties?: Readonly<Record<string, string>>;
  /** If locks are supported: those on the resource, as elements `activelock`. */
  locks?: string;
}

/** The properties requested by a client. */
export type Wanted = { kind: 'all' | 'names' } | { kind: 'some'; properties: PropertyName[] };

/** The name of a property. */
export type PropertyName = Pick<XmlElement, 'space' | 'name'>;

/** The key of a property among those of a resource. */
export const keyOfProperty = ({ space, name }: PropertyName): string => `${space} ${name}`;

/**
 * The properties requested by a body of PROPFIND; all without a body. @throws PhotospoolError `invalid`, `too-large`.
 */
export function wantedIn(body: XmlElement | undefined): Wanted {
  if (!body) return { kind: 'all' };
  const prop = childOf(body, 'prop');
  if (!isDav(body, 'propfind')) throw new PhotospoolError('invalid', 'The body must be a DAV:propfind element.');
  if (prop) return { kind: 'some', properties: propertiesIn(prop) };
  if (childOf(body, 'propname')) return { kind: 'names' };
  if (childOf(body, 'allprop')) return { kind: 'all' };
  throw new PhotospoolError('invalid', 'The body must have one of DAV:prop, DAV:allprop and DAV:propname.');
}

/** The lock scopes that a resource supports (RFC 4918, 15.10). */
const scopes = ['exclusive', 'shared']
  .map(
    (scope) => `<D:lockentry><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>`,
  )
  .join('');

/** The content of each property that WebDAV defines; undefined if a resource does not have it. */
const live: Record<string, (resource: DavResource) => string | undefined> = {
  resourcetype: ({ isFolder }) => (isFolder ? '<D:collection/>' : ''),
  displayname: ({ names }) => escapedXml(names.at(-1) ?? 'dav'),
  creationdate: ({ created }) => new Date(created).toISOString(),
  getlastmodified: ({ modified }) => new Date(modified).toUTCString(),
  getcontentlength: ({ bytes }) => (bytes === undefined ? undefined : `${bytes}`),
  getcontenttype: ({ type }) => type && escapedXml(type),
  getetag: ({ etag }) => etag && `"${etag}"`,
  supportedlock: ({ locks }) => (locks === undefined ? undefined : scopes),
  lockdiscovery: ({ locks }) => locks,
};

/** Whether WebDAV defines a property: clients can't set these. */
export const isProtected = ({ space }: PropertyName): boolean => space === davSpace;

const named = (space: string, name: string): string => writeElement({ space, name, attributes: [], content: [] });

/** A property of a resource as an element; undefined if it has none with that name. */
function propertyOf(resource: DavResource, name: PropertyName): string | undefined {
  if (name.space !== davSpace) return resource.properties?.[keyOfProperty(name)];
  const value = Object.hasOwn(live, name.name) ? live[name.name]!(resource) : undefined;
  return value === undefined ? undefined : `<D:${name.name}>${value}</D:${name.name}>`;
}

/** The properties in a response, by status. */
const propstat = (status: string, properties: string): string =>
  `<D:propstat><D:prop>${properties}</D:prop><D:status>HTTP/1.1 ${status}</D:status></D:propstat>`;

/** The response of a resource to PROPFIND. */
export function describeResource(resource: DavResource, wanted: Wanted): string {
  const { properties = {} } = resource;
  const names = Object.keys(live).filter((name) => live[name]!(resource) !== undefined);
  const found: string[] = [];
  const missing: string[] = [];
  if (wanted.kind === 'some') {
    for (const name of wanted.properties) {
      const value = propertyOf(resource, name);
      if (value === undefined) missing.push(named(name.space, name.name));
      else found.push(value);
    }
  } else if (wanted.kind === 'names') {
    found.push(...names.map((name) => `<D:${name}/>`));
    found.push(...Object.keys(properties).map((key) => named(...spaceAndName(key))));
  } else {
    found.push(...names.map((name) => propertyOf(resource, { space: davSpace, name })!));
    found.push(...Object.values(properties));
  }
  const stats = [
    ...(found.length > 0 || missing.length === 0 ? [propstat('200 OK', found.join(''))] : []),
    ...(missing.length > 0 ? [propstat('404 Not Found', missing.join(''))] : []),
  ];
  return responseOf(resource, stats.join(''));
}

/** A namespace has no spaces; a name has none either. */
function spaceAndName(key: string): [string, string] {
  const at = key.lastIndexOf(' ');
  return [key.slice(0, at), key.slice(at + 1)];
}

/** The response of a resource to PROPPATCH: the properties, with the statuses of their changes. */
export const describeChange = (
  resource: Pick<DavResource, 'names' | 'isFolder'>,
  changes: readonly (PropertyName & { status: string })[],
): string =>
  responseOf(resource, changes.map(({ space, name, status }) => propstat(status, named(space, name))).join(''));

const responseOf = ({ names, isFolder }: Pick<DavResource, 'names' | 'isFolder'>, content: string): string =>
  `<D:response><D:href>${escapedXml(hrefOf(names, isFolder))}</D:href>${content}</D:response>\n`;

/** The media type of XML responses. */
export const xmlType = 'application/xml; charset=utf-8';

/** The beginning of XML responses. */
export const xmlHead = '<?xml version="1.0" encoding="utf-8"?>\n';

/** Responds with status 207 and the responses of resources. */
export function sendMultiStatus(
  reply: FastifyReply,
  responses: AsyncIterable<string> | Iterable<string>,
): FastifyReply {
  async function* text(): AsyncGenerator<string> {
    yield `${xmlHead}<D:multistatus xmlns:D="${davSpace}">\n`;
    for await (const one of responses) yield one;
    yield '</D:multistatus>\n';
  }
  return reply
    .code(207)
    .header('cache-control', 'private, no-store')
    .type(xmlType)
    .send(Readable.from(text(), { objectMode: true, highWaterMark: 16 }));
}

/** Responds with a condition that was not met (RFC 4918, 16). */
export const sendCondition = (reply: FastifyReply, status: number, condition: string): FastifyReply =>
  reply
    .code(status)
    .header('cache-control', 'no-store')
    .type(xmlType)
    .send(`${xmlHead}<D:error xmlns:D="${davSpace}"><D:${condition}/></D:error>\n`);
