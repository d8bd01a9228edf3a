/**
 * The one error class. Every failure that may reach a person is a PhotospoolError: a code from a closed list, the
 * operation (`op`), the file (`path`), the remedy (`hint`) and the cause. Two places translate it: the server to a
 * status, the CLI to an exit code and one line.
 */

/** The closed list of codes. The spool retries `transient` ones; the others need a person. */
export const codes = {
  usage: { transient: false, status: 400 },
  config: { transient: false, status: 400 },
  invalid: { transient: false, status: 400 },
  /** The request carries no valid credentials. */
  unauthorized: { transient: false, status: 401 },
  /** The password is right; the account also needs a code of its second factor. */
  'otp-needed': { transient: false, status: 401 },
  /** Permitted after the viewer confirms their identity again. */
  'confirmation-needed': { transient: false, status: 403 },
  /** Permitted after the viewer opens their locked photos, by PIN or passkey. */
  'pin-needed': { transient: false, status: 403 },
  /** The viewer is identified and lacks the permission. */
  forbidden: { transient: false, status: 403 },
  'not-found': { transient: false, status: 404 },
  conflict: { transient: false, status: 409 },
  /** Too many attempts: wait. */
  'slow-down': { transient: true, status: 429 },
  'too-large': { transient: false, status: 413 },
  undecodable: { transient: false, status: 422 },
  unsupported: { transient: false, status: 415 },
  truncated: { transient: true, status: 422 },
  /** The received bytes have another hash than announced. */
  mismatch: { transient: true, status: 422 },
  timeout: { transient: true, status: 504 },
  'disk-full': { transient: true, status: 507 },
  'read-only': { transient: true, status: 507 },
  permission: { transient: true, status: 500 },
  io: { transient: true, status: 500 },
  /** A file that is still being written: checked again soon, not counted as an attempt. */
  changing: { transient: true, status: 503 },
  busy: { transient: true, status: 503 },
  locked: { transient: true, status: 423 },
  'newer-version': { transient: false, status: 409 },
  corrupt: { transient: false, status: 500 },
  unusable: { transient: false, status: 500 },
  internal: { transient: true, status: 500 },
} as const;

/** One of the closed list of codes. */
export type ErrorCode = keyof typeof codes;

/** The fields of a PhotospoolError beside its message. */
export interface ErrorDetail {
  /** The operation, as a verb: `claim`, `read`, `render`. */
  op?: string;
  /** The file that it failed on. */
  path?: string;
  /** The remedy for a person, as a sentence. */
  hint?: string;
  cause?: unknown;
}

/** A failure that can be explained to a person in one sentence. The message is that sentence, without the hint. */
export class PhotospoolError extends Error {
  readonly code: ErrorCode;
  readonly op: string | undefined;
  readonly path: string | undefined;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'PhotospoolError';
    this.code = code;
    this.op = detail.op;
    this.path = detail.path;
    this.hint = detail.hint;
  }

  /** True if a later retry can succeed without anyone changing the file. */
  get transient(): boolean {
    return codes[this.code].transient;
  }
}

/** The errno of a Node system error (`ENOSPC`), or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const systemErrors: Record<string, [ErrorCode, string, string]> = {
  ENOSPC: ['disk-full', 'the disk is full', 'Free up some space. Photospool retries automatically.'],
  EDQUOT: ['disk-full', 'the disk quota is exceeded', 'Free up some space. Photospool retries automatically.'],
  EROFS: ['read-only', 'the disk is mounted read-only', 'Mount it read-write. Photospool retries automatically.'],
  EACCES: ['permission', 'permission denied', 'Give the user that runs Photospool read and write access.'],
  EPERM: ['permission', 'operation not permitted', 'Give the user that runs Photospool read and write access.'],
  EMFILE: [
    'busy',
    'too many files are open',
    'Photospool retries automatically. If the problem persists, raise the limit (ulimit -n).',
  ],
  ENFILE: ['busy', 'too many files are open on this machine', 'Photospool retries automatically.'],
  ENOENT: ['not-found', 'it does not exist', 'Check whether another program moved or removed it.'],
  ELOOP: ['unsupported', 'it is a symbolic link', 'Replace the link with the file itself.'],
  ENAMETOOLONG: ['unusable', 'its path is too long for the system', 'Move it to a folder with a shorter path.'],
  EIO: ['io', 'the disk reported an error', 'Check the disk. Photospool retries automatically.'],
};

/**
 * Converts anything thrown into a PhotospoolError; a PhotospoolError is returned unchanged. System errors get their own
 * sentence; anything unknown becomes `internal` with the original as cause.
 */
export function toPhotospoolError(error: unknown, op?: string, path?: string): PhotospoolError {
  if (error instanceof PhotospoolError) return error;
  const known = systemErrors[errnoOf(error) ?? ''];
  const where = path ?? pathOf(error);
  const what = `${op ?? 'access'} ${where === undefined ? 'a file' : printable(where)}`;
  const detail = { cause: error, ...(op && { op }), ...(where !== undefined && { path: where }) };
  if (known) return new PhotospoolError(known[0], `Could not ${what}: ${known[1]}.`, { ...detail, hint: known[2] });
  const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  return new PhotospoolError('internal', `Could not ${what}: ${reason}.`.replace(/\.\.$/, '.'), detail);
}

function pathOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('path' in error)) return undefined;
  return typeof error.path === 'string' ? error.path : undefined;
}

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Text from a file, made safe for one line of a terminal or log: control characters, bidirectional overrides and line
 * separators become `\u{…}` escapes.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}

/** One line for a person: the message, and the hint if there is one. */
export function sentence(error: PhotospoolError): string {
  return printable(error.hint === undefined ? error.message : `${error.message} ${error.hint}`);
}

/** A `not-found` error with the message `what`: the thing does not exist, or not for this viewer. */
export const notFound = (what: string, hint?: string): PhotospoolError =>
  new PhotospoolError('not-found', what, hint === undefined ? {} : { hint });
