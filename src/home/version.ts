/** The version of this Photospool. */
import { readFileSync } from 'node:fs';
import { programFile } from '../base/program-files.js';

/** The version in package.json, `0.1.0`. */
export const version = (JSON.parse(readFileSync(programFile('package.json'), 'utf8')) as { version: string }).version;
