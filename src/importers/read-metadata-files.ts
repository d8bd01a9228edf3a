/**
 * Reads the metadata files of an export, a few in parallel, within limits of size and memory. A read error affects that
 * file alone.
 */
import { PhotospoolError, sentence, toPhotospoolError } from '../base/errors.js';
import { mostMetadata, type ExportEntry, type Looking, type ImportPlan } from './import-plan.js';

/** Reads files of at most `limit` bytes and passes the text of each on, in the order of the files. */
export type ReadMetadata = (
  entries: readonly ExportEntry[],
  limit: number,
  plan: ImportPlan,
  each: (entry: ExportEntry, text: string) => void,
) => Promise<void>;

const atOnce = 16;

/** Opens the reader of one import. `looking` is called with the progress. */
export function openLooking(looking: Looking, signal?: AbortSignal): ReadMetadata {
  let total = 0;
  return async (entries, limit, plan, each) => {
    for (let at = 0; at < entries.length; at += atOnce) {
      signal?.throwIfAborted();
      const some = entries.slice(at, at + atOnce);
      const texts = await Promise.all(some.map((entry) => textOf(entry, limit)));
      some.forEach((entry, n) => {
        const text = texts[n]!;
        if (typeof text !== 'string') {
          plan[text.kind].push({ path: entry.path, reason: text.reason });
          return;
        }
        total += text.length;
        plan.metadata++;
        each(entry, text);
      });
      if (total > mostMetadata)
        throw new PhotospoolError('too-large', 'This export exceeds the limit of 256 MiB of metadata.', {
          hint: 'Import fewer parts at once.',
        });
      looking(Math.min(at + atOnce, entries.length), entries.length);
    }
  };
}

async function textOf(
  entry: ExportEntry,
  limit: number,
): Promise<string | { kind: 'aside' | 'trouble'; reason: string }> {
  if (entry.trouble !== undefined) return { kind: 'trouble', reason: entry.trouble };
  if (entry.bytes > limit)
    return { kind: 'aside', reason: `has ${entry.bytes} bytes, which is too large for metadata` };
  try {
    return await entry.text(limit);
  } catch (error) {
    return { kind: 'trouble', reason: sentence(toPhotospoolError(error, 'read', entry.path)) };
  }
}
