/**
 * Photos in the archive that are newer than the restored backup: the library has no documents for them, so they are
 * imported again. If people hold photos, the holder of such a photo is unknown: it stays in the archive, in no library,
 * until an owner assigns it (docs/people.md). A crash leaves claims in `work`, like any other crash.
 */
import { basename } from 'node:path';
import { systemClock as clock } from '../base/clock.js';
import { silent } from '../base/log.js';
import { ownPrefix } from '../document/item-id.js';
import type { VerifyFinding } from '../ingest/verify-home.js';
import type { Library } from '../library/library.js';
import { headLength, identify } from '../photo/formats/identify.js';
import { openClaims } from '../spool/claims.js';
import type { Lock } from '../spool/spool-lock.js';
import type { Home } from './open-home.js';
import { openSpool } from './open-spool.js';

/** The result. */
export interface ReadoptedOriginals {
  stored: number;
  stuck: { name: string; reason: string }[];
  /** The number of photos that stay in the archive, because their holder is unknown. */
  unassigned: number;
}

/** The claims of newer photos, their findings, and the number of photos left in the archive. */
export interface Later extends Pick<ReadoptedOriginals, 'unassigned'> {
  ids: string[];
  taken: Set<VerifyFinding>;
}

/** Whether people hold photos in a library, or have assigned folders, where such photos may have arrived. */
const isHeldByPeople = (library: Library): boolean =>
  library.local.personFolders.list().length > 0 || library.count(ownPrefix) > 0;

/**
 * Moves photos without a document from the archive into claims, from which they are imported again; none if people hold
 * photos.
 */
export async function takeLater(
  findings: readonly VerifyFinding[],
  home: Home,
  locks: readonly Lock[],
): Promise<Later> {
  const later: Later = { ids: [], taken: new Set(), unassigned: 0 };
  const hashes = new Set<string>();
  const { library, archive, files, config } = home;
  if (locks.length === 0) return later;
  const isUnclear = isHeldByPeople(library);
  const claims = openClaims(config.work, config.incoming, files, clock);
  for (const finding of findings) {
    const { kind, path, sha256 } = finding;
    if (kind !== 'unknown' || sha256 === undefined || hashes.has(sha256)) continue;
    if (library.items.withBytes(sha256).length > 0) continue;
    const file = archive.resolve(path);
    const seen = await files.statExact(file);
    if (!seen?.isFile() || identify(await files.head(file, headLength)).kind !== 'photo') continue;
    hashes.add(sha256);
    if (isUnclear) {
      later.unassigned++;
      continue;
    }
    const { size, mtimeNs, ino, mtimeMs } = seen;
    const found = {
      path: file,
      name: basename(path),
      folder: '',
      look: { size, mtimeNs, ino },
      modified: Number(mtimeMs),
    };
    const claim = await claims.take(found);
    if (!claim) continue;
    later.ids.push(claim.id);
    later.taken.add(finding);
  }
  return later;
}

/** Imports the photos in those claims into the archive, with documents. */
export async function ingestLater({ ids, unassigned }: Later, home: Home): Promise<ReadoptedOriginals> {
  if (ids.length === 0) return { stored: 0, stuck: [], unassigned };
  const spool = await openSpool(home, silent);
  try {
    const { stuck = [] } = await spool.retry(ids, { wait: true });
    return { stored: ids.length - stuck.length, stuck, unassigned };
  } finally {
    await spool.close();
  }
}
