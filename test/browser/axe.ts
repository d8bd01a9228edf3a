/** Violations of WCAG 2 A and AA found by axe-core, each with its elements. Without network. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Breach {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Violations on the whole page; empty without any. */
export async function breaches(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(source);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: object): Promise<{ violations: Breach[] }> } };
    return (
      await axe.run({
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
        // Skips what is not reported.
        ...{ resultTypes: ['violations'], selectors: false },
      })
    ).violations;
  });
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html} ${failureSummary}`),
  );
}
