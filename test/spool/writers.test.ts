/**
 * Writers that are not atomic, against a whole spool with real parts: at each file operation of an item in turn,
 * another program changes its file. What the archive contains always has the hash in its document.
 */
import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makePhoto } from '../picture.js';
import { hashOf, prepareHomes } from './home.js';

const openHome = prepareHomes();

const picture = await makePhoto(5);

/** An undamaged photo; `text` makes its bytes and its length distinct. */
const photo = (text: string): Buffer => Buffer.concat([picture, Buffer.from(text)]);

/** Runs a trial for each operation; `trial` returns whether there was one. Returns their number. */
async function forEachOperation(
  { check }: Awaited<ReturnType<typeof openHome>>,
  trial: (n: number) => Promise<boolean>,
): Promise<number> {
  let n = 0;
  while (await trial(n)) n++;
  check(true);
  return n;
}

// One import per operation: a minute on a busy machine.
it('a half-written photo is never archived: at each operation the rest arrives', { timeout: 180_000 }, async () => {
  const spool = await openHome();
  const operations = await forEachOperation(spool, async (n) => {
    const whole = photo(`half ${n}`);
    const half = whole.subarray(0, picture.length >> 1);
    const path = join(spool.incoming, `half-${n}.jpg`);
    const file = openSync(path, 'w');
    writeSync(file, half);
    const happened = await spool.run(n, () => void writeSync(file, whole.subarray(half.length)));
    if (!happened) writeSync(file, whole.subarray(half.length));
    closeSync(file);
    await spool.run(Infinity, () => undefined);
    expect(spool.check().get(hashOf(whole)), `operation ${n}`).toEqual(whole);
    expect((await spool.status()).stuck, `operation ${n}`).toEqual([]);
    return happened;
  });
  expect(spool.check().size).toBe(operations + 1);
  expect(operations).toBeGreaterThan(20);
});

for (const [how, restores] of [
  ['as it is', false],
  ['with its old time', true],
] as const) {
  it(
    `a photo that is overwritten in place ${how} is archived as it was before or after the change, never as a mixture`,
    { timeout: 180_000 },
    async () => {
      const spool = await openHome();
      await forEachOperation(spool, async (n) => {
        const [first, second] = [photo(`first ${n}`), photo(`other ${n}`)];
        const path = join(spool.incoming, `over-${n}.jpg`);
        const file = openSync(path, 'w+');
        writeSync(file, first);
        const { mtime } = statSync(path);
        const before = spool.check().size;
        const happened = await spool.run(n, () => {
          const where = spool.find(`over-${n}.jpg`);
          // Only a program that kept the file open could write to it in the archive; that is not tested here.
          if (where === undefined) return;
          ftruncateSync(file);
          writeSync(file, second, 0, second.length, 0);
          if (restores) utimesSync(where, mtime, mtime);
        });
        closeSync(file);
        const after = spool.check();
        expect(after.size, `operation ${n}`).toBe(before + 1);
        expect(after.has(hashOf(first)) || after.has(hashOf(second))).toBe(true);
        return happened;
      });
    },
  );
}

it('a photo that is replaced, renamed away or copied beside itself: each present file is imported once', async () => {
  const spool = await openHome();
  const ways: ((path: string, n: number) => Buffer | undefined)[] = [
    (path, n) => {
      const bytes = photo(`replaced ${n}`);
      writeFileSync(`${path}.tmp`, bytes);
      renameSync(`${path}.tmp`, path);
      return bytes;
    },
    (path) => {
      if (existsSync(path)) renameSync(path, path.replace('.jpg', '-renamed.jpg'));
      return undefined;
    },
  ];
  for (const [way, action] of ways.entries()) {
    await forEachOperation(spool, async (n) => {
      const bytes = photo(`way ${way} ${n}`);
      const path = join(spool.incoming, `${way}-${n}.jpg`);
      writeFileSync(path, bytes);
      const [taken, more]: [boolean[], (Buffer | undefined)[]] = [[], []];
      const happened = await spool.run(n, () => {
        taken.push(!existsSync(path));
        more.push(action(path, n));
      });
      const after = spool.check();
      // What was replaced before it was claimed was removed by the writer itself.
      if (taken[0] || !more[0]) expect(after.has(hashOf(bytes)), `operation ${n}`).toBe(true);
      if (more[0]) expect(after.has(hashOf(more[0])), `operation ${n}`).toBe(true);
      expect(readdirSync(spool.incoming)).toEqual([]);
      return happened;
    });
  }
});

it('a photo that is deleted at any operation delays nothing and leaves nothing stuck', async () => {
  const spool = await openHome();
  await forEachOperation(spool, async (n) => {
    const other = photo(`other ${n}`);
    writeFileSync(join(spool.incoming, `gone-${n}.jpg`), photo(`gone ${n}`));
    writeFileSync(join(spool.incoming, `other-${n}.jpg`), other);
    const happened = await spool.run(n, () => {
      const where = spool.find(`gone-${n}.jpg`);
      if (where !== undefined) rmSync(where);
    });
    expect(spool.check().has(hashOf(other)), `operation ${n}`).toBe(true);
    expect((await spool.status()).stuck, `operation ${n}`).toEqual([]);
    expect(readdirSync(spool.work).filter((name) => !name.startsWith('.'))).toEqual([]);
    return happened;
  });
});
