/**
 * Parsers for configuration values: each takes the raw value from the file, a variable or a flag and returns the typed
 * value, or undefined if it is invalid. Pure.
 */
import { homedir } from 'node:os';
import { isIP } from 'node:net';
import { isAbsolute, join, resolve } from 'node:path';

/** A file or folder; relative paths are relative to `home`. */
export const path = (value: unknown, home: string): string | undefined =>
  typeof value === 'string' && value !== '' ? absolute(value, home) : undefined;
/** A non-empty text. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
/** One of the given words. */
export const oneOf =
  (...allowed: string[]) =>
  (value: unknown): string | undefined =>
    typeof value === 'string' && allowed.includes(value) ? value : undefined;
/** A boolean. */
export const flag = (value: unknown): boolean | undefined =>
  value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined;
/** A number from `least` to `most`. */
export const number =
  (least: number, most: number, whole = true) =>
  (value: unknown): number | undefined => {
    const n = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof n !== 'number' || !(n >= least && n <= most)) return undefined;
    return whole && !Number.isInteger(n) ? undefined : n;
  };
/** Bytes per second, also as `500k` or `2M` (thousands and millions). */
export function rate(value: unknown): number | undefined {
  const [, digits, unit] = /^(\d{1,12})([kM]?)$/.exec(String(value)) ?? [];
  return digits === undefined ? undefined : Number(digits) * (unit === 'k' ? 1e3 : unit === 'M' ? 1e6 : 1);
}
/** A list, or a text separated by commas. */
export const list =
  (valid: (one: string) => boolean) =>
  (value: unknown): string[] | undefined => {
    const given: unknown[] = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [undefined];
    const texts = given.flatMap((one) => (typeof one === 'string' ? one.trim().toLowerCase() : ''));
    return texts.every(valid) ? texts : undefined;
  };
/** Whether a text is a valid host name (RFC 1123), in lower case. */
export const isHostName = (text: string): boolean => /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(text);
/** An address, a network such as `10.0.0.0/8`, or the word `loopback`. */
export function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  return text === 'loopback' || (version !== 0 && Number(bits ?? 0) <= (version === 4 ? 32 : 128));
}

/** An absolute path; `~` is the home folder of the user. */
export function absolute(path: string, base: string): string {
  const expanded = path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
  return isAbsolute(expanded) ? expanded : resolve(base, expanded);
}
