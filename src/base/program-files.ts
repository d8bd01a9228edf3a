/**
 * Where the files of Photospool itself are: the built program is a few files in `dist`, unlike the sources. Only reads.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(import.meta.url);

/** Whether the built program runs; else a checkout with the TypeScript loader. */
export const isBuilt = !here.endsWith('.ts');

/** The folder with our package.json. */
const root = findRoot(dirname(here));

function findRoot(folder: string): string {
  const above = dirname(folder);
  return above === folder || existsSync(join(folder, 'package.json')) ? folder : findRoot(above);
}

/** The path of a file of the program, given from the folder of the package: `dist/web`. */
export const programFile = (path: string): string => join(root, path);
