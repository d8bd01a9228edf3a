/** Opens an export and plans its import. The names of the files in it identify its kind, not the name of the export. */
import type { Files } from '../base/files.js';
import { isSidecar } from '../spool/waiting-sidecars.js';
import { planICloud } from './icloud-metadata.js';
import { openLooking } from './read-metadata-files.js';
import type { Aside, ExportEntry, Kind, Looking, ImportPlan } from './import-plan.js';
import { openSources, type Sources } from './export-files.js';
import { planTakeout } from './google-takeout.js';

/** An open export, and its plan. */
export interface Export {
  sources: Sources;
  plan: ImportPlan;
}

/**
 * The name of a photo's JSON: `IMG_1.jpg.json`, `IMG_1.jpg.supplemental-me(1).json`, `x.supplemental-metadata.json`.
 */
const googleJson =
  /\.(?:jpe?g|heic|heif|png|gif|webp|avif|bmp|tiff?|dng|nef|cr2|arw|raf|orf|rw2|mp4|mov|m4v|3gp|avi|mkv|mpg|mp)(?:\.[a-z-]{0,21})?(?:\(\d+\))?\.json$|\.supplemental-metadata(?:\(\d+\))?\.json$/i;
const appleTable = /(?:^|\/)photo details(?:-\d+)?\.csv$/i;

/** The kind of export with these files. */
export function kindOf(entries: readonly Pick<ExportEntry, 'path' | 'name'>[]): Kind {
  if (entries.some(({ path }) => appleTable.test(path))) return 'icloud';
  if (entries.some(({ path, name }) => googleJson.test(name) || /^Takeout\/.*\.json$/.test(path))) return 'takeout';
  return entries.some(({ name }) => /\.aae$/i.test(name)) ? 'icloud' : 'folder';
}

/**
 * Opens folders and parts as one export. Close `sources` at the end.
 * @throws PhotospoolError if none can be read, or the metadata exceeds the memory limit.
 */
export async function openExport(paths: readonly string[], files: Files, looking: Looking): Promise<Export> {
  const sources = await openSources(paths, files, looking);
  try {
    const plan = await planOf(sources, looking);
    plan.aside.push(...sources.aside);
    plan.trouble.push(...sources.trouble, ...unreadable(plan, sources));
    return { sources, plan };
  } catch (error) {
    sources.close();
    throw error;
  }
}

async function planOf({ entries }: Sources, looking: Looking): Promise<ImportPlan> {
  const kind = kindOf(entries);
  const read = openLooking(looking);
  const [metadata, others]: [ExportEntry[], ExportEntry[]] = [[], []];
  const ending = kind === 'takeout' ? /\.json$/i : kind === 'icloud' ? /\.csv$/i : /(?!)/;
  // The spool matches sidecars (.xmp) beside their photos itself.
  for (const entry of entries)
    if (!/\.xmp$/i.test(entry.name)) (ending.test(entry.name) ? metadata : others).push(entry);
  if (kind === 'takeout') return planTakeout(metadata, others, read);
  if (kind === 'icloud') return planICloud(metadata, others, read);
  return { kind, photos: others.map((entry) => ({ entry })), aside: [], orphans: [], trouble: [], metadata: 0 };
}

/** The photos and sidecars that can't be read. */
const unreadable = ({ photos }: ImportPlan, { entries }: Sources): Aside[] =>
  [...photos.map(({ entry }) => entry), ...entries.filter(isSidecar)].flatMap(({ path, trouble }) =>
    trouble === undefined ? [] : [{ path, reason: trouble }],
  );
