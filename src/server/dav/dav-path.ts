/**
 * Paths of WebDAV requests, as lists of names. A path is decoded once, name by name, from the address as it was sent, so
 * that an encoded slash or dot never changes which resource is meant. Names are keys; none becomes a path on the disk.
 * Pure.
 */
import { PhotospoolError } from '../../base/errors.js';

/** The address of all WebDAV folders. */
export const davRoot = '/dav';

/** The limits of a path: names, bytes of a name, bytes of the decoded path. */
export const pathBounds = { names: 20, name: 255, path: 2_000 };

/** The characters that names must not contain: control characters, separators, and those that XML can't express. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const unfit = /[\u0000-\u001f\u007f-\u009f/\\\ufffe\uffff]/;

/**
 * The names below `/dav` in the target of a request (a path, with or without a query), in NFC.
 * @throws PhotospoolError `invalid` for an invalid name, or a path that is too long, `not-found` outside `/dav`.
 */
export function namesOf(target: string): string[] {
  // No request has a fragment (RFC 9112, 3.2); ignoring it could remove more than intended.
  if (target.includes('#')) throw new PhotospoolError('invalid', 'The address contains a fragment.');
  const [path = ''] = target.split('?', 1);
  if (path !== davRoot && !path.startsWith(`${davRoot}/`))
    throw new PhotospoolError('not-found', 'There is nothing at this address.');
  const names = path
    .slice(davRoot.length)
    .split('/')
    .filter((part) => part !== '')
    .map(nameOf);
  const bytes = names.reduce((sum, name) => sum + Buffer.byteLength(name) + 1, 0);
  const isLong = names.some((name) => Buffer.byteLength(name) > pathBounds.name);
  if (isLong || names.length > pathBounds.names || bytes > pathBounds.path)
    throw new PhotospoolError('invalid', 'The name or its folder is too long.', {
      hint: 'Use shorter names, or fewer folders inside one another.',
    });
  return names;
}

function nameOf(part: string): string {
  const name = decoded(part)?.normalize('NFC');
  if (name !== undefined && name !== '.' && name !== '..' && !unfit.test(name)) return name;
  throw new PhotospoolError('invalid', 'The path contains a name that isn’t allowed for files.');
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not UTF-8, or not percent-encoding.
    return undefined;
  }
}

/** The address of a resource; that of a folder ends with a slash. */
export const hrefOf = (names: readonly string[], isFolder: boolean): string =>
  `${[davRoot, ...names.map(encodeURIComponent)].join('/')}${isFolder ? '/' : ''}`;
