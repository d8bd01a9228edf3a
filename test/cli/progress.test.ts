/** The progress bar of long commands: total, rate and remaining time on a terminal, and nothing elsewhere. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { duration, facts, openProgress } from '../../src/cli/progress-bar.js';

/** A fake terminal, and what was written to it so far. */
function openTerminal(isTTY: boolean): { out: NodeJS.WriteStream; parts: string[]; written: () => string } {
  const stream = new PassThrough();
  const parts: string[] = [];
  stream.on('data', (part: Buffer) => parts.push(part.toString()));
  const cursor = { cursorTo: () => true, moveCursor: () => true, clearLine: () => true };
  const out = Object.assign(stream, { isTTY, columns: 100, rows: 20, ...cursor }) as unknown as NodeJS.WriteStream;
  return { out, parts, written: () => parts.join('') };
}

describe('the bar', () => {
  it('shows the count, the total, the rate and the time left', () => {
    let now = 1_000;
    const { out, written } = openTerminal(true);
    const progress = openProgress(out, { now: () => now });
    progress.show(0, 200, 'Verifying');
    expect(written()).toContain('Verifying ░░░░░░░░░░░░░░░░░░░░░░░░ 0% · 0 of 200');
    now += 10_000;
    progress.show(50, 200, 'Verifying', 'IMG_\u001b[31m1.jpg');
    progress.end();
    expect(written()).toContain('██████░░░░░░░░░░░░░░░░░░ 25% · 50 of 200 · 5.0/s · 30 s left');
    expect(written()).not.toContain('\u001b[31m');
  });

  it('is not drawn without a terminal: nothing is written to a pipe', () => {
    const { out, written } = openTerminal(false);
    const progress = openProgress(out);
    progress.show(1, 4, 'Verifying');
    progress.end();
    expect(written()).toBe('');
  });

  it('is never wider than the terminal', () => {
    const { out, parts } = openTerminal(true);
    const progress = openProgress(Object.assign(out, { columns: 40 }));
    progress.show(1, 4, 'Verifying', 'x'.repeat(500));
    progress.end();
    expect(parts.some((part) => part.includes('Verifying'))).toBe(true);
    // Control sequences take no columns.
    for (const part of parts) expect(part.replaceAll(/\u001b\[[0-9;?]*[a-zA-Z]/g, '').length).toBeLessThan(40);
  });
});

it.each([
  [1, 4, 0, 100, '25% · 1 of 4'],
  [0, 0, 0, 5_000, '100% · 0 of 0'],
  [4, 4, 0, 2_000, '100% · 4 of 4 · 2.0/s'],
  [1_500, 1_000_000, 500, 10_000, '0% · 1,500 of 1,000,000 · 100/s · 2 h 46 min left'],
])('%i of %i after %i in %i ms: %s', (done, total, from, elapsed, text) => {
  expect(facts(done, total, from, elapsed)).toBe(text);
});

it.each([
  [0.4, '0 s'],
  [59.4, '59 s'],
  [120, '2 min'],
  [125, '2 min 5 s'],
  [12_000, '3 h 20 min'],
  [7_200, '2 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
