/** The history of a photo from `GET /api/photos/:id/history`, in words. */
import type { HistoryEntry, PhotoHistory } from '../../../../src/api/answer-types.js';
import { addressed, ask } from '../../lib/api.js';
import { dayLong, timeName } from '../../lib/dates.js';
import { legible } from '../../lib/legible.js';

export const fetchHistory = (id: string): Promise<PhotoHistory> =>
  ask(addressed(`/api/photos/${id}/history`, { limit: 200 }));

export const historyTexts = {
  title: 'History',
  show: 'Show who changed what',
  none: 'Nobody has changed anything yet.',
  cameIn: 'Came in',
  sidecar: 'Sidecar',
  replaced: 'a newer one counts',
  inFolder: (folder: string) => `in the folder “${legible(folder)}”`,
  elsewhere: 'on another server',
  lost: 'Made at the same time on another server. The other one is shown.',
  now: 'shown now',
  ahead: 'Time unknown',
  aheadWhy: (moment: string) => `The clock of its server was ahead. It said ${moment}.`,
  more: (n: number) => `and ${n} older`,
  by: 'by',
  taken: 'taken away',
  yes: 'yes',
  no: 'no',
  stars: (n: number) => (n === 1 ? '1 star' : `${n} stars`),
  added: (element: string) => `“${element}” put in`,
  removed: (element: string) => `“${element}” taken out`,
  fields: {
    title: 'Title',
    description: 'Description',
    taken: 'Time',
    place: 'Place',
    gps: 'Position',
    rating: 'Rating',
    favourite: 'Favourite',
    audience: 'Who may see it',
    reviewed: 'Reviewed',
    trashed: 'In the trash',
    tags: 'Tags',
    albums: 'Albums',
    favourites: 'Favourites of the family',
    facts: 'What the file says',
    renditions: 'Pictures',
    sightings: 'Where it came in',
    sidecars: 'Sidecars',
  } as Record<string, string>,
  audiences: { private: 'Only owners', family: 'Family', public: 'Everyone' } as Record<string, string>,
};

const of = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

/** The name of a field for people. */
export const fieldName = (field: string): string => historyTexts.fields[field] ?? legible(field);

/** A value of a field in words. Untrusted text, shown as text. */
export function valueName(field: string, value: unknown): string {
  const texts = historyTexts;
  if (value === null || value === undefined || value === '') return texts.taken;
  if (typeof value === 'boolean') return value ? texts.yes : texts.no;
  if (typeof value === 'number') return field === 'rating' ? texts.stars(value) : String(value);
  if (typeof value === 'string') return texts.audiences[value] ?? value;
  const local = of(value, 'local');
  if (typeof local === 'string') return `${dayLong(local)}, ${timeName(local)}`;
  const [lat, lon] = [of(value, 'lat'), of(value, 'lon')];
  if (typeof lat === 'number' && typeof lon === 'number') return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
  const parts = ['city', 'region', 'country'].map((key) => of(value, key)).filter((part) => typeof part === 'string');
  return parts.length > 0 ? parts.join(', ') : JSON.stringify(value);
}

/** The values of a sidecar in words: a line for each field. */
export const sidecarWords = (values: Record<string, unknown>): string[] =>
  Object.entries(values).map(
    ([field, value]) =>
      `${fieldName(field)}: ${Array.isArray(value) ? value.map(String).join(', ') : field === 'taken' && typeof value === 'string' ? valueName(field, { local: value }) : valueName(field, value)}`,
  );

/** The effect of an edit in words. */
export const deedName = ({ field, element, value }: HistoryEntry): string =>
  element === undefined
    ? valueName(field, value)
    : value === true
      ? historyTexts.added(element)
      : historyTexts.removed(element);
