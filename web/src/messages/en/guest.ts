/** English: the page of a share link, for its visitors. */
import { plural } from '../../lib/language.js';
import { legible } from '../../lib/legible.js';
import { app } from './core.js';

export const guest = {
  photos: (n: number) => app.photos(n),
  by: (name: string, n: number) =>
    plural(n, { one: '{name} shared # photo', other: '{name} shared # photos' }, { name: legible(name).slice(0, 60) }),
  add: 'Add photos',
  addAbout: 'Your photos appear after the person who shared this approves them.',
  download: 'Download all',
  slideshow: 'Slideshow',
  guest: 'Your name (optional)',
  choose: 'Select photos',
  chosen: (n: number) => plural(n, { one: '# photo selected', other: '# photos selected' }),
  send: 'Send photos',
  sending: (done: number, n: number) => `Sending: ${done} of ${n}`,
  sent: (n: number) =>
    plural(n, {
      one: '# photo sent. It is waiting for approval.',
      other: '# photos sent. They are waiting for approval.',
    }),
  failed: (n: number) => plural(n, { one: '# file wasn’t accepted.', other: '# files weren’t accepted.' }),
};
