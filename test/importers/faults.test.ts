/**
 * Entries of ZIP parts on their way through the spool, with each file operation failing in turn, and with a full disk.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { openFiles, type Files, type Step } from '../../src/base/files.js';
import { isTemporary } from '../../src/base/temporary-names.js';
import { planInbox } from '../../src/importers/import-source.js';
import { openExport } from '../../src/importers/open-export.js';
import { withEntries } from '../../src/importers/packed-file-operations.js';
import type { ProcessorOptions } from '../../src/spool/processor-options.js';
import { makeSpool, photo, type Spool } from '../spool/fixture.js';
import { googleJson, writeZip } from './make.js';

const year = 'Takeout/Google Photos/Photos from 2024';

/** Opens a part for a spool; `step` is called for each operation. */
async function partFor(
  path: string,
  step: Step = () => undefined,
): Promise<{ options: Partial<ProcessorOptions>; files: Files; close(): void }> {
  const plain = openFiles();
  const { plan, sources } = await openExport([path], plain, () => undefined);
  const files = withEntries(openFiles(step), sources.packed);
  const inbox = (works: string[]) => planInbox(plan, sources, files, systemClock, works);
  return { options: { mode: 'copy', inbox }, files, close: sources.close };
}

const part = (): Promise<string> =>
  writeZip('takeout-1.zip', {
    [`${year}/a.jpg`]: photo('a'),
    [`${year}/a.jpg.json`]: googleJson('a.jpg', { description: 'one' }),
    [`${year}/b.jpg`]: photo('b'),
    'Takeout/Google Photos/Trip/a.jpg': photo('a'),
  });

const full = (): Error => Object.assign(new Error('no space left'), { code: 'ENOSPC' });
const done = ({ done: folder }: Spool): string[] => readdirSync(folder).sort();
const leftIn = ({ work }: Spool): string[] => readdirSync(work).filter((name) => !name.startsWith('.'));

it('whichever operation fails, the next run has everything once, with its metadata', { timeout: 300_000 }, async () => {
  const path = await part();
  const before = readFileSync(path);
  let failures = 0;
  for (let at = 1; ; at++) {
    const spool = makeSpool();
    let n = 0;
    const failing = await partFor(path, () => {
      if (++n === at) throw full();
    });
    const first = await spool.open(failing.options, failing.files).catch(() => undefined);
    const summary = await first?.pass().catch(() => undefined);
    await first?.close().catch(() => undefined);
    failing.close();
    if (n < at) {
      // Nothing failed any more: that was the last operation.
      expect(summary).toMatchObject({ stored: 2, duplicates: 1, stuck: 0 });
      break;
    }
    failures++;
    const good = await partFor(path);
    const second = await spool.open(good.options, good.files);
    // Files that are stuck temporarily are retried at once.
    await second.retry('all', { wait: true });
    expect(await second.pass()).toMatchObject({ stuck: 0 });
    await second.close();
    good.close();
    // A failed file is retried after those that follow it: the same bytes may then be among the duplicates as well.
    expect(done(spool).filter((name) => name !== 'duplicates')).toEqual(['a.jpg', 'b.jpg']);
    expect(leftIn(spool)).toEqual([]);
    const told = spool.arrivals.filter(({ name, folder }) => name === 'a.jpg' && folder === year);
    for (const { brought } of told) expect(brought).toMatchObject({ description: 'one' });
  }
  expect(failures).toBeGreaterThan(20);
  expect(readFileSync(path)).toEqual(before);
});

it('a full disk pauses the import, loses nothing, and the import continues when there is space', async () => {
  const spool = makeSpool();
  let isFull = true;
  const written: string[] = [];
  const { options, files, close } = await partFor(await part(), (operation, path) => {
    if (operation === 'write') written.push(basename(path.toString()));
    if (isFull && operation === 'write' && path.toString().startsWith(spool.work)) throw full();
  });
  const processor = await spool.open(options, files);
  expect(await processor.pass()).toMatchObject({ stored: 0 });
  expect((await processor.status()).held).toMatchObject({ reason: expect.stringMatching(/full/) });
  expect(done(spool)).toEqual([]);
  isFull = false;
  expect(await processor.pass()).toMatchObject({ stored: 2, stuck: 0 });
  // Half a photo never has a name that the next start would take for a complete one.
  expect(written.length).toBeGreaterThan(2);
  expect(written.every(isTemporary)).toBe(true);
  expect((await processor.status()).held).toBeUndefined();
  expect(leftIn(spool)).toEqual([]);
  close();
});

it('adjacent files with the same bytes are unpacked once', async () => {
  const spool = makeSpool();
  const tree = Object.fromEntries(
    Array.from({ length: 8 }, (_, n) => [`Takeout/Google Photos/Trip ${n}/a.jpg`, photo('a')]),
  );
  const { options, files, close } = await partFor(await writeZip('a.zip', tree));
  const processor = await spool.open(options, files);
  expect(await processor.pass()).toMatchObject({ stored: 1, duplicates: 7 });
  expect(existsSync(join(spool.done, 'duplicates'))).toBe(false);
  close();
});
