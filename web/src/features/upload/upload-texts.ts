/** The texts of uploads. */
const number = new Intl.NumberFormat();
const size = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

const files = (n: number): string => `${number.format(n)} ${n === 1 ? 'file' : 'files'}`;

/** Bytes for people. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${size.format(bytes / 1000 ** step)} ${units[step]}`;
}

export const uploadTexts = {
  panel: 'Uploads',
  sending: (left: number) => `Sending ${files(left)}`,
  held: (left: number) => `${files(left)} waiting`,
  pausedAll: (left: number) => `${files(left)} paused`,
  failed: (n: number) => `${files(n)} could not be sent`,
  allDone: (n: number) => `${files(n)} sent`,
  allKnown: (n: number) => (n === 1 ? 'It is in your album already' : 'They are in your album already'),
  known: (n: number) => `${number.format(n)} in your album already`,
  of: (sent: number, all: number) => `${bytesText(sent)} of ${bytesText(all)}`,
  more: (n: number) => `and ${files(n)} more`,
  fromPhone: 'Shared from this device. They stay on it until the server has them.',
  leave: (n: number) =>
    `${files(n)} shared to this app ${n === 1 ? 'waits' : 'wait'} on this device to be sent. They stay here, and are sent when somebody signs in on it again. Sign out?`,
  leaveSending: 'Some photos are still being sent. Sign out all the same?',
  states: {
    waiting: 'Waiting',
    reading: 'Being read',
    sending: 'Sending',
    held: 'Waiting for the network',
    paused: 'Paused',
    done: 'Safe on the server',
    known: 'In your album already',
    failed: 'Could not be sent',
  },
  pause: 'Pause',
  resume: 'Go on',
  retry: 'Try again',
  cancel: 'Don’t send',
  pauseAll: 'Pause all',
  resumeAll: 'Go on',
  retryAll: 'Try again',
  close: 'Close',
  folder: 'Add a folder',
  less: 'Show less',
  moreOf: 'Show files',
  unreadable: 'This file can’t be read any more. It may have been moved or changed: choose it again.',
  unsupported: (why: string) => `Not sent: ${why}. Only photos, videos and their XMP files can be added.`,
  signIn: 'Nobody is signed in any more. Sign in, then try again.',
  confirmless: 'The server has not confirmed that it has all of it.',
};
