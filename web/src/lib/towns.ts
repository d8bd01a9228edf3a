/** Finds towns by name or position in the server's gazetteer. */
import type { Gazetteer } from '../../../src/api/answer-types.js';
import { addressed, ask } from './api.js';
import { locale } from './language.js';
import type { Change } from './edits/edit-request.js';

/** A town. */
export type Town = Gazetteer['towns'][number];

/** The number of towns that are requested: more than are suggested, since a region or country may follow the name. */
const most = 40;

/**
 * The largest towns whose names begin with a text up to its first comma, by name, region and country. Of two with the
 * same three, only the larger. Never rejects.
 */
export async function fetchTowns(text: string): Promise<ReadonlyMap<string, Town>> {
  const name = text.split(',', 1)[0]!.trim();
  if (name.length < 2 || /[\d:]/.test(name)) return new Map();
  const { towns } = await request({ name, limit: most });
  return new Map([...towns].reverse().map((town) => [townName(town), town]));
}

/** The town nearest to a position; undefined if none is near. Never rejects. */
export async function fetchNearest({ lat, lon }: { lat: number; lon: number }): Promise<Town | undefined> {
  return (await request({ near: `${lat.toFixed(5)},${lon.toFixed(5)}`, limit: 1 })).towns[0];
}

const request = (query: Record<string, string | number>): Promise<Pick<Gazetteer, 'towns'>> =>
  ask<Gazetteer>(addressed('/api/gazetteer', query)).catch(() => ({ towns: [] }));

/** `Palisade, Colorado, United States`. */
export const townName = ({ name, region, country }: Town): string =>
  [name, region, country === '' ? '' : new Intl.DisplayNames(locale, { type: 'region' }).of(country)]
    .filter((part, i, all) => part && all.indexOf(part) === i)
    .join(', ');

/** The edit that sets a town: its name and the position of its centre. */
export const toChange = ({ name, region, country, lat, lon }: Town): Pick<Change, 'place' | 'gps'> => ({
  place: { city: name, ...(region !== '' && { region }), ...(country !== '' && { country }) },
  gps: { lat, lon },
});
