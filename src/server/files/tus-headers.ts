/** Parses and writes the headers of tus 1.0. Their values come from clients and are not trusted. */
import { PhotospoolError } from '../../base/errors.js';

type Header = string | string[] | undefined;

const invalid = (message: string): PhotospoolError =>
  new PhotospoolError('invalid', message, { hint: 'See the tus 1.0 specification.' });

/** A number of bytes. @throws PhotospoolError `invalid` if it is not one. */
export function parseLength(header: Header, name: string): number {
  const length = typeof header === 'string' && /^(?:0|[1-9]\d{0,15})$/.test(header) ? Number(header) : NaN;
  if (Number.isSafeInteger(length)) return length;
  throw invalid(`The header ${name} must be a number of bytes.`);
}

/** Parses Upload-Metadata: pairs of a key and a base64 value; keys without a value are skipped. @throws `invalid`. */
export function parseMetadata(header: Header): Record<string, string> {
  if (header === undefined || header === '') return {};
  const found = new Map<string, string | undefined>();
  for (const pair of String(header).split(',')) {
    const [key = '', value, ...more] = pair.trim().split(' ');
    const isPair = /^[\x21-\x7e]+$/.test(key) && /^(?:[\w+/-]+={0,2})?$/.test(value ?? '') && more.length === 0;
    if (!isPair || found.has(key)) throw invalid('The header Upload-Metadata is not valid.');
    found.set(key, value === undefined ? undefined : Buffer.from(value, 'base64').toString());
  }
  return Object.fromEntries([...found].filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** Formats `metadata` as the header. */
export function writeMetadata(metadata: Readonly<Record<string, string>>): string {
  return Object.entries(metadata)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}

/** Upload-Metadata, its hash in lower case, and the recipient of the upload. @throws PhotospoolError `invalid`. */
export function wantedOf(header: Header): {
  metadata: Record<string, string>;
  sha256: string | undefined;
  receiver: string | undefined;
} {
  const metadata = parseMetadata(header);
  const sha256 = metadata['sha256']?.toLowerCase();
  if (sha256 === undefined || /^[0-9a-f]{64}$/.test(sha256)) return { metadata, sha256, receiver: metadata['for'] };
  throw new PhotospoolError('invalid', 'The sha256 of an upload must be 64 hexadecimal digits.');
}
