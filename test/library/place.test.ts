/** Where a library may be stored: on a local disk, outside folders that sync tools copy. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkPlace, parseMountinfo, parseMountOutput, type Surroundings } from '../../src/library/library-location.js';

const refused = (reason: string): unknown =>
  expect.objectContaining({
    code: 'unusable',
    message: expect.stringContaining(reason),
    hint: expect.stringContaining('--home'),
  });

/** A system with these mounts and these names in these folders. */
const system = (mounts: Record<string, string>, folders: Record<string, string[]> = {}): Surroundings => ({
  real: (folder) => Promise.resolve(folder),
  mounts: () => Promise.resolve(Object.entries(mounts).map(([folder, type]) => ({ folder, type }))),
  list: (folder) =>
    Promise.resolve(
      (folders[folder] ?? []).map((name) => ({ name: name.replace(/\/$/, ''), isFile: !name.endsWith('/') })),
    ),
});

describe('a network filesystem', () => {
  test.each(['nfs', 'nfs4', 'cifs', 'smb3', 'smbfs', 'afpfs', 'fuse.sshfs', 'fuse.rclone', 'davfs', 'ceph'])(
    'is rejected: %s',
    async (type) => {
      await expect(checkPlace('/mnt/nas/a/b', system({ '/': 'ext4', '/mnt/nas': type }))).rejects.toEqual(
        refused(type),
      );
    },
  );

  test.each(['ext4', 'xfs', 'btrfs', 'zfs', 'apfs', 'overlay', '9p', 'virtiofs', 'fuseblk', 'fuse.mergerfs', 'tmpfs'])(
    'is not detected: %s',
    async (type) => {
      await checkPlace('/mnt/disk/a', system({ '/': 'nfs', '/mnt/disk': type }));
    },
  );

  test('elsewhere does not matter, and of overlapping mounts the last counts', async () => {
    await checkPlace('/home/me', system({ '/': 'ext4', '/home/m': 'nfs', '/mnt': 'nfs' }));
    const twice: Surroundings = {
      ...system({}),
      mounts: async () => [
        { folder: '/a', type: 'autofs' },
        { folder: '/a', type: 'nfs4' },
      ],
    };
    await expect(checkPlace('/a/b', twice)).rejects.toEqual(refused('nfs4'));
  });
});

describe('a synced folder', () => {
  test.each([
    ['Dropbox', '.dropbox'],
    ['Dropbox', '.dropbox.cache/'],
    ['Syncthing', '.stfolder/'],
    ['OneDrive', '.849C9593-D756-4E56-8D6E-42412F2A707B'],
    ['Nextcloud', '.sync_0a1b2c.db'],
    ['Nextcloud', '._sync_0a1b2c.db'],
    ['Nextcloud', '.owncloudsync.log'],
  ])('of %s is detected by %s, at any depth', async (tool, name) => {
    await expect(checkPlace('/home/me/x/y', system({}, { '/home/me/x': ['a.jpg', name] }))).rejects.toEqual(
      refused(tool),
    );
  });

  test.each([
    ['iCloud', '/Users/me/Library/Mobile Documents/com~apple~CloudDocs/Photos'],
    ['cloud provider', '/Users/me/Library/CloudStorage/GoogleDrive-me/Photos'],
    ['OneDrive', '/home/me/OneDrive - Work/Photos'],
  ])('of %s is detected by its path', async (tool, folder) => {
    await expect(checkPlace(folder, system({}))).rejects.toEqual(refused(tool));
  });

  test('is not a home folder where Dropbox keeps its own data', async () => {
    await checkPlace('/home/me/Photospool', system({}, { '/home/me': ['.dropbox/', 'Dropbox/'] }));
  });
});

describe('on this machine', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'photospool-place-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('a plain folder is accepted, even if it does not exist yet; a synced one is detected through a link', async () => {
    await checkPlace(folder);
    await checkPlace(join(folder, 'not', 'yet'));
    mkdirSync(join(folder, 'synced', 'inner'), { recursive: true });
    writeFileSync(join(folder, 'synced', '.dropbox'), '');
    symlinkSync(join(folder, 'synced', 'inner'), join(folder, 'link'));
    await expect(checkPlace(join(folder, 'link', 'home'))).rejects.toEqual(refused('Dropbox'));
  });
});

test('mounts are parsed in the formats of Linux and macOS', () => {
  const linux = String.raw`36 35 98:0 / /mnt/my\040disk rw,noatime master:1 - ext3 /dev/root rw
37 35 0:44 / /nas rw shared:2 - nfs4 nas:/x rw`;
  expect(parseMountinfo(linux)).toEqual([
    { folder: '/mnt/my disk', type: 'ext3' },
    { folder: '/nas', type: 'nfs4' },
  ]);
  const macos = '/dev/disk3s1s1 on / (apfs, sealed, local)\n//me@nas/a on /Volumes/on (x) (smbfs, nodev)\n';
  expect(parseMountOutput(macos)).toEqual([
    { folder: '/', type: 'apfs' },
    { folder: '/Volumes/on (x)', type: 'smbfs' },
  ]);
});
