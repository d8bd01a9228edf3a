/**
 * Unpacks wanted entries of a TAR in its order, a few at a time, into temporary files that claims take over. A crash
 * leaves these files, which the next import removes.
 */
import { join } from 'node:path';
import type { Files } from '../base/files.js';
import { temporaryName } from '../base/temporary-names.js';
import { checked, membersOf, type Member } from './tar-entries.js';
import type { PackedEntry, Unpacker } from './archive-entries.js';

/** The maximum unpacked at a time: entries, bytes (exceeded by one entry at most), and how often each is offered. */
const batch = { entries: 64, bytes: 512 << 20, offers: 8 };

/**
 * Opens the unpacking of a part: `entries` in their order, by their numbers in the part; those that are `kept` need
 * none.
 */
export function openStage(
  part: string,
  isPacked: boolean,
  entries: readonly PackedEntry[],
  numbered: ReadonlyMap<number, PackedEntry>,
  kept: ReadonlyMap<PackedEntry, unknown>,
): Unpacker {
  const numbers = new Map([...numbered].map(([n, entry]) => [entry, n]));
  /** The unpacked entries, and how often each was offered. */
  const lying = new Map<PackedEntry, number>();
  let position = -1;
  let forward: AsyncGenerator<Member, void> | undefined;

  async function drop(entry: PackedEntry, files: Files): Promise<void> {
    const { staged } = entry;
    lying.delete(entry);
    delete entry.staged;
    if (staged !== undefined) await files.remove(staged);
  }

  /** The next wanted entry; undefined if there is none. */
  async function next(wants: (entry: PackedEntry) => boolean): Promise<Member | undefined> {
    forward ??= membersOf(part, isPacked);
    // A truncated part was reported when it was opened.
    for (let found; !(found = await forward.next().catch(() => ({ done: true as const }))).done;) {
      const entry = numbered.get(found.value.n);
      if (found.value.n > position && entry && !kept.has(entry) && wants(entry)) return found.value;
    }
    return undefined;
  }

  const isAhead = (entry: PackedEntry): boolean => (numbers.get(entry) ?? -1) > position && !kept.has(entry);

  async function stop(): Promise<void> {
    await forward?.return();
    forward = undefined;
  }

  return {
    reached: (entry) => !isAhead(entry),
    async more(files, folder, wants) {
      for (const [entry, offers] of [...lying])
        if (entry.staged === undefined || offers >= batch.offers || !wants(entry)) await drop(entry, files);
        else lying.set(entry, offers + 1);
      // If everything is here already, nothing is read.
      if (!forward && !entries.some((entry) => isAhead(entry) && wants(entry))) position = Infinity;
      let room = [...lying.keys()].reduce((bytes, entry) => bytes - entry.bytes, batch.bytes);
      while (position < Infinity && lying.size < batch.entries && room > 0) {
        const member = await next(wants);
        position = member?.n ?? Infinity;
        if (!member) break;
        const entry = numbered.get(member.n)!;
        const to = join(folder, temporaryName());
        try {
          await files.pour(checked(part, entry, member.bytes), to);
        } catch {
          // Opening this entry alone reports why. A partially read entry can't be continued.
          await files.remove(to);
          await stop();
          break;
        }
        entry.staged = to;
        lying.set(entry, 1);
        room -= entry.bytes;
      }
      if (position === Infinity) await stop();
      return position < Infinity;
    },
    async clear(files) {
      await stop();
      for (const entry of lying.keys()) await drop(entry, files);
    },
  };
}
