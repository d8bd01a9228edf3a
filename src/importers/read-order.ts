/**
 * The order in which packed photos of an export are offered: all at once those with random access; of a sequential
 * archive only those that have been reached, unpacked in advance.
 */
import type { Files } from '../base/files.js';
import { identify } from '../photo/formats/identify.js';
import type { PackedEntry } from './archive-entries.js';
import type { ExportEntry } from './import-plan.js';
import type { Sources } from './export-files.js';

/** The photos of an export, in turns. */
export interface Turns {
  /** The current photos, including earlier ones that are not imported yet; `more`: whether others follow. */
  next(files: Files, folder: string): Promise<{ entries: ExportEntry[]; more: boolean }>;
}

/** Opens the turns of `photos`. `isHere` returns whether bytes need not be unpacked. */
export function openTurns(
  photos: readonly ExportEntry[],
  { packed, stages }: Pick<Sources, 'packed' | 'stages'>,
  isHere: (sha256: string) => boolean,
): Turns {
  const byId = new Map(photos.map((entry) => [entry.id, entry]));
  const atAnyTime = photos.filter(({ id }) => packed.get(id)?.known === undefined);
  /** In the order of the archives. */
  const inTurn = [...packed].flatMap(([id, one]) => {
    const entry = byId.get(id);
    return entry && one.known ? [{ entry, one, known: one.known }] : [];
  });
  /** Of identical bytes only the first entry is unpacked. */
  const first = new Map<string, PackedEntry>();
  for (const { one, known } of inTurn) if (!first.has(known.sha256)) first.set(known.sha256, one);
  const photosOnly = new Set(inTurn.filter(({ known }) => identify(known.head).kind === 'photo').map(({ one }) => one));
  const wants = (one: PackedEntry): boolean =>
    photosOnly.has(one) && first.get(one.known!.sha256) === one && !isHere(one.known!.sha256);
  let at = 0;
  let open: typeof inTurn = [];
  return {
    async next(files, folder) {
      let more = false;
      for (const stage of stages) if ((more = await stage.more(files, folder, wants))) break;
      open = open.filter(({ known }) => !isHere(known.sha256));
      for (; at < inTurn.length && stages.every((stage) => stage.reached(inTurn[at]!.one)); at++)
        open.push(inTurn[at]!);
      return { entries: [...atAnyTime, ...open.map(({ entry }) => entry)], more };
    },
  };
}
