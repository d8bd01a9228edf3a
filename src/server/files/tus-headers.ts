/** The headers of tus 1.0, read and written. What they say is a client's: nothing here trusts it. */
import { PhotospoolError } from '../../base/errors.js';

type Header = string | string[] | undefined;

const invalid = (message: string): PhotospoolError =>
  new PhotospoolError('invalid', message, { hint: 'It should be as tus 1.0 says.' });

/** A count of bytes. @throws PhotospoolError `invalid` where it is none. */
export function parseLength(header: Header, name: string): number {
  const length = typeof header === 'string' && /^(?:0|[1-9]\d{0,15})$/.test(header) ? Number(header) : NaN;
  if (Number.isSafeInteger(length)) return length;
  throw invalid(`The header ${name} is not a number of bytes.`);
}

/** What Upload-Metadata says: pairs of a key and a value in base64; keys without a value are left out. @throws `invalid`. */
export function parseMetadata(header: Header): Record<string, string> {
  if (header === undefined || header === '') return {};
  const found = new Map<string, string | undefined>();
  for (const pair of String(header).split(',')) {
    const [key = '', value, ...more] = pair.trim().split(' ');
    const isPair = /^[\x21-\x7e]+$/.test(key) && /^(?:[\w+/-]+={0,2})?$/.test(value ?? '') && more.length === 0;
    if (!isPair || found.has(key)) throw invalid('The header Upload-Metadata makes no sense.');
    found.set(key, value === undefined ? undefined : Buffer.from(value, 'base64').toString());
  }
  return Object.fromEntries([...found].filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** The header that says `metadata`. */
export function writeMetadata(metadata: Readonly<Record<string, string>>): string {
  return Object.entries(metadata)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}

/** The hash that Upload-Metadata names, in lower case. @throws PhotospoolError `invalid`. */
export function sha256Of(header: Header): string | undefined {
  const sha256 = parseMetadata(header).sha256?.toLowerCase();
  if (sha256 === undefined || /^[0-9a-f]{64}$/.test(sha256)) return sha256;
  throw new PhotospoolError('invalid', 'The sha256 of an upload must be 64 hexadecimal digits.');
}
