/**
 * The text about files in the log, and in the reason of a pause. For a person’s file it contains neither name, path and
 * hash nor whether the bytes were new, because the log and the spool are visible to others. Pure except for the log.
 */
import type { ErrorCode } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { house, type Holder } from '../document/item-id.js';
import { titleOf } from './stuck-groups.js';

/** The fields that reveal nothing about the content of a file. */
const harmless = ['claim', 'attempts', 'code', 'seconds', 'steps'];

/** An entry of the log about a file. `ofPerson`: the sentence instead of `text` for a person’s file. */
export interface FileEntry {
  holder?: Holder | undefined;
  fields: object;
  text: string;
  ofPerson: string;
}

/** Logs something about a file. */
export function logFile(log: Log, level: keyof Log, { holder = house, fields, text, ofPerson }: FileEntry): void {
  if (holder === house) return log[level](fields, text);
  log[level](Object.fromEntries(Object.entries(fields).filter(([name]) => harmless.includes(name))), ofPerson);
}

/** Why a file fails, as a sentence for everyone: for a person’s file only the kind of error. */
export const reasonFor = (holder: Holder | undefined, code: ErrorCode, reason: string): string =>
  (holder ?? house) === house ? reason : `${titleOf(code)}.`;
