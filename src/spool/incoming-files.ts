/**
 * What lies in `incoming`: which files are ready to be taken, which are left there and why. Opens nothing before it stood
 * still, changes nothing but the folders that it emptied, which it removes.
 */
import { relative, sep } from 'node:path';
import type { Clock } from '../base/clock.js';
import { printable, sentence, toPhotospoolError } from '../base/errors.js';
import { parentOf, type Files, type Path } from '../base/files.js';
import { keyOf } from '../base/paths.js';
import type { Holder } from '../document/item-id.js';
import { isXmp } from '../photo/formats/unsupported.js';
import { headLength, whyNotTaken } from '../photo/formats/identify.js';
import { forgotten } from './cross-device-staging.js';
import { isoTime } from './claim-record.js';
import type { IgnoredItem, WaitingItem } from './spool-interface.js';
import { openReady, same, type FileState } from './stable-files.js';
import { scan, type Assignment, type ScannedFile } from './scan-incoming.js';
import { isSidecar, waitsFor, type WaitingSidecars } from './waiting-sidecars.js';
import type { Folder } from './watch-incoming.js';

/** What a look at `incoming` found. */
export interface Looked {
  /** Files that stand still and are not known to be left alone, in the order of their paths. */
  ready: ScannedFile[];
  /** Ms until the next of those that are not yet still may be ready. */
  wait: number | undefined;
  /** All folders, to be watched. */
  folders: Folder[];
  /** False where `incoming` itself is not there. */
  there: boolean;
}

/** The inbox of one `incoming` folder. */
export interface IncomingFiles {
  look(): Promise<Looked>;
  /** Reads the first bytes of a ready file: undefined where it is a photo, else why it is left alone, which is remembered. */
  whyNot(found: ScannedFile): Promise<string | undefined>;
  /** Says that a file was taken out of its folder, so that the folder goes when it is empty. */
  took(found: ScannedFile): void;
  /** What is left in `incoming` on purpose, with the reason. */
  ignored(): IgnoredItem[];
  /** What could not be read at the last look, with the reason. */
  trouble(): IgnoredItem[];
  /** What lies hidden and is in no claim (see cross-device-staging.ts), of `ignored`: each once. */
  news(): IgnoredItem[];
  /** How many files lay there at the last look that are not left alone. */
  count(): number;
  /** The first of these, the longest there first. */
  waiting(): WaitingItem[];
}

const shown = (item: IgnoredItem): IgnoredItem => ({ ...item, name: printable(item.name) });

const whose = ({ holder }: ScannedFile): { holder?: Holder } => (holder === undefined ? {} : { holder });

/** How many of the files that wait are told of. */
const mostWaiting = 50;

const nameOf = ({ folder, name }: ScannedFile): string => printable(folder === '' ? name : `${folder}/${name}`);

const keyOfFound = ({ path }: ScannedFile): string => keyOf(path);

/**
 * Opens the inbox; `settle` in ms. `works` are the folders whose claims may have hidden something. Without `sidecars`, all of
 * these wait. `assignment`: whose what lies there is.
 */
// Longer than a screen: each look replaces all that the other answers tell of.
export function openInbox(
  incoming: string,
  settle: number,
  files: Files,
  clock: Clock,
  works: string[] = [],
  sidecars?: WaitingSidecars,
  assignment: Assignment = {},
): IncomingFiles {
  const ready = openReady(settle, clock);
  const { tidy, took } = openEmptied(incoming, settle, files, clock, assignment);
  const refused = new Map<string, { look: FileState; item: IgnoredItem }>();
  let special: IgnoredItem[] = [];
  let hidden: IgnoredItem[] = [];
  const told = new Set<string>();
  let trouble: IgnoredItem[] = [];
  let waiting: ScannedFile[] = [];

  /** The sidecars that may be taken. Where that can't be found out now, photos come in all the same. */
  async function choose(still: ScannedFile[], photos: ScannedFile[]): Promise<ScannedFile[]> {
    try {
      return (await sidecars?.choose(still, photos)) ?? [];
    } catch (error) {
      trouble.push({ name: 'sidecars', reason: sentence(toPhotospoolError(error, 'look for the photos of')) });
      return [];
    }
  }

  return {
    async look() {
      const found = await scan(incoming, files, assignment);
      hidden = await forgotten(incoming, works, files, clock.now(), found?.hidden);
      if (!found) return { ready: [], wait: undefined, folders: [], there: false };
      special = found.special.map(shown);
      trouble = found.trouble.map(shown);
      const keys = new Set(found.files.map(keyOfFound));
      ready.keep(keys);
      for (const key of refused.keys()) if (!keys.has(key)) refused.delete(key);
      let wait = await tidy();
      const now: ScannedFile[] = [];
      const lying: ScannedFile[] = [];
      const still: ScannedFile[] = [];
      for (const file of found.files) {
        const known = refused.get(keyOf(file.path));
        if (known && same(known.look, file.look)) continue;
        const aside = sidecars !== undefined && isSidecar(file);
        if (!aside) lying.push(file);
        const left = ready.wait(keyOf(file.path), file.look);
        if (left === 0) (aside ? still : now).push(file);
        else wait = Math.min(wait ?? left, left);
      }
      waiting = lying;
      now.push(...(await choose(still, lying)));
      return { ready: now, wait, folders: found.folders, there: true };
    },
    async whyNot(found) {
      const head = await files.head(found.path, headLength);
      const why = whyNotTaken(found.name, head);
      if (why === undefined) return undefined;
      const belongs = isSidecar(found) && isXmp(head);
      if (belongs && sidecars) return sidecars.whyNot(found);
      const reason = belongs ? waitsFor(found) : why;
      refused.set(keyOf(found.path), { look: found.look, item: { name: nameOf(found), reason, ...whose(found) } });
      return reason;
    },
    took,
    ignored: () => [
      ...special,
      ...[...refused.values()].map(({ item }) => item),
      ...(sidecars?.items() ?? []),
      ...hidden,
    ],
    news: () => hidden.filter(({ name }) => told.size < told.add(name).size),
    trouble: () => trouble,
    count: () => waiting.length,
    waiting: () =>
      waiting
        .map((found) => ({ found, since: found.changed ?? found.modified }))
        .sort((a, b) => a.since - b.since)
        .slice(0, mostWaiting)
        .map(({ found, since }) => ({
          name: nameOf(found),
          since: isoTime(since),
          bytes: Number(found.look.size),
          ...whose(found),
        })),
  };
}

/** Folders from which files were taken: they go when they stay empty for `settle` (ms), but those that were given to people. */
function openEmptied(incoming: string, settle: number, files: Files, clock: Clock, { personOf }: Assignment) {
  const emptied = new Map<string, { folder: Path; since: number }>();
  const isBelow = (folder: Path): boolean => Buffer.from(folder).indexOf(incoming + sep) === 0;

  /** Removes emptied folders that stayed empty for `settle`; ms until the next may go. */
  async function tidy(): Promise<number | undefined> {
    let wait: number | undefined;
    for (const { folder, since } of [...emptied.values()].sort((a, b) => b.folder.length - a.folder.length)) {
      const left = since + settle - clock.now();
      // A folder that can't be read any more is left.
      const entries = await files.list(folder).catch(() => undefined);
      if (entries?.length !== 0) emptied.delete(keyOf(folder));
      else if (left > 0) wait = Math.min(wait ?? left, left);
      else await remove(folder);
    }
    return wait;
  }

  const isGiven = (folder: Path): boolean =>
    typeof folder === 'string' && personOf?.(relative(incoming, folder).split(sep).join('/')) !== undefined;

  async function remove(folder: Path): Promise<void> {
    emptied.delete(keyOf(folder));
    if (isGiven(folder)) return;
    if (!(await files.removeFolder(folder).catch(() => false))) return;
    const parent = parentOf(folder);
    if (isBelow(parent) && (await files.list(parent).catch(() => undefined))?.length === 0) await remove(parent);
  }

  function took(found: ScannedFile): void {
    const folder = parentOf(found.path);
    if (isBelow(folder)) emptied.set(keyOf(folder), { folder, since: clock.now() });
  }

  return { tidy, took };
}
