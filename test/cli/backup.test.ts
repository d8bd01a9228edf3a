/** Backup, restore and repair, from the command line. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fillHomes, makeHome, type TestHome } from './run.js';

const filledHome = fillHomes();

const lines = (out: string): Record<string, unknown>[] =>
  out
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const last = (out: string): Record<string, unknown> => lines(out).at(-1)!;

async function filled(count = 3): Promise<{ home: TestHome; to: string; month: string }> {
  const home = await filledHome(count);
  return { home, to: join(home.folder, '../backup'), month: join(home.archive, '2024/07') };
}

describe('backup and restore', () => {
  it('run beside a server, and restore everything on an empty machine', async () => {
    const { home, to } = await filled();
    const server = await home.serve();
    await home.drop('late.jpg', 9);
    const made = await home.run('backup', to, '--originals', '--renditions', '--json');
    expect([made.code, made.err]).toEqual([0, '']);
    expect(last(made.out).originals).toMatchObject({ copied: expect.any(Number) as number });
    const refused = await home.run('restore', to);
    expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('is in use')]);
    await home.run('process');
    expect(last((await home.run('backup', to, '--originals', '--renditions', '--json')).out)).toMatchObject({
      photos: 4,
    });
    const before = (await home.run('list', '--json')).out;
    await server.stop();
    rmSync(home.folder, { recursive: true });
    const restored = await home.run('restore', to, '--json');
    expect([restored.code, restored.err]).toEqual([0, '']);
    expect(last(restored.out)).toMatchObject({ photos: 4, config: 'restored', originals: { here: 4, putBack: 4 } });
    expect((await home.run('list', '--json')).out).toBe(before);
    expect((await home.run('verify')).code).toBe(0);
    expect((await home.run('process')).code).toBe(0);
  });

  it('reject nested folders, folders without a backup, and the backup of another home', async () => {
    const { home, to } = await filled(1);
    for (const folder of [join(home.folder, 'b'), join(home.folder, '..'), home.archive]) {
      const ran = await home.run('backup', folder);
      expect([ran.code, ran.err.trim().split('\n').length]).toEqual([2, 1]);
    }
    mkdirSync(to);
    writeFileSync(join(to, 'mine.txt'), 'mine');
    expect((await home.run('backup', to)).code).toBe(2);
    expect((await home.run('restore', to)).code).toBe(2);
    rmSync(join(to, 'mine.txt'));
    expect((await home.run('backup', to)).code).toBe(0);
    // Filled homes are copies of one: this other home is created separately.
    const other = makeHome();
    await other.drop('0.jpg', 0);
    await other.run('process');
    const ran = await other.run('restore', to);
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('different library')]);
    expect(last((await other.run('list', '--json')).out)).toMatchObject({ name: '0.jpg' });
  });

  it('do not mistake an empty mount point for the archive', async () => {
    const { home, to } = await filled();
    const disk = join(home.folder, '../disk/photos');
    mkdirSync(join(disk, '..'));
    renameSync(home.archive, disk);
    writeFileSync(join(home.folder, 'photospool.toml'), `[spool]\ndone = "${disk}"\n`);
    expect((await home.run('backup', to)).code).toBe(0);
    renameSync(disk, `${disk}.unmounted`);
    rmSync(home.folder, { recursive: true });
    mkdirSync(disk);
    const refused = await home.run('restore', to);
    expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('Mount its disk')]);
    expect([readdirSync(disk), existsSync(join(home.folder, '.photospool/library.sqlite'))]).toEqual([[], false]);
    rmSync(disk, { recursive: true });
    cpSync(`${disk}.unmounted`, disk, { recursive: true });
    const restored = await home.run('restore', to, '--json');
    expect(last(restored.out)).toMatchObject({ photos: 3, originals: { here: 3, missing: 0 } });
    rmSync(disk, { recursive: true });
    const lost = await home.run('restore', to, '--archive-lost');
    expect([lost.code, lost.out.match(/^missing: /gm)?.length]).toEqual([1, 3]);
  });
});

describe('verify', () => {
  it('finds moved files and damaged renditions, and repairs both on request', async () => {
    const { home, month } = await filled();
    renameSync(join(month, '0.jpg'), join(home.archive, 'beach.jpg'));
    const blobs = join(home.folder, '.photospool/blobs');
    const blob = readdirSync(blobs, { recursive: true, encoding: 'utf8' }).find((name) =>
      /\/[0-9a-f]{64}$/.test(name),
    )!;
    rmSync(join(blobs, blob));
    const found = await home.run('verify', '--json');
    expect(found.code).toBe(1);
    expect(lines(found.out)).toMatchObject([
      { kind: 'moved', path: 'beach.jpg', from: '2024/07/0.jpg' },
      { kind: 'rendition', renditions: expect.arrayContaining(['thumb']) as string[] },
      { checked: 3, missing: 0, unknown: 0, moved: 1, renditions: 1 },
    ]);
    const mended = await home.run('verify', '--repair', '--json');
    expect([mended.code, last(mended.out)]).toMatchObject([0, { repaired: 2 }]);
    expect(existsSync(join(blobs, blob))).toBe(true);
    expect((await home.run('verify', '--json')).out).toBe(
      '{"checked":3,"missing":0,"changed":0,"unknown":0,"unreadable":0}\n',
    );
  });

  it('names other places with the bytes of a lost original, adopts a found one, and leaves a damaged one', async () => {
    const { home, to, month } = await filled();
    await home.drop('again.jpg', 0);
    await home.run('process');
    await home.run('backup', to, '--originals');
    rmSync(join(month, '0.jpg'));
    chmodSync(join(month, '1.jpg'), 0o644);
    writeFileSync(join(month, '1.jpg'), 'rot');
    const found = await home.run('verify', '--repair', '--json');
    expect(found.code).toBe(1);
    const [changed, missing] = lines(found.out).sort((a, b) => (String(a.kind) < String(b.kind) ? -1 : 1));
    expect(changed).toMatchObject({ kind: 'changed', copies: [expect.stringContaining(to) as string] });
    expect(missing).toMatchObject({ kind: 'missing', repaired: true });
    expect(missing!.copies).toContain('duplicates/again.jpg');
    expect(existsSync(join(month, '0.jpg'))).toBe(true);
    expect(readFileSync(join(month, '1.jpg'), 'utf8')).toBe('rot');
  });

  it('reports a damaged library, with a remedy', async () => {
    const { home } = await filled(1);
    const path = join(home.folder, '.photospool/library.sqlite');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xff, 8192));
    const ran = await home.run('verify');
    expect([ran.code, ran.err]).toEqual([3, expect.stringContaining('photospool restore')]);
    writeFileSync(path, 'garbage'.repeat(1000));
    const garbage = await home.run('verify');
    expect([garbage.code, garbage.err.trim().split('\n').length]).toEqual([3, 1]);
    expect(garbage.err).toContain('photospool restore');
  });
});
