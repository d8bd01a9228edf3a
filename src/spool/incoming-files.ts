/**
 * The files in `incoming`: which are ready to be claimed, which are ignored, and why. Opens no file before it is
 * stable. Changes nothing except that it removes folders that it emptied.
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

/** The result of a scan of `incoming`. */
export interface Looked {
  /** Stable files that are not known to be ignored, in the order of their paths. */
  ready: ScannedFile[];
  /** Ms until the next unstable file may be ready. */
  wait: number | undefined;
  /** All folders, to be watched. */
  folders: Folder[];
  /** False if `incoming` itself does not exist. */
  there: boolean;
}

/** The files in one `incoming` folder. */
export interface IncomingFiles {
  look(): Promise<Looked>;
  /**
   * Reads the first bytes of a ready file: undefined if it is a photo, otherwise why it is ignored, which is
   * remembered.
   */
  whyNot(found: ScannedFile): Promise<string | undefined>;
  /**
   * Counts a file while it is being claimed, even if a scan no longer finds it; returns the function that ends that.
   */
  leaves(found: ScannedFile): () => void;
  /** Records that a file was removed from its folder: it no longer waits, and an empty folder is removed. */
  took(found: ScannedFile): void;
  /** The intentionally ignored files in `incoming`, with the reason. */
  ignored(): IgnoredItem[];
  /** The entries that the last scan could not read, with the reason. */
  trouble(): IgnoredItem[];
  /** The hidden files without a claim (see cross-device-staging.ts) among `ignored`: each is returned once. */
  news(): IgnoredItem[];
  /** The number of files that are not ignored: those of the last scan that were not removed since. */
  count(): number;
  /** The first of these, oldest first. */
  waiting(): WaitingItem[];
}

const shown = (item: IgnoredItem): IgnoredItem => ({ ...item, name: printable(item.name) });

const whose = ({ holder }: ScannedFile): { holder?: Holder } => (holder === undefined ? {} : { holder });

/** The maximum number of waiting files listed. */
const mostWaiting = 50;

const nameOf = ({ folder, name }: ScannedFile): string => printable(folder === '' ? name : `${folder}/${name}`);

const keyOfFound = ({ path }: ScannedFile): string => keyOf(path);

/**
 * Opens the inbox; `settle` in ms. `works` are the folders whose claims may have hidden files. Without `sidecars`, all
 * sidecars wait. `assignment`: the holders of the files.
 */
// Longer than a screen: each scan replaces the state that all other methods return.
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
  /** The files removed during each running scan, which may have listed them before. */
  const scans = new Set<Set<string>>();
  const leaving = new Set<string>();
  const refused = new Map<string, { look: FileState; item: IgnoredItem }>();
  let special: IgnoredItem[] = [];
  let hidden: IgnoredItem[] = [];
  const told = new Set<string>();
  let trouble: IgnoredItem[] = [];
  let waiting = new Map<string, ScannedFile>();

  /** The sidecars that may be claimed. An error must not delay photos. */
  async function choose(still: ScannedFile[], photos: ScannedFile[]): Promise<ScannedFile[]> {
    try {
      return (await sidecars?.choose(still, photos)) ?? [];
    } catch (error) {
      trouble.push({ name: 'sidecars', reason: sentence(toPhotospoolError(error, 'look for the photos of')) });
      return [];
    }
  }

  async function look(gone: ReadonlySet<string>): Promise<Looked> {
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
    const left = lying.map((file) => [keyOfFound(file), file] as const).filter(([key]) => !gone.has(key));
    waiting = new Map(left);
    now.push(...(await choose(still, lying)));
    return { ready: now, wait, folders: found.folders, there: true };
  }

  return {
    async look() {
      const gone = new Set<string>();
      scans.add(gone);
      try {
        return await look(gone);
      } finally {
        scans.delete(gone);
      }
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
    leaves(found) {
      leaving.add(keyOfFound(found));
      return () => leaving.delete(keyOfFound(found));
    },
    took(found) {
      const key = keyOfFound(found);
      waiting.delete(key);
      leaving.delete(key);
      for (const gone of scans) gone.add(key);
      took(found);
    },
    ignored: () => [
      ...special,
      ...[...refused.values()].map(({ item }) => item),
      ...(sidecars?.items() ?? []),
      ...hidden,
    ],
    news: () => hidden.filter(({ name }) => told.size < told.add(name).size),
    trouble: () => trouble,
    count: () => waiting.size + [...leaving].filter((key) => !waiting.has(key)).length,
    waiting: () =>
      [...waiting.values()]
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

/**
 * Folders from which files were taken: they are removed once they have been empty for `settle` (ms), except those
 * assigned to people.
 */
function openEmptied(incoming: string, settle: number, files: Files, clock: Clock, { personOf }: Assignment) {
  const emptied = new Map<string, { folder: Path; since: number }>();
  const isBelow = (folder: Path): boolean => Buffer.from(folder).indexOf(incoming + sep) === 0;

  /** Removes folders that have been empty for `settle`; returns the ms until the next removal. */
  async function tidy(): Promise<number | undefined> {
    let wait: number | undefined;
    for (const { folder, since } of [...emptied.values()].sort((a, b) => b.folder.length - a.folder.length)) {
      const left = since + settle - clock.now();
      // An unreadable folder is left alone.
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
