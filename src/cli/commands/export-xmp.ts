/** `photospool export-xmp`: writes edits as XMP sidecars, which other programs read (docs/sidecars.md). */
import { resolve } from 'node:path';
import { checkApart } from '../../backup/disjoint-folders.js';
import { systemClock as clock } from '../../base/clock.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { parseQuery } from '../../catalog/search-parser.js';
import type { Query } from '../../catalog/query.js';
import { exportXmp, type Exported } from '../../ingest/sidecars/export-sidecars.js';
import { openXmpWriter } from '../../photo/facts/write-xmp.js';
import { print, printJson, say } from '../output.js';
import { exit } from '../exit-codes.js';
import { counted } from '../../base/human-format.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';
import { filesOf, noHome, viewHome, type HomeView } from '../../home/open-read-only.js';

/** The flags of the verb. */
interface ExportFlags extends Flags {
  to: string;
  names: string;
  asImported?: boolean;
}

/** The verb `export-xmp`. */
export const exportXmpVerb: Verb = (program, run) => {
  addVerb(program, 'export-xmp', 'Export edits as XMP sidecars for darktable, digiKam or Lightroom')
    .argument('[QUERY...]', 'search, as in the web app (default: all photos)')
    .requiredOption('--to <DIR>', 'folder to write the sidecars to, structured like the archive')
    .option('--names <STYLE>', 'full: IMG_1.jpg.xmp (darktable, digiKam); stem: IMG_1.xmp (Lightroom)', 'full')
    .option('--as-imported', 'use the layout of the imported folders instead of the archive’s')
    .allowUnknownOption()
    .action((words: string[], flags: ExportFlags) => run(() => exportHome(words, flags)));
};

async function exportHome(words: string[], flags: ExportFlags): Promise<number> {
  const mistake = words.find((word) => word.startsWith('--'));
  if (mistake !== undefined) throw wrong(`Unknown option ${printable(mistake)}.`);
  const names = flags.names;
  if (names !== 'full' && names !== 'stem') throw wrong(`Invalid value for --names: ${printable(names)}.`);
  const query = parseQuery(words.join(' '));
  const config = configOf(flags);
  const folder = resolve(flags.to);
  const own = [config.incoming, config.work, config.done, config.data];
  await checkApart(folder, own, 'Choose a separate folder: nothing is written into the archive.');
  const view = await viewHome(config);
  if (!view) throw noHome(config);
  const began = clock.now();
  const writer = openXmpWriter();
  const files = filesOf(config);
  const asImported = flags.asImported === true;
  const tally = { written: 0, same: 0, kept: 0, failed: 0 };
  try {
    const parts = { library: view.library, archive: config.done, files, writer, folder, names, asImported } as const;
    for await (const one of exportXmp(found(view, query), parts)) {
      tally[one.outcome]++;
      tell(one, flags.json === true);
    }
  } finally {
    await writer.close();
    view.close();
  }
  if (flags.json) printJson({ ...tally, seconds: (clock.now() - began) / 1000 });
  else print(describe(tally));
  return tally.kept + tally.failed > 0 ? exit.stuck : exit.done;
}

const wrong = (message: string): PhotospoolError =>
  new PhotospoolError('usage', message, { hint: 'Run `photospool export-xmp --help` for the options.' });

/** All photos that match. */
function* found({ catalog }: HomeView, query: Query): Iterable<string> {
  for (let cursor: string | undefined; ;) {
    const { ids, next } = catalog.page(query, { limit: 500, ...(cursor !== undefined && { cursor }) });
    yield* ids;
    if (next === undefined) return;
    cursor = next;
  }
}

function tell({ path, outcome, reason }: Exported, json: boolean): void {
  if (reason === undefined) return;
  if (json) printJson({ path, outcome, reason });
  else say(`${outcome === 'kept' ? 'not replaced' : 'failed'}: ${printable(path)}: ${reason}`);
}

function describe({ written, same, kept, failed }: Record<Exported['outcome'], number>): string {
  const parts = [`${counted(written, 'sidecar')} written`];
  if (same > 0) parts.push(`${same} unchanged`);
  if (kept > 0) parts.push(`${kept} not replaced`);
  if (failed > 0) parts.push(`${failed} failed`);
  return parts.join(', ');
}
