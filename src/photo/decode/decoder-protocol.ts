/**
 * The responses of a decoder, as frames: pictures, or the reason why there are none. They are not trusted: a response
 * of another shape, or with inconsistent sizes, is rejected. Pure.
 */
import { codes, errnoOf, PhotospoolError, type ErrorCode } from '../../base/errors.js';
import { pack, type Frame } from '../../base/sandbox/frames.js';
import { lookLength } from '../../document/perceptual-hash.js';
import { unshownReasons } from '../../document/photo-document.js';
import type { Picture, Rendered } from './renditions.js';

/** A failure to report to a person, or the system's error about the file. */
export type DecoderFailure =
  | { kind: 'failed'; code: ErrorCode; message: string; hint?: string; said: string }
  | { kind: 'system'; code: string; syscall: string; said: string };

/** Pictures; whether the full-size picture was written; a perceptual hash; or a failure. */
export type DecoderAnswer =
  | { kind: 'rendered'; rendered: Rendered }
  | { kind: 'converted'; written: boolean }
  | { kind: 'looked'; look: Uint8Array }
  | DecoderFailure;

/** Maximum characters of one text. */
const mostText = 10_000;

/** A response with pictures, ready to send. */
export function packRendered(rendered: Rendered): Uint8Array[] {
  if ('unshown' in rendered) return pack({ kind: 'rendered', unshown: rendered.unshown });
  const { thumb, preview, ...rest } = rendered;
  const about = ({ bytes, ...picture }: Picture): object => ({ ...picture, length: bytes.length });
  const header = { kind: 'rendered', ...rest, thumb: about(thumb), preview: about(preview) };
  return pack(header, [thumb.bytes, preview.bytes]);
}

/** A response that states whether a picture was written, ready to send. */
export const packConverted = (written: boolean): Uint8Array[] => pack({ kind: 'converted', written });

/** A response with a perceptual hash, ready to send. */
export const packLook = (look: Uint8Array): Uint8Array[] => pack({ kind: 'looked' }, [look]);

/** A response with an error, ready to send. */
export function packError(error: unknown): Uint8Array[] {
  if (error instanceof PhotospoolError) {
    const { code, message, hint, cause } = error;
    return pack({
      kind: 'failed',
      code,
      message,
      hint,
      said: cause instanceof Error ? cause.message.slice(0, mostText) : '',
    });
  }
  const said = (error instanceof Error ? error.message : String(error)).slice(0, mostText);
  const syscall = error instanceof Error && 'syscall' in error ? String(error.syscall) : '';
  return pack({ kind: 'system', code: errnoOf(error) ?? 'UNKNOWN', syscall, said });
}

/** Parses a response. @throws TypeError if it is invalid. */
export function openAnswer({ header, body }: Frame): DecoderAnswer {
  const value = header as Partial<Record<string, unknown>> | null;
  if (typeof value !== 'object' || value === null) throw new TypeError('no answer');
  if (value['kind'] === 'rendered') return { kind: 'rendered', rendered: openRendered(value, body) };
  if (value['kind'] === 'converted') return { kind: 'converted', written: value['written'] === true };
  if (value['kind'] === 'looked') {
    if (body.length !== lookLength) throw new TypeError('no look');
    return { kind: 'looked', look: body };
  }
  const said = text(value['said']);
  if (value['kind'] === 'system')
    return { kind: 'system', code: text(value['code']), syscall: text(value['syscall']), said };
  const code = text(value['code']);
  if (value['kind'] !== 'failed' || !Object.hasOwn(codes, code)) throw new TypeError('no answer');
  const hint = value['hint'] === undefined ? {} : { hint: text(value['hint']) };
  return { kind: 'failed', code: code as ErrorCode, message: text(value['message']), ...hint, said };
}

function openRendered(value: Partial<Record<string, unknown>>, body: Buffer): Rendered {
  const unshown = unshownReasons.find((reason) => reason === value['unshown']);
  if (unshown !== undefined) return { unshown };
  const [thumb, preview] = [value['thumb'], value['preview']].map((one) => one as Partial<Record<string, unknown>>);
  const first = count(thumb?.['length']);
  if (first + count(preview?.['length']) !== body.length) throw new TypeError('no pictures');
  return {
    width: count(value['width']),
    height: count(value['height']),
    animated: value['animated'] === true,
    thumbhash: text(value['thumbhash']),
    ...(value['damaged'] === true && { damaged: true }),
    ...(value['gainMap'] === true && { gainMap: true }),
    thumb: openPicture(thumb, body.subarray(0, first)),
    preview: openPicture(preview, body.subarray(first)),
  };
}

function openPicture(value: Partial<Record<string, unknown>> | undefined, bytes: Buffer): Picture {
  const type = value?.['type'];
  if (type !== 'image/jpeg' && type !== 'image/webp') throw new TypeError('no picture');
  return { bytes, type, width: count(value?.['width']), height: count(value?.['height']) };
}

function text(value: unknown): string {
  if (typeof value !== 'string' || value.length > mostText) throw new TypeError('no text');
  return value;
}

function count(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0) throw new TypeError('no number');
  return value;
}
