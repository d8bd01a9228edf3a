/** The missing parts of a download, according to Google's and Apple's numbering. Pure. */
import { basename } from 'node:path';

/** The parts that are missing in a numbered series: `…-001.zip`, `… Part 1 of 3.zip`. */
export function missingParts(parts: readonly string[]): string[] {
  const runs = new Map<string, { numbers: Set<number>; last: number; name: (n: number) => string }>();
  for (const part of parts.map((path) => basename(path))) {
    const google = /^(takeout-.*[-_])(\d{3})(\.(?:zip|tgz|tar\.gz))$/i.exec(part);
    const apple = /^(.* Part )(\d{1,4})( of (\d{1,4}).*)$/i.exec(part);
    const [, before, digits, after] = google ?? apple ?? [];
    if (before === undefined || digits === undefined) continue;
    const name = (n: number): string => `${before}${String(n).padStart(google ? 3 : 1, '0')}${after ?? ''}`;
    const run = runs.get(`${before}/${after ?? ''}`) ?? { numbers: new Set(), last: Number(apple?.[4] ?? 0), name };
    run.numbers.add(Number(digits));
    run.last = Math.max(run.last, Number(digits));
    runs.set(`${before}/${after ?? ''}`, run);
  }
  return [...runs.values()].flatMap(({ numbers, last, name }) =>
    Array.from({ length: last }, (_, at) => at + 1)
      .filter((at) => !numbers.has(at))
      .map(name),
  );
}
