/**
 * Puts uploads into `incoming`: complete, by a temporary name and a rename to a free name. A crash leaves at most the
 * temporary file, which the next start of the processor removes.
 */
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { duplicateName, safeName } from '../archive/original-names.js';
import type { Files } from '../base/files.js';
import { temporaryName } from '../base/temporary-names.js';
import { isLeftAlone } from './ignored-names.js';
import type { Still } from './spool-interface.js';
import { senderFolder, type Sending } from './sender-folders.js';

/**
 * Writes a stream into `incoming`; `name` is hostile text, or a function called at the end, `modified` the time of the
 * file in ms since 1970. Resolves to the actual name. Leaves nothing if the stream fails, or `still` throws.
 */
export async function placeUpload(
  incoming: string,
  files: Files,
  stream: Readable,
  name: string | (() => string),
  sending: Sending,
  still: Still = () => undefined,
  modified: () => number | undefined = () => undefined,
): Promise<string> {
  const part = join(incoming, temporaryName());
  await files.pour(stream, part);
  try {
    still();
    const ms = modified();
    if (ms !== undefined) {
      await files.setTimes(part, { mtimeNs: BigInt(Math.round(ms)) * 1_000_000n });
      await files.flush(part);
    }
  } catch (error) {
    await files.remove(part);
    throw error;
  }
  return giveName(await senderFolder(incoming, files, sending), files, part, typeof name === 'string' ? name : name());
}

/** Renames a complete file to this name in a folder of `incoming`, or to the next free one, and returns it. Durable. */
export async function giveName(folder: string, files: Files, part: string, name: string): Promise<string> {
  const wanted = comingName(name);
  for (let n = 0; ; n++) {
    const free = duplicateName(wanted, n);
    if ((await files.move(part, join(folder, free))) === 'moved') return free;
  }
}

/** A name that the spool does not ignore: even a file with an ignored name was uploaded intentionally. */
export function comingName(name: string): string {
  const tried = [safeName(name), `upload-${safeName(name).replace(/^\.+/, '')}`];
  return tried.find((safe) => !isLeftAlone(safe)) ?? 'upload';
}
