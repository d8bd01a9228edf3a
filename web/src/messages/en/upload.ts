/** English: uploads. */
import { bytesText, number, plural } from '../../lib/language.js';
import { legible } from '../../lib/legible.js';
import { activity } from './activity.js';

export const upload = {
  panel: 'Uploads',
  sending: (left: number) => plural(left, { one: 'Uploading # file', other: 'Uploading # files' }),
  held: (left: number) => plural(left, { one: '# file waiting', other: '# files waiting' }),
  pausedAll: (left: number) => plural(left, { one: '# file paused', other: '# files paused' }),
  failed: (n: number, done: number) =>
    done > 0
      ? `${number(done)} uploaded, ${number(n)} couldn’t be uploaded`
      : plural(n, { one: '# file couldn’t be uploaded', other: '# files couldn’t be uploaded' }),
  allDone: (n: number) => plural(n, { one: '# file uploaded', other: '# files uploaded' }),
  allKnown: (n: number) =>
    plural(n, { one: 'It is already in your library', other: 'They are already in your library' }),
  known: (n: number) => `${number(n)} already in your library`,
  allTrashed: (n: number) => plural(n, { one: 'It is already in the trash', other: 'They are already in the trash' }),
  trashed: (n: number) => `${number(n)} already in the trash`,
  of: (sent: number, all: number) => `${bytesText(sent)} of ${bytesText(all)}`,
  more: (n: number) => plural(n, { one: 'and # more file', other: 'and # more files' }),
  fromPhone: 'Shared from this device. Photos stay here until they’re uploaded.',
  leave: (n: number) =>
    plural(n, {
      one: '# file hasn’t been uploaded yet. It stays on this device until someone signs in again. Sign out?',
      other: '# files haven’t been uploaded yet. They stay on this device until someone signs in again. Sign out?',
    }),
  leaveEdits: (n: number) =>
    plural(n, {
      one: '# change hasn’t been saved to the server yet. It stays on this device until you sign in here again. Sign out anyway?',
      other:
        '# changes haven’t been saved to the server yet. They stay on this device until you sign in here again. Sign out anyway?',
    }),
  leaveSending: 'Some photos are still uploading. Sign out anyway?',
  states: {
    ...activity.uploads,
    reading: 'Preparing',
    sending: 'Uploading',
    done: 'Uploaded',
    known: 'Already in your library',
    trashed: 'Already in the trash',
    failed: 'Couldn’t be uploaded',
  },
  pause: 'Pause',
  resume: 'Resume',
  retry: 'Try again',
  cancel: 'Cancel',
  restore: 'Restore',
  restoreAll: 'Restore all',
  pauseAll: 'Pause all',
  resumeAll: 'Resume all',
  retryAll: 'Try all again',
  view: 'View recently added',
  viewAlbum: 'View album',
  /** Begins the line below the heading. */
  into: (album: string) => `Adding to “${legible(album)}”`,
  close: 'Close',
  less: 'Show less',
  moreOf: 'Show files',
  unreadable: 'This file can’t be read. It may have been moved or changed. Add it again.',
  unsupported: (why: string) => `Not uploaded: ${why}. Only photos, videos and their XMP files can be added.`,
  signIn: 'You are signed out. Sign in, then try again.',
  confirmless: 'The server hasn’t confirmed this file. It will be uploaded again.',
};
