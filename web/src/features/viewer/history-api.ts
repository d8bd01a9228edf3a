/** The history of a photo from `GET /api/photos/:id/history`, in words. */
import type { HistoryEntry, PhotoHistory } from '../../../../src/api/answer-types.js';
import { addressed, ask } from '../../lib/api.js';
import { dayLong, timeName } from '../../lib/dates.js';
import { legible } from '../../lib/legible.js';
import { m } from '../../lib/messages.js';

export const fetchHistory = (id: string): Promise<PhotoHistory> =>
  ask(addressed(`/api/photos/${id}/history`, { limit: 200 }));

const of = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

/** The name of a field for people. */
export const fieldName = (field: string): string => m.history.fields[field] ?? legible(field);

/** A value of a field in words. Untrusted text, shown as text. */
export function valueName(field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return m.history.taken;
  if (typeof value === 'boolean') return value ? m.history.yes : m.history.no;
  if (typeof value === 'number') return field === 'rating' ? m.history.stars(value) : String(value);
  if (typeof value === 'string') return m.history.audiences[value] ?? value;
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
      ? m.history.added(element)
      : m.history.removed(element);
