/** The common parts of `verify` and `restore`: checking a home, repairing it, and reporting. */
import { blobPath } from '../backup/backup-folder.js';
import { readHistory } from '../backup/backup-history.js';
import type { Config } from '../base/config.js';
import { printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { isLost, type VerifyFinding } from '../ingest/verify-home.js';
import { print, printJson } from './output.js';

/** The numbers of remaining findings of each kind, and of repaired ones. */
export interface VerifyTally {
  missing: number;
  changed: number;
  unknown: number;
  unreadable: number;
  moved: number;
  renditions: number;
  repaired: number;
}

/** Counts findings; repaired ones count only as such. */
export function count(findings: readonly VerifyFinding[]): VerifyTally {
  const of = (kind: VerifyFinding['kind']): number =>
    findings.filter((finding) => finding.kind === kind && !finding.repaired).length;
  return {
    missing: of('missing'),
    changed: of('changed'),
    unknown: of('unknown'),
    unreadable: of('unreadable'),
    moved: of('moved'),
    renditions: of('rendition'),
    repaired: findings.filter(({ repaired }) => repaired).length,
  };
}

/** Whether a finding needs a person's attention. */
export const isTrouble = (finding: VerifyFinding): boolean =>
  !finding.repaired && (isLost(finding) || finding.kind === 'moved' || finding.kind === 'rendition');

/** Prints findings, one line each. */
export function tellFindings(findings: readonly VerifyFinding[], json: boolean): void {
  for (const finding of findings) {
    if (json) printJson(finding);
    else print(describe(finding));
  }
}

function describe({ kind, path, from, copies, renditions, repaired }: VerifyFinding): string {
  const what = kind === 'rendition' ? `${renditions?.join(' and ') ?? 'picture'} of ${path}` : path;
  const was = from === undefined ? '' : ` (was ${printable(from)})`;
  const also = copies ? `; identical copy in ${copies.map(printable).join(', ')}` : '';
  return `${kind}: ${what}${was}${repaired ? ', repaired' : also}`;
}

/** The paths of an original in the known backups of a home. The backups may be gone by now. */
export async function backupsOf(config: Config, files: Files): Promise<(sha256: string) => Promise<string[]>> {
  const past = await readHistory(config.data, files);
  return async (sha256) => {
    const paths = past.map(({ folder }) => blobPath(folder, 'originals', sha256));
    const there = await Promise.all(paths.map((path) => files.stat(path).catch(() => undefined)));
    return paths.filter((_, n) => there[n]?.isFile());
  };
}
