/** The report of an import, for programs and for people. Pure. */
import { printable } from '../base/errors.js';
import type { PassSummary } from '../spool/spool-interface.js';
import type { Aside, How, Kind, ImportPlan } from './import-plan.js';
import { missingParts } from './missing-parts.js';

/** The figures of an import, as `--json` prints them beside those of a pass. */
export interface Figures {
  kind: Kind;
  /** Photos and videos, and files that may be such. */
  photos: number;
  /** Of them, those with and without metadata. */
  matched: number;
  unmatched: number;
  /** By rule. */
  rules: Partial<Record<How, number>>;
  /** Metadata files read, and those of missing photos. */
  metadata: number;
  orphans: number;
  albums: { title: string; photos: number }[];
  aside: number;
  trouble: number;
  /** Missing parts, by the numbers in the names of the others. */
  missingParts?: string[];
}

/** The full report, as `--report FILE` writes it. `sha256`: the file in the archive. */
export interface Report extends Omit<Figures, 'aside' | 'trouble' | 'orphans' | 'photos'> {
  format: 1;
  dryRun: boolean;
  parts: string[];
  summary: PassSummary;
  photos: { path: string; by?: string; how?: How; albums?: string[]; sha256?: string }[];
  aside: Aside[];
  orphans: Aside[];
  trouble: Aside[];
}

/** The figures of a plan. `parts` are the given paths. */
export function figuresOf(plan: ImportPlan, parts: readonly string[]): Figures {
  const { kind, photos, metadata, orphans, aside, trouble } = plan;
  const rules: Figures['rules'] = {};
  const albums = new Map<string, number>();
  for (const { by, brought } of photos) {
    if (by) rules[by.how] = (rules[by.how] ?? 0) + 1;
    for (const title of new Set(brought?.albums ?? [])) albums.set(title, (albums.get(title) ?? 0) + 1);
  }
  const matched = photos.filter(({ by }) => by !== undefined).length;
  const missing = missingParts(parts);
  return {
    kind,
    photos: photos.length,
    matched,
    unmatched: photos.length - matched,
    rules,
    metadata,
    orphans: orphans.length,
    albums: [...albums].map(([title, n]) => ({ title, photos: n })).sort((a, b) => (a.title < b.title ? -1 : 1)),
    aside: aside.length,
    trouble: trouble.length,
    ...(missing.length > 0 && { missingParts: missing }),
  };
}

/** The full report. `hashOf` returns the archived file of an entry, by its id. */
export function reportOf(
  plan: ImportPlan,
  parts: readonly string[],
  summary: PassSummary,
  dryRun: boolean,
  hashOf: (id: string) => string | undefined,
): Report {
  const { aside: _, trouble: __, orphans: ___, photos: ____, ...figures } = figuresOf(plan, parts);
  return {
    format: 1,
    dryRun,
    parts: [...parts],
    summary,
    ...figures,
    photos: plan.photos.map(({ entry, by, brought }) => {
      const sha256 = hashOf(entry.id);
      const albums = brought?.albums;
      return {
        path: entry.path,
        ...(by && { by: by.path, how: by.how }),
        ...(albums && { albums: [...new Set(albums)] }),
        ...(sha256 !== undefined && { sha256 }),
      };
    }),
    aside: plan.aside,
    orphans: plan.orphans,
    trouble: plan.trouble,
  };
}

const kinds: Record<Kind, string> = {
  takeout: 'Google Takeout',
  icloud: 'iCloud Photos export',
  folder: 'Files without export metadata',
};
/** The number of names printed per kind; the report file has all. */
const mostNamed = 10;

/** The report for people, one line each. */
export function linesOf(plan: ImportPlan, parts: readonly string[]): string[] {
  const { photos, matched, unmatched, metadata, albums, missingParts: missing } = figuresOf(plan, parts);
  const n = (value: number): string => value.toLocaleString('en');
  return [
    `${kinds[plan.kind]}: ${n(photos)} photos and videos, ${n(matched)} with metadata, ${n(unmatched)} without; ${n(metadata)} metadata files.`,
    ...(missing ?? []).map((part) => `Missing part: ${printable(part)}. Run the command again with all parts.`),
    ...(albums.length > 0
      ? [
          `${n(albums.length)} ${albums.length === 1 ? 'album' : 'albums'}: ${some(albums.map(({ title, photos: of }) => `${title} (${n(of)})`))}`,
        ]
      : []),
    ...listed('Metadata without a photo', plan.orphans),
    ...listed('Skipped', plan.aside),
    ...listed('Can’t be read', plan.trouble),
  ];
}

const some = (names: readonly string[]): string => {
  const shown = names.slice(0, mostNamed).map(printable).join(', ');
  return names.length > mostNamed ? `${shown} and ${names.length - mostNamed} more` : shown;
};

/** Groups entries with the same reason. */
function listed(what: string, list: readonly Aside[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { path, reason } of list) {
    const paths = reasons.get(reason);
    if (paths) paths.push(path);
    else reasons.set(reason, [path]);
  }
  const lines = [...reasons].map(
    ([reason, paths]) => `  ${paths.length === 1 ? '' : `${paths.length}: `}${some(paths)} ${printable(reason)}`,
  );
  if (lines.length === 0) return [];
  const more = lines.length > mostNamed ? [`  and ${lines.length - mostNamed} more; --report FILE names all`] : [];
  return [`${what}: ${list.length.toLocaleString('en')}`, ...lines.slice(0, mostNamed), ...more];
}
