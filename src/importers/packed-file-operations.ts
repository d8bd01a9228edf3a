/**
 * File operations that also accept archive entries, by their ids: hashing, reading the first bytes, and copying into a
 * claim, always as a stream. So the spool handles an entry like a file that it leaves in place.
 */
import { createHash } from 'node:crypto';
import { below, parentOf, type Files, type Path } from '../base/files.js';
import { temporaryName } from '../base/temporary-names.js';
import type { PackedEntry } from './archive-entries.js';

/** The operations of `files`, extended by these entries. */
export function withEntries(files: Files, entries: ReadonlyMap<string, PackedEntry>): Files {
  const find = (path: Path): PackedEntry | undefined => (typeof path === 'string' ? entries.get(path) : undefined);
  return {
    ...files,
    async hash(path, also) {
      const entry = find(path);
      if (!entry) return files.hash(path, also);
      if (entry.known) return { sha256: entry.known.sha256, bytes: entry.bytes };
      const hash = createHash('sha256');
      for await (const chunk of entry.open()) hash.update(chunk);
      return { sha256: hash.digest('hex'), bytes: entry.bytes };
    },
    async head(path, length) {
      const entry = find(path);
      if (!entry) return files.head(path, length);
      if (entry.known) return Buffer.from(entry.known.head.subarray(0, length));
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of entry.open()) {
        chunks.push(chunk);
        if ((bytes += chunk.length) >= length) break;
      }
      return Buffer.concat(chunks).subarray(0, length);
    },
    async copy(from, to, shared) {
      const entry = find(from);
      if (!entry) return files.copy(from, to, shared);
      if (entry.known && entry.staged !== undefined) {
        const kind = await files.move(entry.staged, to);
        if (kind === 'moved') delete entry.staged;
        return { kind, sha256: entry.known.sha256 };
      }
      const hash = createHash('sha256');
      // The final name has the complete file or nothing; leftovers of a crash under temporary names are removed later.
      const part = below(parentOf(to), temporaryName());
      await files.pour(
        hashed(entry, (chunk) => void hash.update(chunk)),
        part,
      );
      const kind = await files.move(part, to).catch(async (error: unknown) => {
        await files.remove(part);
        throw error;
      });
      if (kind === 'taken') await files.remove(part);
      return { kind, sha256: hash.digest('hex') };
    },
  };
}

async function* hashed(entry: PackedEntry, each: (chunk: Uint8Array) => void): AsyncIterable<Uint8Array> {
  for await (const chunk of entry.open()) {
    each(chunk);
    yield chunk;
  }
}
