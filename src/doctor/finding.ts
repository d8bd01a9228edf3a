/** What an examination of a home finds: a sentence that says what is the matter, and one that says what to do. Pure. */

/** What is looked at, in the order of an answer. */
export const checks = [
  'folders',
  'space',
  'modes',
  'spool',
  'watches',
  'library',
  'backup',
  'clock',
  'programs',
  'server',
  'peers',
  'versions',
] as const;

/** One of the things that are looked at. */
export type Check = (typeof checks)[number];

/** `error`: photos don't come in, or may be lost. `warning`: it will become one, or something is open. `note`: good to know. */
export const severities = ['error', 'warning', 'note'] as const;

/** How bad a finding is. */
export type Severity = (typeof severities)[number];

/** One thing that was found. Names in it are made printable. */
export interface Finding {
  check: Check;
  severity: Severity;
  /** One sentence: what is the matter. */
  message: string;
  /** One sentence: what to do. */
  remedy: string;
}

/** What an examination found, the worst first. */
export interface Examined {
  findings: Finding[];
  /** What was looked at. */
  checks: Check[];
}

/** The worst first, in the order of the checks. */
export function sorted(findings: readonly Finding[]): Finding[] {
  const rank = ({ severity, check }: Finding): number =>
    severities.indexOf(severity) * checks.length + checks.indexOf(check);
  return [...findings].sort((a, b) => rank(a) - rank(b));
}
