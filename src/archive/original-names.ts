/**
 * Names in the archive: `YYYY/MM/name`, plain files that are readable without Photospool. A name that is taken gets
 * `-<hash prefix>`, lengthened until it is free; the stem is shortened so that the name fits into 255 bytes. Pure.
 */

const longest = 255;
/** Temporary copies need no space: they have separate names. */
const prefixes = [8, 12, 16, 24, 32, 48, 64];

/** A name that every filesystem accepts: control characters and separators become `_`. Never empty, `.` or `..`. */
export function safeName(name: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const safe = name.replace(/[\u0000-\u001f\u007f/\\]/gu, '_').replace(/[\ud800-\udfff]/gu, '\ufffd');
  return safe === '' || /^\.+$/.test(safe) ? `_${safe}` : safe;
}

/** Splits a name at its last dot; a leading dot does not count. */
export function splitName(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf('.');
  if (dot <= 0 || Buffer.byteLength(name.slice(dot)) > 32) return { stem: name, extension: '' };
  return { stem: name.slice(0, dot), extension: name.slice(dot) };
}

/** `stem + suffix + extension`, the stem shortened by whole characters to fit into 255 bytes. */
export function fitName(stem: string, suffix: string, extension: string): string {
  const room = longest - Buffer.byteLength(suffix + extension);
  const characters = Array.from(stem);
  while (Buffer.byteLength(characters.join('')) > room) characters.pop();
  return characters.join('') + suffix + extension;
}

/**
 * The n-th candidate (0, 1, 2, …) for the name of an original, relative to the archive. `taken` is local wall time in
 * ISO form; a year outside 0001 to 9999 goes to `0000/00`.
 */
export function archiveName(taken: string, name: string, sha256: string, n: number): string {
  const month = /^(\d{4})-(\d{2})/.exec(taken);
  const { stem, extension } = splitName(safeName(name));
  const hash = n === 0 ? '' : `-${sha256.slice(0, prefixes[Math.min(n, prefixes.length) - 1])}`;
  const tail = n <= prefixes.length ? hash : `${hash}-${n - prefixes.length}`;
  return `${month?.[1] ?? '0000'}/${month?.[2] ?? '00'}/${fitName(stem, tail, extension)}`;
}

/** The n-th candidate for a duplicate's name in `duplicates/`: `name`, `name-2`, `name-3`, … */
export function duplicateName(name: string, n: number): string {
  const { stem, extension } = splitName(safeName(name));
  return fitName(stem, n === 0 ? '' : `-${n + 1}`, extension);
}
