/** Texts of the inbox. */
import { texts } from '../../lib/texts.js';

export const inboxTexts = {
  title: 'Inbox',
  left: (n: number) => `${new Intl.NumberFormat().format(n)} left`,
  badge: (n: number) => `Inbox: ${texts.photos(n)} to look at`,
  few: (n: number) => (n > 999 ? '999+' : `${n}`),
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
        ? `You kept ${texts.photos(kept)}.`
        : `You kept ${texts.photos(kept)} and put ${texts.photos(trashed)} into the trash.`,
  laterTitle: (n: number) => `${texts.photos(n)} left for later`,
  again: 'Look at them now',
  back: 'Back to the album',
  lookedAt: (n: number) => `${texts.photos(n)} marked as reviewed`,
  many: 'Mark as reviewed',
  beforeTitle: 'Mark many as reviewed',
  beforeText: 'Photos added before this day leave the inbox and stay in your library. You can undo it.',
  beforeDay: 'Added before',
  beforeSome: 'Mark as reviewed',
  beforeAll: (n: number) => (n === 0 ? 'No photos before this day' : `Mark ${texts.photos(n)} as reviewed`),
  firstTitle: (n: number) => `${texts.photos(n)} came in`,
  firstText:
    'What comes in waits here until you have looked at it: a title, tags, who may see it. What you brought along from before need not; you can change it at any time in the album.',
  firstAll: 'Begin with what comes in from now on',
  firstOne: 'Go through them one by one',
  swipe: 'Swipe up to keep, down for the trash.',
};
