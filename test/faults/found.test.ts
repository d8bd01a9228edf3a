/** Faults that once lost, duplicated or blocked something, each by the failing call. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openFiles } from '../../src/base/files.js';
import { openMemory } from '../../torture/attempt.js';
import { openWorld, tryFault, type Fault } from '../../torture/faults.js';
import { systemError } from '../../torture/disk.js';
import { listOutcomes } from '../../torture/outcomes.js';
import { makeSpool, photo } from '../spool/fixture.js';

const memory = openMemory();
afterAll(() => memory.close());

/** The first call that matches `at`, after one that matches `after`. */
function first(at: RegExp, after = /^/): Fault['is'] {
  let seen = false;
  return (_, text) => {
    if (seen && at.test(text)) return true;
    seen ||= after.test(text);
    return false;
  };
}

const now = { lasting: false, heals: false };
const later = { lasting: true, heals: true };
const healing = { lasting: false, heals: true };

it.each<[string, string, Omit<Fault, 'errno'>, Fault['errno']]>([
  ['a copy that was made, and then not claimed', 'copy', { is: first(/^unlink home\/work\/.*tmp$/), ...now }, 'EMFILE'],
  [
    'a move that an import had not finished when it handed its claim over',
    'import',
    { is: first(/^unlink home\/work\/\.import\/\w+\/a\.jpg/), ...now },
    'EMFILE',
  ],
  ['a claim that could not be handed over', 'import', { is: first(/^rename home\/work\/\.import/), ...now }, 'EIO'],
  [
    'a claim without a file, that could not be removed',
    'stored',
    { is: first(/^write home\/work/), ...later },
    'ENOSPC',
  ],
  [
    'a record that could not be made',
    'name collision',
    { is: first(/^open home\/work$/, /^mkdir home\/work\//), ...later },
    'EIO',
  ],
  [
    'a photo that moved, and its row did not',
    'the same twice',
    { is: first(/^commit/, /^unlink home\/work\/\w+\/[ab]\.jpg/), ...healing },
    'EIO',
  ],
  [
    'a duplicate that moved, and nobody was told',
    'duplicate',
    { is: first(/^open home\/work\/\w+$/, /^unlink home\/work\/\w+\/b\.jpg/), ...healing },
    'EIO',
  ],
  [
    'half a copy in the archive, that could not be removed',
    'to another disk',
    { is: first(/^chmod home\/archive\/2024\/07\/.*tmp$/), ...later },
    'EROFS',
  ],
  ['a copied file that went on after it was stuck', 'copy', { is: first(/blobs/, /^list drop/), ...healing }, 'ENOSPC'],
])('%s', async (_, name, fault, errno) => {
  const world = await openWorld(
    (await listOutcomes()).find((outcome) => outcome.name === name)!,
    memory,
  );
  try {
    const trial = await tryFault(world, { ...fault, errno }, memory);
    expect(trial).toMatchObject({ hit: true, verdict: { lost: [], doubled: [], wrong: [] } });
  } finally {
    world.remove();
  }
});

it('a record that could not be read once is not overwritten', async () => {
  const spool = makeSpool();
  const claim = join(spool.work, '01J00000000000000000000000');
  mkdirSync(claim);
  writeFileSync(join(claim, 'IMG_1.jpg'), photo('one'));
  const item = {
    format: 1,
    name: 'IMG_1.jpg',
    file: 'IMG_1.jpg',
    from: '/phone/IMG_1.jpg',
    folder: 'Rome',
    attempts: 0,
  };
  const times = { claimed: '2026-01-01T00:00:00.000Z', modified: '2020-01-01T00:00:00.000Z' };
  writeFileSync(join(claim, 'item.json'), JSON.stringify({ ...item, ...times }));
  let failing = true;
  const files = openFiles((operation, path) => {
    if (failing && operation === 'list' && path === claim) throw systemError('EIO', operation, claim);
  });
  const processor = await spool.open({}, files);
  expect((await processor.pass()).stuckItems).toHaveLength(1);
  expect(JSON.parse(readFileSync(join(claim, 'item.json'), 'utf8'))).toMatchObject({ from: '/phone/IMG_1.jpg' });
  failing = false;
  await processor.retry('all');
  expect(await processor.pass()).toMatchObject({ stored: 1, stuck: 0 });
  expect(spool.arrivals).toMatchObject([{ name: 'IMG_1.jpg', folder: 'Rome', modified: times.modified }]);
});
