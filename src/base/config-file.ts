/** Reads a configuration file: TOML 1.0 (https://toml.io) with one level of sections. Changes nothing. */
import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import { errnoOf, PhotospoolError, toPhotospoolError } from './errors.js';

/**
 * The values of a file by `section.name`; values outside a section by their name. Empty if the file does not exist.
 * @throws PhotospoolError `config` that names the line with the syntax error.
 */
export function readToml(path: string): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [section, values] of Object.entries(parseToml(readText(path), path))) {
    if (typeof values !== 'object' || values === null || Array.isArray(values)) found.set(section, values);
    else for (const [name, value] of Object.entries(values)) found.set(`${section}.${name}`, value);
  }
  return found;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return '';
    throw toPhotospoolError(error, 'read', path);
  }
}

function parseToml(text: string, path: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new PhotospoolError('config', `${path}, line ${error.line} is not valid TOML.`, {
      path,
      hint: 'Use `[section]` lines and `key = "value"` lines.',
      cause: error,
    });
  }
}
