/** Paths as text, or as bytes if a name in them is not valid UTF-8. Pure. */
import { basename, dirname, join, sep } from 'node:path';

/** A path as text, or as bytes if a name in it is not valid UTF-8. */
export type Path = string | Buffer;

/** The folder of a path. */
export function parentOf(path: Path): Path {
  if (typeof path === 'string') return dirname(path);
  const cut = path.lastIndexOf(sep);
  return path.subarray(0, Math.max(cut, 1));
}

/** The last name of a path as text; bytes that are not valid UTF-8 become U+FFFD. */
export function nameOf(path: Path): string {
  return typeof path === 'string' ? basename(path) : path.subarray(path.lastIndexOf(sep) + 1).toString('utf8');
}

/** A path below a folder, as text if both are text. */
export function below(folder: Path, name: Path): Path {
  if (typeof folder === 'string' && typeof name === 'string') return join(folder, name);
  return Buffer.concat([Buffer.from(folder), Buffer.from(sep), Buffer.from(name)]);
}

/** A text that differs for different paths, including names that are not valid UTF-8. */
export const keyOf = (path: Path): string => (typeof path === 'string' ? path : `bytes:${path.toString('latin1')}`);

/** The parent folders of paths, without duplicates, by their keys. */
export const foldersOf = (paths: readonly Path[]): Map<string, Path> =>
  new Map(paths.map(parentOf).map((folder) => [keyOf(folder), folder]));
