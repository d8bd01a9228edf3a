/** `photospool verify`: rehashes the archive against the library. Changes nothing. */
import { openFiles } from '../../base/files.js';
import { verifyArchive } from '../../ingest/verify.js';
import { noHome, viewHome } from '../view.js';
import { bars, counted, exit, openProgress, print, printJson } from '../output.js';
import { addVerb, configOf, type Flags, type Verb } from '../verb.js';

/** The verb `verify`. */
export const verify: Verb = (program, run) => {
  addVerb(
    program,
    'verify',
    'rehashes the archive: tells what is missing, changed or unknown, and changes nothing',
  ).action((flags: Flags) => run(() => verifyHome(flags)));
};

async function verifyHome(flags: Flags): Promise<number> {
  const config = configOf(flags);
  const view = await viewHome(config);
  if (!view) throw noHome(config);
  const progress = openProgress();
  try {
    const { originals } = view.library.local;
    const total = originals.counts().here;
    const report = await verifyArchive(originals, config.done, openFiles(), (done) => progress.show(bars(done, total)));
    progress.end();
    const { checked, findings } = report;
    for (const finding of findings) {
      if (flags.json) printJson(finding);
      else print(`${finding.kind}: ${finding.path}`);
    }
    if (flags.json)
      printJson({
        checked,
        missing: count('missing'),
        changed: count('changed'),
        unknown: count('unknown'),
        unreadable: count('unreadable'),
      });
    else
      print(
        `${counted(checked, 'original')} checked, ${count('missing')} missing, ${count('changed')} changed, ${count('unknown')} unknown, ${count('unreadable')} unreadable`,
      );
    return count('missing') + count('changed') + count('unreadable') > 0 ? exit.stuck : exit.done;

    function count(kind: string): number {
      return findings.filter((finding) => finding.kind === kind).length;
    }
  } finally {
    progress.end();
    view.close();
  }
}
