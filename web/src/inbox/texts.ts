/** What the inbox says. Short and plain. */
import { texts } from '../texts.js';

export const inboxTexts = {
  title: 'Inbox',
  left: (n: number) => `${new Intl.NumberFormat().format(n)} left`,
  badge: (n: number) => `Inbox: ${texts.photos(n)} to look at`,
  few: (n: number) => (n > 999 ? '999+' : `${n}`),
  keep: 'Keep',
  later: 'Later',
  before: 'Back',
  trash: 'Trash',
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
  swipe: 'Swipe up to keep, down for the trash.',
};
