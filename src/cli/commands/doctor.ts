/**
 * `photospool doctor`: problems of a home, and their remedies. Uses the results of a running server, which has more
 * information; one that does not respond is itself a finding. Reads only.
 */
import type { Config } from '../../base/config.js';
import { openFiles } from '../../base/files.js';
import type { Examined, Severity } from '../../doctor/finding.js';
import type { Running } from '../../doctor/check-network.js';
import { examineUnserved } from '../../home/doctor-inputs.js';
import { print, printJson } from '../output.js';
import { exit } from '../exit-codes.js';
import { counted } from '../../base/human-format.js';
import { askServer, findServer, type ServerRecord } from '../../home/running-server.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';
import { serverRecord } from '../../home/open-read-only.js';

/** The verb `doctor`. */
export const doctor: Verb = (program, run) => {
  addVerb(program, 'doctor', 'Check a home for problems and suggest fixes').action((flags: Flags) =>
    run(() => showFindings(flags)),
  );
};

/** Timeouts of a server in ms: to respond at all, and to run the checks. */
const patience = { there: 1_000, looking: 4_000 };

async function showFindings(flags: Flags): Promise<number> {
  const { findings, checks } = await examineHome(configOf(flags));
  const count = (wanted: Severity): number => findings.filter(({ severity }) => severity === wanted).length;
  const [errors, warnings, notes] = [count('error'), count('warning'), count('note')];
  if (flags.json) {
    for (const finding of findings) printJson(finding);
    printJson({ checks, errors, warnings, notes });
  } else {
    for (const { severity, message, remedy } of findings) print(`${severity.padEnd(8)} ${message}\n         ${remedy}`);
    print(
      findings.length === 0
        ? `No problems found (${checks.length} checks).`
        : `${counted(errors, 'error')}, ${counted(warnings, 'warning')}, ${counted(notes, 'note')}.`,
    );
  }
  return errors > 0 ? exit.stuck : exit.done;
}

async function examineHome(config: Config): Promise<Examined> {
  const silent = Symbol('silent');
  // A server that uses other folders is not the right one.
  const find = (signal: AbortSignal): ReturnType<typeof findServer> =>
    findServer(config, signal).catch(() => undefined);
  const found = await within(patience.there, find, silent);
  if (found === silent) return examineUnserved(config, await silentServer(config));
  if (found === undefined) return examineUnserved(config, { kind: 'none' });
  // Older servers lack this route.
  const here = (): Promise<Examined> => examineUnserved(config, { kind: 'here', host: new URL(found.url).hostname });
  const ask = (signal: AbortSignal): Promise<Examined> =>
    askServer<Examined>(found, 'GET', '/api/doctor', undefined, signal).catch(here);
  const told = await within(patience.looking, ask, silent);
  return told === silent ? examineUnserved(config, { kind: 'silent', url: found.url }) : told;
}

async function silentServer(config: Config): Promise<Running> {
  const text = await openFiles().readText(serverRecord(config));
  return { kind: 'silent', url: text === undefined ? '' : (JSON.parse(text) as ServerRecord).url };
}

/**
 * The result within some ms, otherwise `late`; then the work is aborted, so that it does not keep the process alive.
 */
function within<T, L>(ms: number, work: (signal: AbortSignal) => Promise<T>, late: L): Promise<T | L> {
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<L>((resolve) => {
    timer = setTimeout(() => {
      resolve(late);
      ending.abort();
    }, ms);
  });
  return Promise.race([over, work(ending.signal)]).finally(() => clearTimeout(timer));
}
