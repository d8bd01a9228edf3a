/**
 * Where a library may be stored: on a disk of this machine, not in a folder of a sync tool. SQLite's locks and shared
 * memory do not work over a network (https://sqlite.org/useovernet.html), and a sync tool would replace the file while
 * it is open. Nothing is written here.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf, PhotospoolError } from '../base/errors.js';

/** A mounted filesystem. */
export interface Mount {
  /** The folder of the mount point. */
  folder: string;
  /** The system's name: `ext4`, `nfs4`, `fuse.sshfs`. */
  type: string;
}

/** Queries to the system; for tests. */
export interface Surroundings {
  /** The real path of a folder, with links resolved; undefined if it does not exist. */
  real(folder: string): Promise<string | undefined>;
  mounts(): Promise<Mount[]>;
  /** The content of a folder; empty if it can't be read. */
  list(folder: string): Promise<{ name: string; isFile: boolean }[]>;
}

/** Network filesystems. Not 9p and virtiofs, with which a virtual machine accesses its own disk. */
const network =
  /^(nfs\d*|cifs|smb\d*|smbfs|afs|afpfs|ncpfs|coda|davfs\d*|webdav|ceph|glusterfs|lustre|beegfs|ocfs2|gfs2|fuse\.(sshfs|rclone|davfs2?|glusterfs|s3fs|curlftpfs|cephfs|smbnetfs|gvfsd-fuse|gcsfuse|mount-s3|seaweedfs))$/;

/** The marks of sync tools in their folders. `~/.dropbox` is a folder and doesn't count: the mark is a file. */
const marks: { tool: string; is: (name: string, isFile: boolean) => boolean }[] = [
  { tool: 'Dropbox', is: (name, isFile) => (name === '.dropbox' && isFile) || name === '.dropbox.cache' },
  { tool: 'Syncthing', is: (name) => name === '.stfolder' },
  { tool: 'OneDrive', is: (name) => name.toUpperCase() === '.849C9593-D756-4E56-8D6E-42412F2A707B' },
  {
    tool: 'Nextcloud or ownCloud',
    is: (name) => /^(\.?_?sync_.*\.db|\.owncloudsync(\.log)?|\.csync_journal\.db)$/.test(name),
  },
];

/** Folders that are synced by their name. */
const names: { tool: string; is: RegExp }[] = [
  { tool: 'iCloud', is: /^Mobile Documents$/ },
  { tool: 'a macOS cloud provider', is: /^CloudStorage$/ },
  { tool: 'OneDrive', is: /^OneDrive( - .+)?$/ },
];

const hint = 'Choose a home on a local disk with --home, outside any synced folder. Only `incoming` can be synced.';

/**
 * Checks whether the library may be stored in a folder, which need not exist yet.
 * @throws PhotospoolError `unusable` that names the network filesystem or sync tool.
 */
export async function checkPlace(folder: string, system: Surroundings = surroundings): Promise<void> {
  const place = await nearest(folder, system);
  const mount = mountOf(place, await system.mounts());
  if (mount && network.test(mount.type)) {
    throw refuse(folder, `${mount.folder} is a network filesystem (${mount.type})`);
  }
  for (const parent of parents(place)) {
    const named = names.find(({ is }) => is.test(basename(parent)));
    if (named) throw refuse(folder, `${parent} is synced by ${named.tool}`);
    const entries = await system.list(parent);
    const marked = marks.find(({ is }) => entries.some(({ name, isFile }) => is(name, isFile)));
    if (marked) throw refuse(folder, `${parent} is synced by ${marked.tool}`);
  }
}

function refuse(folder: string, reason: string): PhotospoolError {
  const message = `The library can't be stored in ${folder}: ${reason}.`;
  return new PhotospoolError('unusable', message, { op: 'open', path: folder, hint });
}

/** The real path of a folder, or of its nearest existing parent. */
async function nearest(folder: string, system: Surroundings): Promise<string> {
  const found = await system.real(folder);
  if (found !== undefined || dirname(folder) === folder) return found ?? folder;
  return nearest(dirname(folder), system);
}

/** A folder and all its parents. */
function parents(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...parents(parent)];
}

/** The mount of a folder: the deepest one, of equal ones the last. */
function mountOf(folder: string, mounts: readonly Mount[]): Mount | undefined {
  const above = new Set(parents(folder));
  return mounts
    .filter((mount) => above.has(mount.folder))
    .reduce<Mount | undefined>(
      (best, mount) => (best && best.folder.length > mount.folder.length ? best : mount),
      undefined,
    );
}

/** Parses Linux's `/proc/self/mountinfo` (proc(5)); `\040` stands for a space. */
export function parseMountinfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ');
    const folder = before
      ?.split(' ')[4]
      ?.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
    const type = after?.split(' ')[0];
    return folder === undefined || type === undefined ? [] : [{ folder, type }];
  });
}

/** Parses the output of macOS's mount(8): `//me@nas/x on /Volumes/x (smbfs, nodev, nosuid)`. */
export function parseMountOutput(text: string): Mount[] {
  return [...text.matchAll(/ on (.+) \(([^,)]+)[^)]*\)$/gm)].map(([, folder, type]) => ({
    folder: folder!,
    type: type!,
  }));
}

async function readMounts(): Promise<Mount[]> {
  if (process.platform === 'linux')
    return parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8').catch(nothing));
  if (process.platform !== 'darwin') return [];
  const { stdout } = await promisify(execFile)('/sbin/mount', [], { timeout: 5_000 });
  return parseMountOutput(stdout);
}

/** Without information about mounts (a container without /proc), the folder is accepted. */
const nothing = (): string => '';

const surroundings: Surroundings = {
  real: (folder) =>
    realpath(folder).catch((error: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
      throw error;
    }),
  mounts: readMounts,
  async list(folder) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    return entries.map((entry) => ({ name: entry.name, isFile: entry.isFile() }));
  },
};
