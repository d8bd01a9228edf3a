/** TOML, with errors that name the file and the line. */
import { parse, TomlError } from 'smol-toml';
import { PhotospoolError } from './errors.js';

export function parseToml(text: string, path: string): Record<string, unknown> {
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
