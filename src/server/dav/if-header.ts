/**
 * The headers If (RFC 4918, 10.4), If-Match and If-None-Match (RFC 9110, 13.1): conditions that a client sets. Hostile text, whose
 * length the limit of request heads bounds. Pure.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { PhotospoolError } from '../../base/errors.js';

/** A condition: that a resource has this lock, or this ETag. */
interface Condition {
  isNot: boolean;
  token?: string;
  etag?: string;
}

/** The conditions of a header. */
export interface IfHeader {
  /** Lists, one of which must hold, each with the address that it applies to (absent: that of the request). */
  lists: { address?: string; conditions: Condition[] }[];
  /** All lock tokens in it: those that the client submits. */
  tokens: ReadonlySet<string>;
}

/** The state of a resource that conditions are compared with. */
export interface IfState {
  tokens: ReadonlySet<string>;
  /** With its quotes; absent if the resource does not exist, or is a folder. */
  etag?: string;
}

const piece = /\s*(?:<([^>]*)>|(\()|(\))|(not)\b|\[((?:W\/)?"[^"]*")\])/iy;

/** Parses the header If. @throws PhotospoolError `invalid`. */
export function parseIf(header: string | string[] | undefined): IfHeader | undefined {
  if (header === undefined) return undefined;
  const text = header.toString().trim();
  const lists: IfHeader['lists'] = [];
  const tokens = new Set<string>();
  let address: string | undefined;
  let open: Condition[] | undefined;
  let isNot = false;
  piece.lastIndex = 0;
  while (piece.lastIndex < text.length) {
    const [, bracketed, opens, closes, not, etag] = piece.exec(text) ?? fail();
    if (opens !== undefined) {
      if (open) fail();
      open = [];
      lists.push({ conditions: open, ...(address !== undefined && { address }) });
    } else if (closes !== undefined) {
      if (!open || open.length === 0 || isNot) fail();
      open = undefined;
    } else if (not !== undefined) {
      if (!open || isNot) fail();
      isNot = true;
    } else if (!open) {
      if (bracketed === undefined) fail();
      address = bracketed;
    } else {
      open.push({ isNot, ...(bracketed !== undefined && { token: bracketed }), ...(etag !== undefined && { etag }) });
      if (bracketed !== undefined) tokens.add(bracketed);
      isNot = false;
    }
  }
  if (open || lists.length === 0) fail();
  return { lists, tokens };
}

function fail(): never {
  throw new PhotospoolError('invalid', 'The header If is not valid.');
}

/** Whether one of the lists holds. `stateOf`: the current state of an address. */
export const holdsIf = ({ lists }: IfHeader, stateOf: (address: string | undefined) => IfState): boolean =>
  lists.some(({ address, conditions }) => {
    const state = stateOf(address);
    return conditions.every(({ isNot, token, etag }) => {
      const isTrue = token === undefined ? etag === state.etag : state.tokens.has(token);
      return isTrue !== isNot;
    });
  });

/** Whether If-Match and If-None-Match of a request that changes something hold. `exists`: also true for a folder. */
export function holdsMatch(headers: IncomingHttpHeaders, exists: boolean, etag: string | undefined): boolean {
  const has = (header: string): boolean =>
    header.trim() === '*' ? exists : header.split(',').some((one) => one.trim() === etag);
  const [match, none] = [headers['if-match'], headers['if-none-match']];
  return (match === undefined || has(match)) && (none === undefined || !has(none));
}
