/**
 * The sidecars in `incoming`: which may be claimed because their photo is known, which wait, and why. They wait in
 * place; they cost no more than their names in memory, and no processing.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import { house } from '../document/item-id.js';
import { waitsFor, type Sidecars } from '../ingest/sidecars/ingest-sidecars.js';
import { isSidecarName, namedAfter, versionOf, type SidecarToMatch } from '../ingest/sidecars/match-sidecars.js';
import { stemOf } from '../ingest/sidecars/arrival-names.js';
import { nameKey } from '../library/local-tables.js';
import { printable } from '../base/errors.js';
import { keyOf } from '../base/paths.js';
import { isoTime } from './claim-record.js';
import type { IgnoredItem } from './spool-interface.js';
import type { ScannedFile } from './scan-incoming.js';

/** The identity of a name: a sidecar only waits for photos of its own holder. */
type Named = Pick<ScannedFile, 'name' | 'folder' | 'holder'>;

/** The dependencies on the rest of the spool. */
export interface Beside {
  /** Photos that were claimed and are not in the archive yet: being processed, or stuck. */
  inHand(): Iterable<Named>;
  /** In `copy` mode, the hash of a file that stays in place and is in the archive. */
  taken(found: ScannedFile): string | undefined;
}

/** The waiting sidecars of one inbox. */
export interface WaitingSidecars {
  /** The stable sidecars that may be claimed now; `photos` are all other files in `incoming`. */
  choose(sidecars: ScannedFile[], photos: ScannedFile[]): Promise<ScannedFile[]>;
  /**
   * Why a chosen sidecar has to wait after all; undefined if it may be claimed. `pathOf` resolves to its readable path,
   * if that is not its own.
   */
  whyNot(found: ScannedFile, pathOf?: () => Promise<string>): Promise<string | undefined>;
  /**
   * Applies a sidecar whose bytes are in the archive to its photo, which may be another one than before. `path`: where
   * the bytes can be read.
   */
  known(found: ScannedFile, sha256: string, path: string | undefined): Promise<void>;
  /** The waiting sidecars, with the reason. */
  items(): IgnoredItem[];
}

/** The reason for waiting if no photo is known. */
export { waitsFor };

/** Whether a file in `incoming` is a sidecar, by its name. */
export const isSidecar = ({ name }: Pick<ScannedFile, 'name'>): boolean => isSidecarName(name);

/** The number of lookups before yielding. */
const turn = 200;

/** The search criteria for a sidecar in `incoming`. */
export const askingOf = ({
  name,
  folder,
  changed,
  by,
  holder,
}: Pick<ScannedFile, 'name' | 'folder' | 'changed' | 'by' | 'holder'>): SidecarToMatch => ({
  name,
  folder,
  ...(changed !== undefined && { since: isoTime(changed) }),
  ...(by !== undefined && { by }),
  ...(holder !== undefined && { holder }),
});

const keyOfName = ({ name, folder, holder = house }: Named): string => `${holder}/${nameKey(folder)}/${nameKey(name)}`;

/** Opens the list of waiting sidecars. */
export function openWaitingSidecars(sidecars: Sidecars, beside: Beside): WaitingSidecars {
  const waiting = new Map<string, { item: IgnoredItem; tried?: string }>();

  /** The names of arriving photos, in their folders, with and without their extensions. */
  function namesOf(found: Iterable<Named>): Set<string> {
    const names = new Set<string>();
    for (const one of found) for (const name of [one.name, stemOf(one.name)]) names.add(keyOfName({ ...one, name }));
    return names;
  }

  /**
   * A file that `copy` mode left in place counts as having arrived under its current name there, regardless of its
   * earlier name.
   */
  function settle(photos: ScannedFile[], wanted: ReadonlySet<string>): ScannedFile[] {
    return photos.filter((photo) => {
      const named = [...namesOf([photo])].some((name) => wanted.has(name));
      const sha256 = named ? beside.taken(photo) : undefined;
      if (sha256 === undefined) return true;
      const { name, folder, holder = house, changed, modified } = photo;
      sidecars.names.came(name, folder, { holder, sha256 }, isoTime(changed ?? modified));
      return false;
    });
  }

  function mayCome(sidecar: ScannedFile, coming: ReadonlySet<string>): boolean {
    const base = namedAfter(sidecar.name);
    return [base, versionOf(base)].some((name) => name !== undefined && coming.has(keyOfName({ ...sidecar, name })));
  }

  return {
    async choose(found, photos) {
      const keys = new Set(found.map(({ path }) => keyOf(path)));
      for (const key of waiting.keys()) if (!keys.has(key)) waiting.delete(key);
      if (found.length === 0) return [];
      await sidecars.names.follow();
      const wanted = namesOf(found.map((one) => ({ ...one, name: `${namedAfter(one.name)}.` })));
      const coming = namesOf([...beside.inHand(), ...settle(photos, wanted)]);
      const chosen: ScannedFile[] = [];
      for (const [n, one] of found.entries()) {
        if (n % turn === turn - 1) await yieldToEventLoop();
        const key = keyOf(one.path);
        const now = mayCome(one, coming) ? '' : sidecars.candidates(askingOf(one));
        const known = waiting.get(key);
        if (now !== '' && known?.tried !== `${now} ${one.look.mtimeNs}`) chosen.push(one);
        else waiting.set(key, known ?? { item: itemOf(one, waitsFor(one)) });
      }
      return chosen;
    },
    async whyNot(found, pathOf = () => Promise.resolve(found.path.toString())) {
      const asking = askingOf(found);
      const tried = `${sidecars.candidates(asking)} ${found.look.mtimeNs}`;
      const reason = await sidecars.whyNot(asking, pathOf);
      if (reason === undefined) waiting.delete(keyOf(found.path));
      else waiting.set(keyOf(found.path), { item: itemOf(found, reason), tried });
      return reason;
    },
    async known(found, sha256, file) {
      if (!isSidecar(found) || file === undefined) return;
      const sidecar = await sidecars.open({ file, modified: isoTime(found.modified), ...askingOf(found) });
      sidecar.attach(sha256);
    },
    items: () => [...waiting.values()].map(({ item }) => item),
  };
}

const itemOf = ({ folder, name, holder }: ScannedFile, reason: string): IgnoredItem => ({
  name: printable(folder === '' ? name : `${folder}/${name}`),
  reason,
  ...(holder !== undefined && { holder }),
});
