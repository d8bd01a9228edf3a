/**
 * XML in WebDAV requests: hostile text. Parsed as a stream, with limits of size, depth and elements; a document type
 * declaration is rejected, so that entities can't be declared or expanded. Pure.
 */
import type { Readable } from 'node:stream';
import { SaxesParser } from 'saxes';
import { PhotospoolError } from '../../base/errors.js';
import { escapedXml } from './xml-text.js';

/** An element with its namespace, attributes and content. */
export interface XmlElement {
  /** The namespace; empty for none. */
  space: string;
  name: string;
  attributes: readonly { space: string; name: string; value: string }[];
  content: (XmlElement | string)[];
}

/**
 * The limits of a body. `elements`: with their attributes. `space`: the bytes of a namespace, which is repeated in each
 * element of a response. `properties`: the maximum number in one request.
 */
export const xmlBounds = { bytes: 64 * 1024, depth: 64, elements: 4_000, space: 256, properties: 100 };

/** The namespace of WebDAV. */
export const davSpace = 'DAV:';

const xmlSpace = 'http://www.w3.org/XML/1998/namespace';
const declarations = 'http://www.w3.org/2000/xmlns/';

/**
 * The root element of a body; undefined if it is empty. @throws PhotospoolError `too-large`; `invalid` for a body that
 * is not well-formed XML in UTF-8, or declares a document type.
 */
export async function readXml(source: Readable): Promise<XmlElement | undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const tree = openTree();
  let bytes = 0;
  for await (const piece of piecesOf(source)) {
    bytes += piece.length;
    if (bytes > xmlBounds.bytes) throw tooLarge();
    wellFormed(() => tree.parser.write(decoder.decode(piece, { stream: true })));
  }
  if (bytes === 0) return undefined;
  wellFormed(() => {
    const rest = decoder.decode();
    if (rest !== '') tree.parser.write(rest);
    tree.parser.close();
  });
  return tree.root();
}

/**
 * The pieces of a body. If it is rejected, the rest is discarded: destroying it would end the connection before the
 * response.
 */
export async function* piecesOf(source: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const piece of source.iterator({ destroyOnReturn: false })) yield piece as Buffer;
  } finally {
    source.resume();
  }
}

function wellFormed(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof PhotospoolError) throw error;
    throw new PhotospoolError('invalid', 'The body is not well-formed XML.', { cause: error });
  }
}

const tooLarge = (): PhotospoolError => new PhotospoolError('too-large', 'The XML in the request is too large.');

function openTree() {
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  // Without an error handler the parser throws at the first error.
  const parser = new SaxesParser({ xmlns: true });
  parser.on('doctype', () => {
    throw new PhotospoolError('invalid', 'XML with a document type declaration is not accepted.');
  });
  parser.on('opentag', ({ uri, local, attributes, ns }) => {
    const own = Object.values(attributes);
    elements += 1 + own.length;
    if (elements > xmlBounds.elements || open.length >= xmlBounds.depth) throw tooLarge();
    if ([uri, ...own.map((one) => one.uri)].some((space) => Buffer.byteLength(space) > xmlBounds.space))
      throw tooLarge();
    // Namespaces in XML 1.0, 2.2: only the default namespace can be undeclared.
    if (Object.entries(ns).some(([prefix, space]) => prefix !== '' && space === ''))
      throw new PhotospoolError('invalid', 'The body declares a prefix without a namespace.');
    const element: XmlElement = {
      space: uri,
      name: local,
      attributes: own.flatMap((one) =>
        one.uri === declarations ? [] : [{ space: one.uri, name: one.local, value: one.value }],
      ),
      content: [],
    };
    open.at(-1)?.content.push(element);
    root ??= element;
    open.push(element);
  });
  const text = (piece: string): void => void open.at(-1)?.content.push(piece);
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('closetag', () => void open.pop());
  return { parser, root: () => root };
}

/** The child elements of an element. */
export const childrenOf = ({ content }: XmlElement): XmlElement[] =>
  content.filter((one): one is XmlElement => typeof one !== 'string');

/** The properties in an element. @throws PhotospoolError `too-large`. */
export function propertiesIn(prop: XmlElement): XmlElement[] {
  const named = childrenOf(prop);
  if (named.length > xmlBounds.properties) throw tooLarge();
  return named;
}

/** The first child of WebDAV's namespace with a name. */
export const childOf = (element: XmlElement, name: string): XmlElement | undefined =>
  childrenOf(element).find((one) => isDav(one, name));

/** Whether an element is in WebDAV's namespace and has this name. */
export const isDav = ({ space, name }: XmlElement, wanted: string): boolean => space === davSpace && name === wanted;

/** The text in an element, without that of its children. */
export const textIn = ({ content }: XmlElement): string => content.filter((one) => typeof one === 'string').join('');

/** An element as XML that declares all namespaces it needs. */
export function writeElement({ space, name, attributes, content }: XmlElement): string {
  const tag = space === '' ? name : `x:${name}`;
  const declared = space === '' ? '' : ` xmlns:x="${escapedXml(space)}"`;
  const listed = attributes.map(({ space: own, name: attribute, value }, n) => {
    const given = `="${escapedXml(value)}"`;
    if (own === '') return ` ${attribute}${given}`;
    return own === xmlSpace
      ? ` xml:${attribute}${given}`
      : ` xmlns:a${n}="${escapedXml(own)}" a${n}:${attribute}${given}`;
  });
  const inner = content.map((one) => (typeof one === 'string' ? escapedXml(one) : writeElement(one))).join('');
  return `<${tag}${declared}${listed.join('')}>${inner}</${tag}>`;
}
