/** The differences between duplicates in words: a row per fact, a value per photo. */
import { locale } from '../../lib/language.js';
import type { PhotoView } from '../../lib/api.js';
import { dayYear } from '../../lib/dates.js';
import { cameraName, placeName, weight } from '../viewer/format-facts.js';
import { m } from '../../lib/messages.js';

/** A fact. */
export interface Row {
  label: string;
  /** One per photo, in order; undefined without a value. */
  values: (string | undefined)[];
}

const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(locale, {
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
  timeZone: 'UTC',
});

const facts: Record<keyof typeof m.duplicates.rows, (photo: PhotoView) => string | undefined> = {
  pixels: ({ width, height }) => `${width} × ${height} · ${decimal.format((width * height) / 1e6)} MP`,
  file: ({ type, bytes, stack = [] }) =>
    [nameOf(type), weight(bytes), stack.some((other) => other.type.startsWith('image/x-')) && `+ ${m.duplicates.raw}`]
      .filter(Boolean)
      .join(' · '),
  taken: ({ taken, takenSource }) => {
    const time = Date.parse(`${taken}Z`);
    const text = Number.isNaN(time) ? taken : `${dayYear(taken.slice(0, 10))}, ${clock.format(time)}`;
    return takenSource === 'modified' ? `${text} · ${m.duplicates.ofFile}` : text;
  },
  camera: cameraName,
  place: placeName,
  has: ({ title, tags, albums, rating, favourite }) =>
    [
      title !== '' && `“${title.length > 40 ? `${title.slice(0, 39)}…` : title}”`,
      tags.length > 0 && m.duplicates.tags(tags.length),
      albums.length > 0 && m.duplicates.albums(albums.length),
      rating > 0 && '★'.repeat(rating),
      favourite && '♥',
    ]
      .filter(Boolean)
      .join(' · ') || undefined,
  name: ({ name }) => name,
};

/** `JPEG` for `image/jpeg`; `NIKON NEF` for `image/x-nikon-nef`. */
const nameOf = (type: string): string =>
  (type.split('/')[1] ?? type).replace(/^x-/, '').replaceAll('-', ' ').toUpperCase();

/** The facts in which the photos differ. */
export const differencesOf = (photos: readonly PhotoView[]): Row[] =>
  (Object.keys(facts) as (keyof typeof facts)[])
    .map((key) => ({ label: m.duplicates.rows[key], values: photos.map((photo) => facts[key](photo)) }))
    .filter(({ values }) => new Set(values).size > 1);
