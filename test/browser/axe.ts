/** Violations of WCAG 2 A and AA found by axe-core, each with its elements. Without network. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Breach {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** The rules of WCAG 2 A and AA; and those about colours, which alone can fail in one theme and pass in the other. */
const rules = {
  all: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
  colours: ['color-contrast', 'link-in-text-block'],
};

/** Violations of these rules on the whole page; empty without any. */
export async function breaches(page: Page, which: keyof typeof rules = 'all'): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(source);
  const found = await page.evaluate(async (runOnly) => {
    const { axe } = window as unknown as { axe: { run(options: object): Promise<{ violations: Breach[] }> } };
    // Skips results that are not reported.
    return (await axe.run({ runOnly, resultTypes: ['violations'], selectors: false })).violations;
  }, rules[which]);
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** As `breaches`, on a page that is looked at in light and then in dark (`inBothThemes`): in dark only the colours differ. */
export const breachesIn = (page: Page, theme: 'light' | 'dark'): Promise<string[]> =>
  breaches(page, theme === 'light' ? 'all' : 'colours');
