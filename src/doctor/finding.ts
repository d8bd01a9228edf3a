/** A finding of `doctor`: a sentence about the problem, and one with its remedy. Pure. */

/** The checks, in the order of the output. */
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

/** One of the checks. */
export type Check = (typeof checks)[number];

/**
 * `error`: photos are not imported, or may be lost. `warning`: will become an error, or exposes something. `note`:
 * worth knowing.
 */
export const severities = ['error', 'warning', 'note'] as const;

/** The severity of a finding. */
export type Severity = (typeof severities)[number];

/** A finding. Names in it are made printable. */
export interface Finding {
  check: Check;
  severity: Severity;
  /** One sentence: the problem. */
  message: string;
  /** One sentence: the remedy. */
  remedy: string;
}

/** The result of the checks, the worst findings first. */
export interface Examined {
  findings: Finding[];
  /** The checks that ran. */
  checks: Check[];
}

/** Sorts by severity, then in the order of the checks. */
export function sorted(findings: readonly Finding[]): Finding[] {
  const rank = ({ severity, check }: Finding): number =>
    severities.indexOf(severity) * checks.length + checks.indexOf(check);
  return [...findings].sort((a, b) => rank(a) - rank(b));
}
