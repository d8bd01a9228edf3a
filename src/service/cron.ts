/**
 * A line for cron, and its place in the crontab between two marks: crontab(5) (Vixie's, ISC's, Debian's, BusyBox's). In
 * a crontab `%` ends the command unless preceded by a backslash; implementations of cron differ in how they read two
 * backslashes, so two are never adjacent. Pure.
 */
import { PhotospoolError } from '../base/errors.js';
import type { LaunchPlan } from './launch-plan.js';

/**
 * A word for `sh`, in single quotes. A single quote is put in double quotes; after a backslash the quotes are closed
 * and reopened, so that cron sees no two backslashes; of `\%` cron leaves the `%`.
 */
const word = (text: string): string =>
  `'${text.replaceAll(/['\\%]/g, (c) => (c === "'" ? `'"'"'` : c === '\\' ? "\\''" : '\\%'))}'`;

/** Minutes between passes: the largest divisor of an hour that is not longer than `sweep` seconds. */
function minutes(sweep: number): number {
  return [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30].findLast((n) => n * 60 <= sweep) ?? 1;
}

/** The lines of the crontab, with their marks. cron mails stderr if it can. */
export function block(plan: LaunchPlan): string {
  const command = `${plan.command.map(word).join(' ')} >/dev/null`;
  const n = minutes(plan.sweep);
  const when = plan.runs === 'serve' ? '@reboot' : `${n === 1 ? '*' : `*/${n}`} * * * *`;
  return `${begin(plan.name)}\n${when} ${command}\n${end(plan.name)}\n`;
}

const begin = (name: string): string => `# begin ${name}: put in by "photospool service install cron"`;
const end = (name: string): string => `# end ${name}`;

/**
 * A crontab without the lines of a service; all other lines stay byte for byte (the text may have any encoding).
 * @throws PhotospoolError `conflict` if only one of the marks exists.
 */
export function without(crontab: string, name: string): string {
  const lines = crontab.split(/(?<=\n)/);
  const at = (mark: string): number => lines.findIndex((line) => line.trimEnd() === mark);
  const [first, last] = [at(begin(name)), at(end(name))];
  if (first < 0 && last < 0) return crontab;
  if (first < 0 || last < first)
    throw new PhotospoolError(
      'conflict',
      `The crontab contains only one of the two markers around the entry of ${name}.`,
      {
        hint: 'Remove the marker and the line beside it with `crontab -e`, then try again.',
      },
    );
  return without([...lines.slice(0, first), ...lines.slice(last + 1)].join(''), name);
}

/** A crontab with the lines of a service at its end, replacing earlier ones. @throws as `without`. */
export function withBlock(crontab: string, name: string, added: string): string {
  const others = without(crontab, name);
  return `${others}${others === '' || others.endsWith('\n') ? '' : '\n'}${added}`;
}
