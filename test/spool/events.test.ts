/** How a watch handles events, limits and filesystems without events; the tests send the events. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openFiles } from '../../src/base/files.js';
import { openInbox } from '../../src/spool/incoming-files.js';
import { openScanScheduler } from '../../src/spool/scan-scheduler.js';
import { idOf, openWatch, remoteFilesystem, type Folder, type WatchSystem } from '../../src/spool/watch-incoming.js';
import { temporaryFolder } from '../folder.js';
import { fastClock, makeSpool, photo } from './fixture.js';

/** A system whose folders are only names, with `room` for a number of watches. */
function makeSystem(room = Infinity, errno = 'ENOSPC') {
  const watched = new Map<string, (kind: string, name: string | null) => void>();
  const state = { room, watched, ids: new Map<string, string>(), magic: 0xef53, tries: 0 };
  const system: WatchSystem = {
    watch(folder, happened) {
      state.tries++;
      if (watched.size >= state.room) throw Object.assign(new Error(errno), { code: errno });
      watched.set(String(folder), happened);
      return { close: () => void watched.delete(String(folder)), on: () => undefined as never };
    },
    filesystem: () => Promise.resolve(state.magic),
    identify: (folder) => Promise.resolve(state.ids.get(folder)),
  };
  return { ...state, state, system };
}

/** A watch of `/in`, its log, and a promise of the next call of `changed`. */
async function open(system: WatchSystem, { rescan = 300, poll = 5 } = {}) {
  const said: string[] = [];
  let calls = 0;
  let tell = (): void => undefined;
  const watch = await openWatch(
    '/in',
    { changed: () => (calls++, tell()), degraded: (sentence) => said.push(sentence), rescan, poll },
    system,
  );
  onTestFinished(() => watch.close());
  return { watch, said, calls: () => calls, next: () => new Promise<void>((resolve) => (tell = resolve)) };
}

const folders = (...paths: string[]): Folder[] => paths.map((path) => ({ path, id: `id of ${path}` }));

describe('events', () => {
  it('by the thousand cause one scan', async () => {
    const { system, watched } = makeSystem();
    const { watch, calls, next } = await open(system);
    watch.follow(folders('/in'));
    const told = next();
    for (let n = 0; n < 10_000; n++) watched.get('/in')!('change', 'a.jpg');
    await told;
    expect(calls()).toBe(1);
  });

  it('without end cause at most twenty scans a second, fewer if scanning takes long', async () => {
    for (const [takes, most] of [
      [0, 21],
      [100, 2],
    ] as const) {
      const clock = fastClock();
      const began = clock.now();
      let looks = 0;
      await new Promise<void>((resolve) => {
        const rhythm = openScanScheduler({
          clock,
          failed: () => undefined,
          patience: 1000,
          async look() {
            await Promise.resolve();
            looks++;
            clock.pass(takes);
            if (clock.now() - began >= 1000) resolve(rhythm.close());
            else rhythm.wake();
            return Infinity;
          },
        });
        rhythm.wake();
      });
      expect(looks).toBeLessThanOrEqual(most);
      expect(looks).toBeGreaterThan(1);
    }
  });

  it('are requested again if another folder replaces a watched one', async () => {
    const { system, watched, state } = makeSystem();
    const { watch } = await open(system);
    expect(watch.follow(folders('/in', '/in/a'))).toBe(true);
    expect(watch.follow(folders('/in', '/in/a'))).toBe(false);
    const tries = state.tries;
    expect(watch.follow([...folders('/in'), { path: '/in/a', id: 'another' }])).toBe(true);
    expect([watched.size, state.tries]).toEqual([2, tries + 1]);
    watch.follow(folders('/in'));
    expect([...watched.keys()]).toEqual(['/in']);
  });

  it('do not report a disk mounted over incoming: that is detected by checking', async () => {
    const { system, ids } = makeSystem();
    const { watch, next } = await open(system, { poll: 0.01 });
    watch.follow(folders('/in'));
    ids.set('/in', 'the disk');
    await next();
  });
});

describe('a limit on watches', () => {
  for (const [errno, setting] of [
    ['ENOSPC', 'fs.inotify.max_user_watches'],
    ['EMFILE', 'fs.inotify.max_user_instances'],
  ] as const) {
    it(`(${errno}) is reported once, with its setting, and polling is used until it is raised`, async () => {
      const { system, watched, state } = makeSystem(2, errno);
      const { watch, said, next } = await open(system, { rescan: 0.05, poll: 0.01 });
      const many = folders('/in', ...Array.from({ length: 5_000 }, (_, n) => `/in/${n}`));
      watch.follow(many);
      expect(said).toEqual([expect.stringContaining(setting)]);
      expect([watched.size, state.tries]).toEqual([0, 3]);
      await next();
      // Retried after a while, and given up again silently.
      while (state.tries === 3) {
        await next();
        watch.follow(many);
      }
      expect(said).toHaveLength(1);
      state.room = Infinity;
      system.watch = makeRoom(watched);
      while (watched.size === 0) {
        await next();
        watch.follow(many);
      }
      expect(watched.size).toBe(many.length);
    });
  }

  const makeRoom =
    (watched: Map<string, unknown>): WatchSystem['watch'] =>
    (folder, happened) => {
      watched.set(String(folder), happened);
      return { close: () => void watched.delete(String(folder)), on: () => undefined as never };
    };
});

describe('a filesystem without events', () => {
  it.skipIf(process.platform !== 'linux')('is recognised by its number, and polled', async () => {
    const { system, state, watched } = makeSystem();
    expect(await remoteFilesystem('/in', system)).toBeUndefined();
    for (const [magic, name] of [
      [0x6969, 'NFS'],
      [0x65735546, 'FUSE'],
      // As statfs returns it on systems where the number is signed.
      [0xff534d42 | 0, 'CIFS'],
    ] as const) {
      state.magic = magic;
      system.filesystem = () => Promise.resolve(magic);
      expect(await remoteFilesystem('/in', system)).toBe(name);
    }
    const { watch, said, next } = await open(system, { poll: 0.01 });
    expect(said).toEqual([expect.stringContaining('/in is on CIFS')]);
    expect(watch.follow(folders('/in'))).toBe(false);
    expect(watched.size).toBe(0);
    await next();
  });
});

describe('folders', () => {
  it('with names that are not UTF-8 are watched, and removed when emptied', async () => {
    const spool = makeSpool();
    const folder = Buffer.concat([Buffer.from(`${spool.incoming}/caf`), Buffer.from([0xe9])]);
    mkdirSync(folder);
    writeFileSync(Buffer.concat([folder, Buffer.from('/notes.txt')]), 'keeps the folder');
    const processor = await spool.open({ rescan: 3600 });
    const ignored = new Promise<void>((resolve) => processor.on(({ type }) => type === 'ignored' && resolve()));
    await processor.watch();
    await ignored;
    const stored = new Promise<void>((resolve) => processor.on(({ type }) => type === 'stored' && resolve()));
    writeFileSync(Buffer.concat([folder, Buffer.from('/a.jpg')]), photo('a'));
    await stored;
    await processor.close();
    const inbox = openInbox(spool.incoming, 0, openFiles(), fastClock());
    const { ready } = await inbox.look();
    renameSync(Buffer.concat([folder, Buffer.from('/notes.txt')]), join(spool.folder, 'notes.txt'));
    inbox.took(ready[0]!);
    const { folders } = await inbox.look();
    expect(folders).toHaveLength(2);
    expect((await inbox.look()).folders).toHaveLength(1);
  });

  it('that are renamed, nested and moved during a scan lose nothing', async () => {
    const spool = makeSpool();
    for (let n = 0; n < 30; n++) spool.drop(`trip/day ${n % 5}/${n}.jpg`);
    let steps = 0;
    const files = openFiles((operation, path) => {
      // Between listing a folder and reading its files, the whole tree is renamed, again and again.
      if (operation !== 'list' || !String(path).includes('/day')) return;
      const [from, to] = steps++ % 2 === 0 ? ['trip', 'moved'] : ['moved', 'trip'];
      if (steps < 9) renameSync(join(spool.incoming, from), join(spool.incoming, to));
    });
    const processor = await spool.open({}, files);
    let stored = 0;
    for (let n = 0; n < 12 && stored < 30; n++) stored += (await processor.pass()).stored;
    expect(stored).toBe(30);
    expect(spool.files()).toHaveLength(30);
    expect(steps).toBeGreaterThan(8);
  });
});

describe('many files', () => {
  it('that are ignored or wait cost only a scan each time', async () => {
    const folder = temporaryFolder();
    for (let n = 0; n < 600; n++) {
      if (n % 30 === 0) mkdirSync(join(folder, `${n / 30}`));
      writeFileSync(join(folder, `${Math.floor(n / 30)}`, `${n}.txt`), 'text');
    }
    let operations = 0;
    const clock = fastClock();
    const inbox = openInbox(
      folder,
      2000,
      openFiles(() => {
        operations++;
      }),
      clock,
    );
    await inbox.look();
    clock.pass(2000);
    const { ready } = await inbox.look();
    for (const found of ready) await inbox.whyNot(found);
    expect(ready).toHaveLength(600);
    operations = 0;
    expect((await inbox.look()).ready).toEqual([]);
    // One stat for each file, a stat and a list for each folder, and a list for the hidden one; none is opened again.
    expect(operations).toBe(600 + 2 * 21 + 1);
    expect(inbox.ignored()).toHaveLength(600);
  });
});

it('a folder is distinguished from another at the same path', () => {
  expect(idOf({ dev: 1n, ino: 2n })).not.toBe(idOf({ dev: 1n, ino: 3n }));
});
