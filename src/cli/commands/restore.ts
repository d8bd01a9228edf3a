/** `photospool restore DIR`: restores a backup in place of a home's library, and finds the originals again. */
import { resolve } from 'node:path';
import { printable } from '../../base/errors.js';
import { print, printJson, say } from '../output.js';
import { exit } from '../exit-codes.js';
import { openProgress } from '../progress-bar.js';
import { restoreHome, shortPath, type Restored } from '../../home/restore-home.js';
import { clockTime, counted } from '../../base/human-format.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';
import { count, isTrouble, tellFindings } from '../verify-and-repair.js';

interface RestoreFlags extends Flags {
  snapshot?: string;
  archiveLost?: boolean;
}

/** The verb `restore`. */
export const restore: Verb = (program, run) => {
  addVerb(program, 'restore', "Restore a backup in place of a home's library; the current library is kept")
    .argument('<DIR>', 'folder created by `photospool backup`')
    .option('--snapshot <NAME>', 'snapshot to restore (default: the newest)')
    .option('--archive-lost', 'start with an empty archive because the previous one is permanently lost')
    .action((folder: string, flags: RestoreFlags) => run(() => restoreFrom(resolve(folder), flags)));
};

async function restoreFrom(folder: string, flags: RestoreFlags): Promise<number> {
  const began = Date.now();
  const progress = openProgress();
  try {
    const restored = await restoreHome({
      folder,
      ...(flags.snapshot !== undefined && { snapshot: flags.snapshot }),
      archiveLost: flags.archiveLost === true,
      config: () => configOf(flags),
      progress: (what, done, total) => progress.show(done, total, what),
    });
    progress.end();
    const trouble = restored.findings.filter((finding) => !finding.repaired);
    tellFindings(trouble, flags.json === true);
    for (const { name, reason } of restored.later.stuck) say(`stuck: ${printable(name)}: ${reason}`);
    if (flags.json) printJson(asJson(restored, (Date.now() - began) / 1000));
    else for (const line of describe(restored)) print(line);
    return trouble.some(isTrouble) || restored.later.stuck.length + restored.later.unassigned > 0
      ? exit.stuck
      : exit.done;
  } finally {
    progress.end();
  }
}

const mended = ({ findings }: Restored, kind: string): number =>
  findings.filter((finding) => finding.kind === kind && finding.repaired).length;

const putBack = (restored: Restored): number =>
  ['missing', 'changed', 'unreadable'].reduce((sum, kind) => sum + mended(restored, kind), 0);

function asJson(restored: Restored, seconds: number): object {
  const { snapshot, kept, configFile, absent, photos, here, later, findings } = restored;
  const { missing, changed, unreadable, unknown, moved, renditions } = count(findings);
  return {
    snapshot: snapshot.name,
    at: snapshot.manifest.at,
    photos,
    ...(kept !== undefined && { kept }),
    config: configFile,
    absent,
    originals: {
      here,
      found: mended(restored, 'moved'),
      putBack: putBack(restored),
      missing,
      changed,
      unreadable,
      moved,
    },
    renditions: { made: mended(restored, 'rendition'), missing: renditions },
    later: { stored: later.stored, stuck: later.stuck.length, unassigned: later.unassigned },
    unknown,
    seconds,
  };
}

function describe(restored: Restored): string[] {
  const { config, snapshot, kept, configFile, absent, photos, here, later, findings } = restored;
  const { missing, changed, unreadable, renditions } = count(findings);
  const originals = [`${here.toLocaleString('en')} in the archive`];
  const found = mended(restored, 'moved');
  if (found > 0) originals.push(`${found} found in another place`);
  if (putBack(restored) > 0) originals.push(`${putBack(restored)} restored from the backup`);
  const lost = missing + changed + unreadable;
  if (lost > 0) originals.push(`${lost} missing or damaged, listed above`);
  const lines = [
    `${config.home}: the library of ${clockTime(snapshot.manifest.at, Date.now())} with ${counted(photos, 'photo')}`,
    `originals: ${originals.join(', ')}`,
  ];
  if (kept !== undefined) lines.push(`The previous library was kept as ${shortPath(kept, config)}.`);
  if (later.stored > 0)
    lines.push(
      `${counted(later.stored, 'photo')} added after the backup ${later.stored === 1 ? 'was' : 'were'} imported again.`,
    );
  if (later.unassigned > 0)
    lines.push(
      `${counted(later.unassigned, 'photo')} added after the backup could not be assigned to a library; see “unknown” above. ` +
        'Move each file from the archive into incoming, or into the incoming folder of its owner.',
    );
  const beside = mended(restored, 'changed');
  if (beside > 0)
    lines.push(
      `Kept ${counted(beside, 'damaged original')} beside the restored copy; \`photospool verify\` lists such files as unknown.`,
    );
  const made = mended(restored, 'rendition');
  if (made > 0) lines.push(`The pictures of ${counted(made, 'photo')} were rendered again.`);
  if (renditions > 0) lines.push(`${counted(renditions, 'photo')} can't be shown until the original is found.`);
  if (configFile === 'restored') lines.push('photospool.toml was restored from the backup.');
  if (configFile === 'kept')
    lines.push(`photospool.toml was not changed; the backup has its own copy in ${snapshot.folder}/photospool.toml.`);
  for (const folder of absent)
    lines.push(`${printable(folder)} does not exist on this machine: check photospool.toml.`);
  if (lost + renditions > 0)
    lines.push('If you find the missing originals, put them into the archive and run `photospool verify --repair`.');
  return lines;
}
