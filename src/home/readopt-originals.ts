/**
 * Photos in the archive that came after the backup which is restored: the library has no document for them, so they are taken
 * in again. Where people hold photos, nobody knows whose such a photo is: it stays where it is, in nobody's library, until an owner
 * says whose (docs/people.md). A crash leaves those that are taken in `work`, as those of any other crash.
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

/** What became of them. */
export interface ReadoptedOriginals {
  stored: number;
  stuck: { name: string; reason: string }[];
  /** How many stay in the archive, for nobody knows whose they are. */
  unassigned: number;
}

/** The claims of later photos, the findings that they were, and how many were left. */
export interface Later extends Pick<ReadoptedOriginals, 'unassigned'> {
  ids: string[];
  taken: Set<VerifyFinding>;
}

/** Whether people hold photos in a library, or were given folders where such photos come in. */
const isHeldByPeople = (library: Library): boolean =>
  library.local.personFolders.list().length > 0 || library.count(ownPrefix) > 0;

/**
 * Takes photos that the library has no document for out of the archive into claims, from where they come back to it; where people hold
 * photos, none.
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

/** Brings the photos in those claims back into the archive, with documents. */
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
