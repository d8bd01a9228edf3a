/** Reading a configuration file: TOML (https://toml.io, 1.0), with sections of one level. Changes nothing. */
import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import { errnoOf, PhotospoolError, toPhotospoolError } from './errors.js';

/**
 * The values in a file, by `section.name`; what stands outside of a section, by its name. Empty where there is no file.
 * @throws PhotospoolError `config` that names the line which is no TOML.
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
    throw new PhotospoolError('config', `${path}, line ${error.line}: it is not valid TOML.`, {
      path,
      hint: 'Write `[section]` lines and `key = "value"` lines.',
      cause: error,
    });
  }
}
