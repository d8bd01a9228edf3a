/** English: the inbox. */
import { number, plural } from '../../lib/language.js';
import { app } from './core.js';

export const inbox = {
  title: 'Review',
  left: (n: number) => `${number(n)} left`,
  keep: 'Keep',
  later: 'Later',
  before: 'Back',
  trash: 'Trash',
  /** The keyboard shortcuts for the same actions. */
  keys: { trash: 'Delete', later: '→', keep: 'Enter' },
  all: 'Show all',
  doneTitle: 'All caught up',
  doneText: (kept: number, trashed: number) =>
    kept + trashed === 0
      ? 'New photos appear here.'
      : trashed === 0
        ? `You kept ${app.photos(kept)}.`
        : `You kept ${app.photos(kept)} and moved ${app.photos(trashed)} to trash.`,
  laterTitle: (n: number) => `${app.photos(n)} left for later`,
  again: 'Review them now',
  back: 'Back to photos',
  lookedAt: (n: number) => `${app.photos(n)} marked as reviewed`,
  many: 'Mark as reviewed',
  beforeTitle: 'Mark photos as reviewed',
  beforeText: 'Photos added before this day leave Review and stay in your library. You can undo it.',
  beforeDay: 'Added before',
  beforeSome: 'Mark as reviewed',
  beforeAll: (n: number) => (n === 0 ? 'No photos before this day' : `Mark ${app.photos(n)} as reviewed`),
  firstTitle: (n: number) => plural(n, { one: '# new photo', other: '# new photos' }),
  firstText: 'New photos wait here so you can title, tag or share them. Skip this for photos you already had.',
  firstAll: 'Skip these, review only new photos',
  firstOne: 'Review one by one',
  swipe: 'Swipe up to keep, down to move to trash.',
};
