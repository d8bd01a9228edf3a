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
  if (field === 'develop') return value === null ? m.history.original : m.history.edited;
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

/** An action of a person as a sentence; `value` is the text they wrote, to be shown below it. */
export interface Deed {
  text: string;
  value?: string;
}

/** An edit as a sentence. Names and values are untrusted text, shown as text. */
export function deedOf({ field, element, value, by }: HistoryEntry): Deed {
  const { deeds } = m.history;
  const who = legible(by.name).slice(0, 60);
  const empty = value === null || value === undefined || value === '';
  if (element !== undefined) return { text: elementDeed(who, field, element, value === true) };
  const words = { value: valueName(field, value) };
  const flags: Record<string, readonly [yes: (who: string) => string, no: (who: string) => string]> = {
    favourite: [deeds.favoured, deeds.unfavoured],
    reviewed: [deeds.reviewed, deeds.unreviewed],
    archived: [deeds.archived, deeds.unarchived],
    burstCover: [deeds.inFront, deeds.notInFront],
    trashed: [deeds.trashed, deeds.restored],
  };
  const flag = flags[field];
  if (flag) return { text: flag[value === true ? 0 : 1](who) };
  if (field === 'audience' && (value === 'private' || value === 'family' || value === 'public'))
    return { text: deeds[value](who) };
  if (field === 'rating')
    return { text: typeof value === 'number' && value > 0 ? deeds.rated(who, value) : deeds.unrated(who) };
  const texts: Record<string, Deed> = {
    title: empty ? { text: deeds.untitled(who) } : { text: deeds.titled(who), ...words },
    description: empty ? { text: deeds.undescribed(who) } : { text: deeds.described(who), ...words },
    taken: { text: empty ? deeds.undated(who) : deeds.dated(who, words.value) },
    place: { text: empty ? deeds.unplaced(who) : deeds.placed(who, legible(words.value).slice(0, 120)) },
    gps: { text: empty ? deeds.unpositioned(who) : deeds.positioned(who, words.value) },
  };
  return Object.hasOwn(texts, field) ? texts[field]! : { text: deeds.changed(who, fieldName(field)), ...words };
}

function elementDeed(who: string, field: string, element: string, into: boolean): string {
  const { deeds } = m.history;
  if (field === 'tags') return into ? deeds.tagged(who, element) : deeds.untagged(who, element);
  if (field === 'albums') return into ? deeds.intoAlbum(who, element) : deeds.outOfAlbum(who, element);
  if (field === 'favourites') return into ? deeds.favoured(who) : deeds.unfavoured(who);
  return deeds.changed(who, fieldName(field));
}
