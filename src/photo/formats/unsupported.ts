/** Recognises files that are not photos or videos, so that people learn why a file was left in place. Pure. */
import { has } from './byte-reader.js';

/** Offset, signature, description. */
const signatures: readonly [number, string, string][] = [
  [0, '%PDF-', 'it is a PDF document'],
  [0, 'AT&TFORM', 'it is a DjVu document'],
  [0, 'PK\x03\x04', 'it is a ZIP archive'],
  [0, 'PK\x05\x06', 'it is a ZIP archive'],
  [0, '\x1f\x8b', 'it is a compressed file'],
  [0, 'BZh', 'it is a compressed file'],
  [0, '\xfd7zXZ\0', 'it is a compressed file'],
  [0, '\x28\xb5\x2f\xfd', 'it is a compressed file'],
  [0, '7z\xbc\xaf\x27\x1c', 'it is a 7-Zip archive'],
  [0, 'Rar!', 'it is a RAR archive'],
  [257, 'ustar', 'it is a tar archive'],
  [0, '\x7fELF', 'it is a program'],
  [0, 'MZ', 'it is a program'],
  [0, '\xcf\xfa\xed\xfe', 'it is a program'],
  [0, '\xce\xfa\xed\xfe', 'it is a program'],
  [0, '\xca\xfe\xba\xbe', 'it is a program'],
  [0, '#!', 'it is a script'],
  [0, 'SQLite format 3\0', 'it is a database'],
  [0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'it is an office document'],
  [0, 'ID3', 'it is a sound file'],
  [0, 'fLaC', 'it is a sound file'],
  [0, 'OggS', 'it is a sound file'],
  [8, 'WAVE', 'it is a sound file'],
  [4, 'ftypM4A', 'it is a sound file'],
  [4, 'ftypM4B', 'it is a sound file'],
  [0, '\0\0\x01\0', 'it is an icon'],
];

const xmp = /<x:xmpmeta|<\?xpacket|adobe:ns:meta|<rdf:RDF/;

const texts: readonly [RegExp, string][] = [
  [xmp, 'it is an XMP sidecar'],
  [/<svg[\s>]/i, 'it is an SVG drawing'],
  [/<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]|<script[\s>]/i, 'it is a web page'],
  [/^\s*<\?xml/, 'it is an XML document'],
  [/^\s*[[{][\s\S]*["}\]]/, 'it is a JSON document'],
];

/**
 * The head as text: UTF-8 (cut anywhere) or UTF-16 with a byte order mark, without control characters; undefined for
 * binary data.
 */
function asText(head: Uint8Array): string | undefined {
  const utf16 = has(head, 0, '\xff\xfe') ? 'utf-16le' : has(head, 0, '\xfe\xff') ? 'utf-16be' : undefined;
  try {
    const text = new TextDecoder(utf16 ?? 'utf-8', { fatal: true }).decode(head, { stream: true });
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/.test(text) ? undefined : text;
  } catch (error) {
    // A fatal decoder throws a TypeError for invalid bytes: not text.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Whether a file is XMP, by its first bytes. */
export const isXmp = (head: Uint8Array): boolean => xmp.test(asText(head) ?? '');

/** The description of unrecognised bytes. */
export const unknown = 'it is not a supported photo or video';

/** A description as a clause, without a name or a full stop: `it is empty`, `it is a text file`. */
export function describeForeign(head: Uint8Array): string {
  if (head.length === 0) return 'it is empty';
  const known = signatures.find(([at, signature]) => has(head, at, signature));
  if (known) return known[2];
  const text = asText(head);
  if (text !== undefined) return texts.find(([pattern]) => pattern.test(text))?.[1] ?? 'it is a text file';
  return unknown;
}
