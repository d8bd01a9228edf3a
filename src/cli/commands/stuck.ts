/**
 * `photospool stuck`: the decisions of an owner about files that could not be imported, as on the page Spool. Nothing
 * is deleted: a file is ignored in place, moved to the import trash and back, or copied out. If a server runs on that
 * home, the server does it; a crash leaves it carried out for some of the files.
 */
import { basename, join, resolve } from 'node:path';
import { printable } from '../../base/errors.js';
import { openFiles } from '../../base/files.js';
import type { Chosen, StuckNames, SpoolStatus } from '../../spool/spool-interface.js';
import { trashOf } from '../../spool/stuck-trash.js';
import { filesOf } from '../../spool/work-folder.js';
import { print, printJson, say } from '../output.js';
import { exit } from '../exit-codes.js';
import { askServer } from '../../home/running-server.js';
import { chooseStuck, withSpool, type StuckFlags } from '../stuck-actions.js';
import { counted } from '../../base/human-format.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';

/** The verb `stuck`. */
export const stuck: Verb = (program, run) => {
  const group = program.command('stuck').description('Manage files that could not be imported');
  const add = (usage: string, does: string) =>
    addVerb(group, usage, does)
      .argument('[NAME...]', 'names of stuck files, as shown by `status`')
      .option('--all', 'all stuck files')
      .option('--reason <CODE>', 'all files with this reason, as shown by `status`');
  add('ignore', 'Leave files in place, without retrying them until they change or you run `retry`').action(
    (names: string[], flags: StuckFlags) => run(() => decide('ignore', names, flags)),
  );
  add('trash', 'Move files to the import trash; `restore` moves them back').action(
    (names: string[], flags: StuckFlags) => run(() => decide('trash', names, flags)),
  );
  addVerb(group, 'restore', 'Move all files back from the import trash').action((flags: Flags) =>
    run(() => restore(flags)),
  );
  add('copy', 'Copy files as they are, without replacing existing files')
    .requiredOption('--to <DIR>', 'folder to copy the files to')
    .action((names: string[], flags: StuckFlags & { to: string }) => run(() => copyOut(names, flags)));
};

const done = { ignore: 'ignored', trash: 'moved to the import trash' } as const;

async function decide(what: keyof typeof done, given: string[], flags: StuckFlags): Promise<number> {
  const config = configOf(flags);
  const { names } = await chooseStuck(config, `stuck ${what}`, given, flags);
  const outcome = await withSpool<Chosen>(
    config,
    (server) => askServer(server, 'POST', `/api/spool/${what}`, { names }),
    ({ choices }) => (what === 'ignore' ? choices.ignore(names) : choices.discard(names)),
  );
  if (flags.json) printJson(outcome);
  else print(`${counted(outcome.chosen.length, 'file')} ${done[what]}`);
  for (const name of outcome.refused)
    say(`photospool: ${printable(name)} was not changed: the file itself is not the problem.`);
  return codeOf(outcome.unknown, outcome.refused.length);
}

async function restore(flags: Flags): Promise<number> {
  const config = configOf(flags);
  const thrown = (await openFiles().list(trashOf(config.work))) ?? [];
  await withSpool(
    config,
    (server) => askServer(server, 'POST', '/api/spool/restore'),
    ({ choices }) => choices.restore(),
  );
  const left = (await openFiles().list(trashOf(config.work))) ?? [];
  const restored = thrown.length - left.length;
  if (flags.json) printJson({ restored });
  else print(`${counted(restored, 'file')} restored`);
  return left.length > 0 ? exit.stuck : exit.done;
}

async function copyOut(given: string[], flags: StuckFlags & { to: string }): Promise<number> {
  const config = configOf(flags);
  const files = openFiles();
  const { names, status } = await chooseStuck(config, 'stuck copy', given, flags);
  const { claims, unknown } = find(status, names);
  const to = resolve(flags.to);
  await files.makeFolder(to);
  let copied = 0;
  let occupied = 0;
  for (const { path, name } of await filesOf(claims, config.work, files)) {
    const { kind } = await files.copy(path, join(to, basename(name)));
    if (kind === 'moved') copied++;
    else {
      occupied++;
      say(`photospool: ${printable(name)} already exists in ${printable(to)} and was not replaced.`);
    }
  }
  if (flags.json) printJson({ copied, occupied, unknown });
  else print(`${counted(copied, 'file')} copied to ${printable(to)}`);
  return codeOf(unknown, occupied);
}

/** The claims of files with these names, if the file is in a claim. */
function find({ stuck: items }: SpoolStatus, names: StuckNames): { claims: string[]; unknown: string[] } {
  const callsOf = ({ name, claim }: SpoolStatus['stuck'][number]): string[] => [claim, name, printable(name)];
  const claimed = items.filter(({ claim }) => claim !== '');
  const found = claimed.filter((item) => names === 'all' || callsOf(item).some((call) => names.includes(call)));
  const known = new Set(found.flatMap(callsOf));
  return {
    claims: found.map(({ claim }) => claim),
    unknown: names === 'all' ? [] : names.filter((name) => !known.has(name)),
  };
}

/** Reports unknown names, and returns the exit code. */
function codeOf(unknown: string[], left: number): number {
  for (const name of unknown) say(`photospool: no stuck file is named ${printable(name)}.`);
  if (unknown.length > 0) return exit.usage;
  return left > 0 ? exit.stuck : exit.done;
}
