/**
 * `photospool doctor`: reports what may be wrong with a home, in under two seconds. Reads only; checks that read every
 * file belong to
 * `verify`. A check that fails becomes a finding, and does not stop the others.
 */
import type { Past } from '../backup/backup-history.js';
import type { Config } from '../base/config.js';
import { sentence, toPhotospoolError } from '../base/errors.js';
import type { Files } from '../base/files.js';
import type { SpoolPause, StuckItem } from '../spool/spool-interface.js';
import { examineFolders, examineModes, examineSpace } from './check-disk.js';
import { checks, sorted, type Check, type Examined, type Finding } from './finding.js';
import { examineClock, examineLibrary, examineNode, examinePrograms } from './check-machine.js';
import { examineBackup } from './check-backup.js';
import { examinePeers, examineServer, type NetworkProbe, type CheckedPeer, type Running } from './check-network.js';
import { examineSpool } from './check-spool.js';
import { examineWatches } from './check-watches.js';

/** The state of a home before the checks. */
export interface Patient {
  config: Config;
  files: Files;
  running: Running;
  spool(): Promise<{ stuck: readonly StuckItem[]; held?: SpoolPause }>;
  peers: readonly CheckedPeer[];
  backup: Past | undefined;
  /** Why the library could not be opened. */
  failure?: unknown;
  /** The number of photos in the library, and its last write in ms; if there is a library. */
  photos: number;
  newest: number | undefined;
  /** The versions of Photospool and of Node. */
  version: string;
  node: string;
}

/** The timeout of a peer in ms. */
const patience = 1_200;

const usual: NetworkProbe = { fetch, now: Date.now, patience };

/** Checks a home. Never rejects. */
export async function examine(patient: Patient, asking: NetworkProbe = usual): Promise<Examined> {
  const { config, files, version } = patient;
  const now = asking.now();
  const isPublic = config.role === 'public';
  const looks: [Check, () => Finding[] | Promise<Finding[]>][] = [
    ['folders', () => (isPublic ? [] : examineFolders(config, patient.photos > 0))],
    ['space', () => examineSpace(config)],
    ['modes', () => examineModes(config)],
    ['spool', async () => (isPublic ? [] : spoolOf(await patient.spool()))],
    ['watches', () => (isPublic ? [] : examineWatches(config.incoming, config.poll, files))],
    ['library', () => examineLibrary(patient.failure)],
    ['backup', () => (isPublic ? [] : examineBackup(patient.backup?.at, patient.photos, now))],
    ['clock', () => examineClock(now, patient.newest)],
    ['programs', () => (isPublic ? [] : examinePrograms(config.ffmpeg))],
    // A public server has no record of its address.
    ['server', () => (isPublic ? [] : examineServer(patient.running))],
    ['peers', () => examinePeers(patient.peers, version, asking)],
    ['versions', () => examineNode(patient.node, now)],
  ];
  const found = await Promise.all(looks.map(([check, look]) => Promise.resolve().then(look).catch(failed(check))));
  return { findings: sorted(found.flat()), checks: [...checks] };
}

const spoolOf = ({ stuck, held }: Awaited<ReturnType<Patient['spool']>>): Finding[] => examineSpool(stuck, held);

/** For `catch`: a failed check is itself a finding. */
const failed =
  (check: Check) =>
  (error: unknown): Finding[] => [
    {
      check,
      severity: 'warning',
      message: `The check “${check}” failed.`,
      remedy: sentence(toPhotospoolError(error, 'look at', check)),
    },
  ];
