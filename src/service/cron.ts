/**
 * A line for cron, and the crontab that it stands in between two marks: crontab(5) (Vixie's, ISC's, Debian's, BusyBox's). In
 * a crontab `%` ends the command unless a backslash is before it; crons differ in what two backslashes are, so no two ever
 * stand together. Pure.
 */
import { PhotospoolError } from '../base/errors.js';
import type { LaunchPlan } from './launch-plan.js';

/**
 * A word for `sh`, in single quotes. A quote is put in double ones; after a backslash the quotes are closed and opened
 * again, so that cron sees no pair of them; of `\%` cron leaves the `%`.
 */
const word = (text: string): string =>
  `'${text.replaceAll(/['\\%]/g, (c) => (c === "'" ? `'"'"'` : c === '\\' ? "\\''" : '\\%'))}'`;

/** Minutes between passes, of those that fill an hour evenly. */
function minutes(sweep: number): number {
  return [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30].findLast((n) => n * 60 <= sweep) ?? 1;
}

/** The lines of the crontab, with their marks. What goes to stderr is mailed by cron, where it can. */
export function block(plan: LaunchPlan): string {
  const command = `${plan.command.map(word).join(' ')} >/dev/null`;
  const n = minutes(plan.sweep);
  const when = plan.runs === 'serve' ? '@reboot' : `${n === 1 ? '*' : `*/${n}`} * * * *`;
  return `${begin(plan.name)}\n${when} ${command}\n${end(plan.name)}\n`;
}

const begin = (name: string): string => `# begin ${name}: put in by "photospool service install cron"`;
const end = (name: string): string => `# end ${name}`;

/**
 * A crontab without the lines of a service; all others stay as they are, byte for byte (the text may be any encoding of
 * bytes). @throws PhotospoolError `conflict` where only one of the marks is there.
 */
export function without(crontab: string, name: string): string {
  const lines = crontab.split(/(?<=\n)/);
  const at = (mark: string): number => lines.findIndex((line) => line.trimEnd() === mark);
  const [first, last] = [at(begin(name)), at(end(name))];
  if (first < 0 && last < 0) return crontab;
  if (first < 0 || last < first)
    throw new PhotospoolError('conflict', `The crontab has only one of the two marks around the lines of ${name}.`, {
      hint: 'Take the mark and the line beside it out by `crontab -e`, then try again.',
    });
  return without([...lines.slice(0, first), ...lines.slice(last + 1)].join(''), name);
}

/** A crontab with the lines of a service at its end, in place of those it had. @throws as `without`. */
export function withBlock(crontab: string, name: string, added: string): string {
  const others = without(crontab, name);
  return `${others}${others === '' || others.endsWith('\n') ? '' : '\n'}${added}`;
}
