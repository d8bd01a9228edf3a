/** The entries of a TAR in sequence, from its beginning. Reads only. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { crc32, createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { damaged, type PackedEntry } from './archive-entries.js';

/** The current entry. Its bytes are available until the next one is requested. */
export interface Member {
  n: number;
  header: Header;
  bytes: AsyncIterable<Uint8Array>;
  /** The bytes of the part read so far. */
  read: number;
}

/** All entries from the beginning. @throws the error of zlib or tar-stream for bytes that are not a TAR. */
export async function* membersOf(part: string, isPacked: boolean): AsyncGenerator<Member, void> {
  const file = createReadStream(part);
  const source = isPacked ? pipeline(file, createGunzip(), () => undefined) : file;
  const members = extract();
  let wake = (): void => undefined;
  for (const event of ['drain', 'close'] as const) members.on(event, () => wake());
  async function feed(): Promise<void> {
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        if (!members.write(chunk) && !members.destroyed) await new Promise<void>((resolve) => (wake = resolve));
        if (members.destroyed) return;
      }
      members.end(null);
    } catch (error) {
      members.destroy(error as Error);
    }
  }
  const fed = feed();
  let n = 0;
  try {
    for await (const member of members) {
      yield {
        n: n++,
        header: member.header,
        bytes: member as unknown as AsyncIterable<Uint8Array>,
        read: file.bytesRead,
      };
      // Skips the unread rest.
      member.resume();
    }
  } finally {
    members.destroy();
    file.destroy();
    await fed;
  }
}

/** The bytes of an entry, verified. @throws PhotospoolError `corrupt` if they differ from those read before. */
export async function* checked(
  part: string,
  entry: PackedEntry,
  bytes: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  let [sum, length] = [0, 0];
  try {
    for await (const chunk of bytes) {
      sum = crc32(chunk, sum);
      length += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw damaged(part, entry.path, error);
  }
  if (sum !== entry.crc32 || length !== entry.bytes)
    throw damaged(part, entry.path, new Error('it changed while it was being read'));
}
