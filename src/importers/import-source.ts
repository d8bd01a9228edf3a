/**
 * An export in the role of `incoming`: its photos are ready at once, with their metadata; all other files in it stay.
 * Reads only the first bytes of files to import; changes nothing except folders that `--move` empties. A sidecar in a
 * ZIP whose name does not identify its photo is unpacked temporarily; a crash leaves a temporary file in the work
 * folder of imports, which the next import removes.
 */
import { join, sep } from 'node:path';
import type { Clock } from '../base/clock.js';
import { printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { keyOf } from '../base/paths.js';
import type { Holder } from '../document/item-id.js';
import { temporaryName } from '../base/temporary-names.js';
import { isXmp } from '../photo/formats/unsupported.js';
import { headLength, identify, isBroken } from '../photo/formats/identify.js';
import { openInbox, type IncomingFiles } from '../spool/incoming-files.js';
import type { IgnoredItem } from '../spool/spool-interface.js';
import type { ScannedFile } from '../spool/scan-incoming.js';
import { isSidecar, waitsFor, type WaitingSidecars } from '../spool/waiting-sidecars.js';
import type { ExportEntry, ImportPlan } from './import-plan.js';
import type { Sources } from './export-files.js';
import { openTurns } from './read-order.js';

/**
 * Opens the inbox of a planned export. `files` must know the entries of its parts; `works`: see `openInbox`; `isHere`:
 * whether bytes need not be unpacked; `holder`: the person who gets all files.
 */
// Longer than a screen: rejected, waiting and current files are one list of entries.
export function planInbox(
  plan: ImportPlan,
  sources: Sources,
  files: Files,
  clock: Clock,
  works: string[],
  openSidecars: () => WaitingSidecars | undefined = () => undefined,
  isHere: (sha256: string) => boolean = () => false,
  holder?: Holder,
): IncomingFiles {
  const whose = holder === undefined ? {} : { holder };
  const planned = new Map(plan.photos.map((photo) => [photo.entry.id, photo]));
  const folders = sources.folders.map((folder) => openInbox(folder, 0, files, clock, works, waitingFor(), whose));

  /**
   * The sidecars of a folder. They wait only for photos that are imported, not for other files there: `IMG_1.jpg.json`.
   */
  function waitingFor(): WaitingSidecars | undefined {
    const waiting = openSidecars();
    const choose: WaitingSidecars['choose'] = (still, lying) =>
      waiting!.choose(
        still,
        lying.filter(({ path }) => planned.has(keyOf(path))),
      );
    return waiting && { ...waiting, choose };
  }
  const unpackable = ({ id, trouble }: ExportEntry): boolean => sources.packed.has(id) && trouble === undefined;
  const opened = clock.now();
  /** An entry as a file that changed just now: so it matches files that arrive with it, and not older photos. */
  const foundOf = ({ id }: ExportEntry): ScannedFile => ({ ...sources.found.get(id)!, changed: opened, ...whose });
  const packed = plan.photos.filter(({ entry }) => unpackable(entry));
  const turns = openTurns(
    packed.map(({ entry }) => entry),
    sources,
    isHere,
  );
  const sidecars = sources.entries.filter((entry) => isSidecar(entry) && unpackable(entry));
  const beside = openSidecars();
  const { refused, refuse, whyNotSidecar } = openRefusals(sources, files, works, beside);

  function inboxOf({ path }: ScannedFile): IncomingFiles {
    const at = sources.folders.findIndex((folder) => Buffer.from(path).indexOf(folder + sep) === 0);
    return folders[Math.max(at, 0)]!;
  }

  /** A file with its metadata; undefined if it is not imported. */
  function wanted(found: ScannedFile): ScannedFile | undefined {
    const photo = planned.get(keyOf(found.path));
    // The spool handles sidecars.
    if (!photo) return /\.xmp$/i.test(found.name) ? found : undefined;
    return photo.brought ? { ...found, brought: photo.brought } : found;
  }

  return {
    async look() {
      const looked = await Promise.all(folders.map((inbox) => inbox.look()));
      const ready = looked.flatMap((one) => one.ready.flatMap((found) => wanted(found) ?? []));
      const left = (all: readonly ExportEntry[]): ScannedFile[] =>
        all.filter(({ id }) => !refused.has(id)).map(foundOf);
      const { entries, more } = await turns.next(files, works[0]!);
      const photos = left(entries);
      // They also wait for photos that come later.
      const lying = sidecars.length > 0 ? left(packed.map(({ entry }) => entry)) : [];
      const chosen = (await beside?.choose(left(sidecars), lying)) ?? [];
      return {
        ready: [...ready, ...photos.flatMap((found) => wanted(found) ?? []), ...chosen],
        wait: more ? 0 : undefined,
        folders: looked.flatMap((one) => one.folders),
        there: looked.every(({ there }) => there),
      };
    },
    async whyNot(found) {
      const isPacked = sources.packed.has(keyOf(found.path));
      if (isPacked && isSidecar(found)) return whyNotSidecar(found);
      const what = identify(await files.head(found.path, headLength));
      if (what.kind === 'photo' || isBroken(found.name, what)) return undefined;
      // The inbox of its folder remembers it, and skips it in the next scan, or knows the photo of a sidecar.
      return isPacked ? refuse(found, what.reason) : inboxOf(found).whyNot(found);
    },
    // Packed files count all the time.
    leaves: (found) => (sources.packed.has(keyOf(found.path)) ? () => undefined : inboxOf(found).leaves(found)),
    took: (found) => inboxOf(found).took(found),
    ignored: () => [...refused.values(), ...(beside?.items() ?? []), ...folders.flatMap((inbox) => inbox.ignored())],
    trouble: () => folders.flatMap((inbox) => inbox.trouble()),
    news: () => folders.flatMap((inbox) => inbox.news()),
    count: () => packed.length - refused.size + folders.reduce((sum, inbox) => sum + inbox.count(), 0),
    waiting: () => folders.flatMap((inbox) => inbox.waiting()),
  };
}

/** The archive entries that are skipped, and why. */
function openRefusals(sources: Sources, files: Files, works: string[], beside: WaitingSidecars | undefined) {
  const refused = new Map<string, IgnoredItem>();

  /** Skips an entry from now on. */
  function refuse(found: ScannedFile, reason: string): string {
    const { folder, name } = found;
    refused.set(keyOf(found.path), { name: printable(folder === '' ? name : `${folder}/${name}`), reason });
    return reason;
  }

  /** Why a sidecar in a ZIP is skipped. */
  async function whyNotSidecar(found: ScannedFile): Promise<string | undefined> {
    const head = await files.head(found.path, headLength);
    const what = identify(head);
    if (what.kind === 'photo') return undefined;
    if (!isXmp(head)) return refuse(found, what.reason);
    if (!beside) return refuse(found, waitsFor(found));
    let unpacked: string | undefined;
    try {
      return await beside.whyNot(found, async () => {
        const path = join(works[0]!, temporaryName());
        await files.pour(sources.packed.get(keyOf(found.path))!.open(), path);
        return (unpacked = path);
      });
    } finally {
      if (unpacked !== undefined) await files.remove(unpacked);
    }
  }
  return { refused, refuse, whyNotSidecar };
}
