import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLeftAlone } from '../../src/spool/ignored-names.js';

/** Temporary names of each tool. A photo must never be ignored because its name resembles one. */
const contract: Record<string, { left: string[]; taken: string[] }> = {
  Dropbox: {
    left: ['.dropbox', '.dropbox.cache', '.dropbox.attr', 'Icon\r'],
    taken: [
      'Camera Uploads',
      '2024-07-01 12.00.00.jpg',
      '2024-07-01 12.00.00-1.jpg',
      "IMG_1 (owner's conflicted copy 2024-07-01).jpg",
      'IMG_1 (Case Conflict).jpg',
    ],
  },
  Syncthing: {
    left: ['.stfolder', '.stignore', '.stversions', '.syncthing.IMG_1.jpg.tmp', '~syncthing~IMG_1.jpg.tmp'],
    taken: ['IMG_1.sync-conflict-20240701-120000-ABCDEFG.jpg', 'syncthing.jpg', '~syncthing~.jpg', 'st.folder.jpg'],
  },
  'Nextcloud, ownCloud': {
    left: [
      '.sync_0123456789ab.db',
      '.sync_0123456789ab.db-wal',
      '._sync_0123456789ab.db',
      '.owncloudsync.log',
      '.IMG_1.jpg.~3f2a1b0c',
      'IMG_1.jpg.~3f2a1b0c',
      'IMG_1.jpg.ocTransferId1234567890.part',
      'IMG_1.jpg.nextcloud',
      'IMG_1.jpg.owncloud',
    ],
    taken: [
      'InstantUpload',
      'IMG_1_conflict-20240701-120000.jpg',
      'IMG_1 (conflicted copy 2024-07-01 120000).jpg',
      'IMG_1 (case clash from family).jpg',
    ],
  },
  rclone: { left: ['IMG_1.jpg.1a2b3c4d.partial', 'IMG_1.jpg.partial'], taken: ['partial.jpg', 'IMG_1.partial.jpg'] },
  rsync: {
    left: ['.IMG_1.jpg.Ab12Cd', '.~tmp~', '.rsync-partial', 'rsync-partial', 'IMG_1.jpg~'],
    taken: ['IMG_1.jpg.Ab12Cd.jpg', 'rsync-partial.jpg', 'IMG_00~1.JPG'],
  },
  'scp, sftp, FTP': {
    left: ['IMG_1.jpg.filepart', '.in.IMG_1.jpg.', 'IMG_1.jpg.tmp'],
    taken: ['filepart.jpg', 'tmp.jpg'],
  },
  browsers: {
    left: [
      'IMG_1.jpg.crdownload',
      'Unconfirmed 123456.crdownload',
      '.com.google.Chrome.aB3dE5',
      'IMG_1.jpg.part',
      'aB3dE5.jpg.part',
      'IMG_1.jpg.download',
      'IMG_1.jpg.opdownload',
      'IMG_1.jpg.partial',
    ],
    taken: ['Unconfirmed 1 sighting.jpg', 'IMG_1 (1).jpg', 'download.jpg', 'Download', 'part.jpg'],
  },
  'Resilio, torrents': {
    left: ['.sync', 'IMG_1.jpg.!sync', 'IMG_1.jpg.SyncPart', 'IMG_1.jpg.!qB', 'IMG_1.jpg.!ut', 'IMG_1.jpg.aria2'],
    taken: ['sync.jpg', 'IMG_1.Conflict.jpg'],
  },
  'Google Drive, OneDrive, iCloud': {
    left: ['.tmp.drivedownload', '.tmp.driveupload', '.849C9593-D756-4E56-8D6E-42412F2A707B', '.IMG_1.jpg.icloud'],
    taken: ['IMG_1-DESKTOP-ABC.jpg', 'IMG_1 2.jpg'],
  },
  macOS: {
    left: ['.DS_Store', '._IMG_1.jpg', '.localized', '.Spotlight-V100', '.Trashes', '__MACOSX'],
    taken: ['Icon.jpg', '_IMG_1.jpg', 'MACOSX.jpg'],
  },
  Windows: {
    left: [
      'Thumbs.db',
      'thumbs.db',
      'ehthumbs.db',
      'ehthumbs_vista.db',
      'Desktop.ini',
      '$RECYCLE.BIN',
      'System Volume Information',
      '~$letter.docx',
      'a.TMP',
    ],
    taken: ['Thumbs.db.jpg', 'Desktop.jpg', '$1.jpg', '~$IMG_1.jpg', 'IMG_1 - Copy.jpg', 'CON.jpg'],
  },
  'Synology, QNAP': {
    left: ['@eaDir', '@EADIR', '@Recycle', '@tmp', '#recycle', '#snapshot', '.@__thumb', 'IMG_1.jpg@SynoEAStream'],
    taken: ['#1.jpg', '@home.jpg', '@eaDir.jpg', 'SYNOPHOTO_THUMB_M.jpg', '#recycled bottles'],
  },
  Android: {
    left: ['.pending-1700000000-IMG_1.jpg', '.trashed-1700000000-IMG_1.jpg', '.thumbnails', '.nomedia'],
    taken: [
      'DCIM',
      'PXL_20240701_120000000.jpg',
      'PXL_20240701_120000000~2.jpg',
      'IMG-20240701-WA0001.jpg',
      'Screenshot_20240701-120000.png',
    ],
  },
  'editors and systems': {
    left: ['.IMG_1.jpg.swp', 'x.swp', 'x.lock', '.goutputstream-AB12CD', '.directory', 'lost+found'],
    taken: ['lock.jpg', 'lost and found.jpg', 'tmp', 'temp', 'cache'],
  },
};

const rows = (which: 'left' | 'taken'): [string, string][] =>
  Object.entries(contract).flatMap(([tool, names]) => names[which].map((name): [string, string] => [tool, name]));

describe('names', () => {
  it.each(rows('left'))('%s: %s is ignored', (_, name) => {
    expect(isLeftAlone(name)).toBe(true);
  });

  it.each(rows('taken'))('%s: %s is imported', (_, name) => {
    expect(isLeftAlone(name)).toBe(false);
  });

  it('every name with a photo’s extension is imported unless it is hidden', () => {
    const pieces = fc.constantFrom(
      ...rows('left').map(([, name]) => name),
      ...['~', '~$', '.part', '.tmp', '@', '#', ' ', '(1)', '.sync-conflict-20240701-120000-ABCDEFG', 'Unconfirmed 1'],
    );
    const stem = fc.oneof(
      pieces,
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.tuple(pieces, pieces).map((two) => two.join('')),
    );
    const extension = fc.constantFrom(
      'jpg',
      'JPG',
      'jpeg',
      'png',
      'webp',
      'heic',
      'avif',
      'tiff',
      'cr3',
      'dng',
      'mov',
      'mp4',
      'gif',
    );
    fc.assert(
      fc.property(stem, extension, (text, ending) => {
        const name = `${text}.${ending}`;
        expect(isLeftAlone(name)).toBe(name.startsWith('.'));
      }),
      { numRuns: 2000 },
    );
  });
});
