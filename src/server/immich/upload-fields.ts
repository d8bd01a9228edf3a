/** The fields of an upload by a client of the Immich-compatible API: hostile text. */
import { PhotospoolError } from '../../base/errors.js';
import type { AwaitedChange } from '../../library/awaited-photos.js';

/** A SHA-1 as clients send it, in hexadecimal digits or base64; as hexadecimal digits. */
export function sha1In(text: string): string | undefined {
  if (/^[0-9a-f]{40}$/i.test(text)) return text.toLowerCase();
  return /^[A-Za-z0-9+/]{27}=$/.test(text) ? Buffer.from(text, 'base64').toString('hex') : undefined;
}

/** The SHA-1 announced by a client. @throws PhotospoolError `invalid` if it is malformed. */
export function announcedSha1(header: string | string[] | undefined): string | undefined {
  if (header === undefined || header === '') return undefined;
  const sha1 = sha1In(String(header));
  if (sha1 !== undefined) return sha1;
  throw new PhotospoolError('invalid', 'The header x-immich-checksum is not a SHA-1.');
}

/** The client's name for the file, in a field: apps that upload in the background give the part a temporary name. */
export const nameIn = (fields: ReadonlyMap<string, string>): string | undefined =>
  fields.get('filename')?.split(/[/\\]/).pop() || undefined;

/** When the file was written, in ms since 1970: the earlier of the two times that clients send. */
export function modifiedIn(fields: ReadonlyMap<string, string>): number | undefined {
  const times = ['fileCreatedAt', 'fileModifiedAt'].flatMap((name) => {
    const ms = Date.parse(fields.get(name) ?? '');
    return Number.isFinite(ms) && ms >= 0 ? [ms] : [];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

/**
 * The changes requested for the photo. @throws PhotospoolError `invalid` for a locked one: no client opens locked
 * photos.
 */
export function changeIn(fields: ReadonlyMap<string, string>): AwaitedChange {
  const visibility = fields.get('visibility');
  if (visibility === 'locked')
    throw new PhotospoolError('invalid', 'Photos can’t be locked by an app.', {
      hint: 'Upload them, and lock them in the web app.',
    });
  return {
    ...(fields.get('isFavorite') === 'true' && { favourite: true }),
    ...(visibility === 'archive' && { archived: true }),
  };
}
