/** English: the inbox. */
import { number } from '../../lib/language.js';
import { app } from './core.js';

export const inbox = {
  title: 'Inbox',
  left: (n: number) => `${number(n)} left`,
  keep: 'Keep',
  later: 'Later',
  before: 'Back',
  trash: 'Trash',
  /** The keyboard shortcuts for the same actions. */
  keys: { trash: 'Delete', later: '→', keep: 'Enter' },
  all: 'Show them all',
  doneTitle: 'All looked at',
  doneText: (kept: number, trashed: number) =>
    kept + trashed === 0
      ? 'What comes in next waits for you here.'
      : trashed === 0
        ? `You kept ${app.photos(kept)}.`
        : `You kept ${app.photos(kept)} and put ${app.photos(trashed)} into the trash.`,
  laterTitle: (n: number) => `${app.photos(n)} left for later`,
  again: 'Look at them now',
  back: 'Back to the album',
  lookedAt: (n: number) => `${app.photos(n)} marked as reviewed`,
  many: 'Mark as reviewed',
  beforeTitle: 'Mark many as reviewed',
  beforeText: 'Photos added before this day leave the inbox and stay in your library. You can undo it.',
  beforeDay: 'Added before',
  beforeSome: 'Mark as reviewed',
  beforeAll: (n: number) => (n === 0 ? 'No photos before this day' : `Mark ${app.photos(n)} as reviewed`),
  firstTitle: (n: number) => `${app.photos(n)} came in`,
  firstText:
    'What comes in waits here until you have looked at it: a title, tags, who may see it. What you brought along from before need not; you can change it at any time in the album.',
  firstAll: 'Begin with what comes in from now on',
  firstOne: 'Go through them one by one',
  swipe: 'Swipe up to keep, down for the trash.',
};
