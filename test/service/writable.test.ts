import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFiles, type Files } from '../../src/base/files.js';
import { isPassing, writableFolders } from '../../src/service/writable-folders.js';
import { temporaryFolder } from '../folder.js';

const real = openFiles();
/** A disk on which some folders are mount points. */
const disks = (mounts: readonly string[]): Files => ({
  ...real,
  stat: async (path) => {
    const found = await real.stat(path);
    const dev = 1 + mounts.filter((mount) => `${path.toString()}/`.startsWith(`${mount}/`)).length;
    return found && Object.assign(found, { dev });
  },
});

describe('the writable folders of a service', () => {
  const base = temporaryFolder;
  const folders = (home: string, incoming = join(home, 'incoming')) => ({
    home,
    incoming,
    work: join(home, 'work'),
    done: join(home, 'archive'),
  });

  it('are the home alone if everything is in it', async () => {
    const home = base();
    expect(await writableFolders(folders(home), real)).toEqual([home]);
  });

  it('are the common parent of all on one disk, so that files can be renamed', async () => {
    const folder = base();
    const [home, incoming] = [join(folder, 'Photospool'), join(folder, 'Dropbox', 'Camera')];
    for (const path of [home, incoming]) mkdirSync(path, { recursive: true });
    expect(await writableFolders(folders(home, incoming), real)).toEqual([folder]);
  });

  it('are separate on separate disks', async () => {
    const folder = base();
    const [home, incoming] = [join(folder, 'Photospool'), join(folder, 'disk', 'in')];
    for (const path of [home, incoming]) mkdirSync(path, { recursive: true });
    expect(await writableFolders(folders(home, incoming), disks([join(folder, 'disk')]))).toEqual([home, incoming]);
  });

  it('never contain the whole disk', async () => {
    const home = base();
    expect(await writableFolders(folders(home, '/usr'), real)).toEqual([home, '/usr']);
  });

  it('are the nearest existing folder for one yet to be created', async () => {
    const home = base();
    expect(await writableFolders(folders(join(home, 'not', 'yet')), real)).toEqual([home]);
  });
});

it('an npx cache is recognised by its name', () => {
  expect(isPassing('/home/a/.npm/_npx/1234/node_modules/photospool/dist/cli/main.js')).toBe(true);
  expect(isPassing('/usr/lib/node_modules/photospool/dist/cli/main.js')).toBe(false);
});
