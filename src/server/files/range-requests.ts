/**
 * Ranges and preconditions of GET (RFC 9110, sections 13 and 14). Pure.
 */
import type { IncomingHttpHeaders } from 'node:http';

/** The response: everything, a part (`end` is the last byte), not modified, or range not satisfiable. */
export type Slice =
  { kind: 'whole' } | { kind: 'part'; start: number; end: number } | { kind: 'unchanged' } | { kind: 'outside' };

/** Chooses the response by the request's headers; `size` in bytes, `etag` with its quotes. */
export function chooseSlice(headers: IncomingHttpHeaders, size: number, etag: string): Slice {
  if (matches(headers['if-none-match'], etag)) return { kind: 'unchanged' };
  const condition = headers['if-range'];
  // A date never proves that two originals have the same bytes; only our ETag does.
  if (condition !== undefined && condition !== etag) return { kind: 'whole' };
  return parseRange(headers.range, size);
}

/** The same for a file that must not be cached: it has no ETag, so no condition about an earlier copy holds. */
export function chooseFreshSlice({ range, 'if-range': condition }: IncomingHttpHeaders, size: number): Slice {
  return condition === undefined ? parseRange(range, size) : { kind: 'whole' };
}

/** Weak comparison of `If-None-Match` (RFC 9110, 13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}

/** One byte range. Invalid and multiple ranges are answered with the whole file, which RFC 9110 (14.2) allows. */
function parseRange(header: string | undefined, size: number): Slice {
  const [, first, last] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return { kind: 'whole' };
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? { kind: 'outside' } : { kind: 'part', start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return { kind: 'whole' };
  return start >= size ? { kind: 'outside' } : { kind: 'part', start, end };
}
