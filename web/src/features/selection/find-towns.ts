/** Finds towns by name in the server's gazetteer. */
import type { Gazetteer } from '../../../../src/api/answer-types.js';
import { addressed, ask } from '../../lib/api.js';
import { locale } from '../../lib/language.js';
import type { Change } from '../../lib/edits/edit-request.js';

/** A town. */
export type Town = Gazetteer['towns'][number];

/** The number of towns that are requested: more than are suggested, since a region or country may follow the name. */
const most = 40;

/**
 * The largest towns whose names begin with a text up to its first comma, by name, region and country. Of two with
 * the same three the larger. Never rejects.
 */
export async function fetchTowns(text: string): Promise<ReadonlyMap<string, Town>> {
  const name = text.split(',', 1)[0]!.trim();
  if (name.length < 2 || /[\d:]/.test(name)) return new Map();
  const countries = new Intl.DisplayNames(locale, { type: 'region' });
  const { towns } = await ask<Gazetteer>(addressed('/api/gazetteer', { name, limit: most })).catch(() => ({
    towns: [],
  }));
  const nameOf = ({ name, region, country }: Town): string =>
    [name, region, country === '' ? '' : countries.of(country)]
      .filter((part, i, all) => part && all.indexOf(part) === i)
      .join(', ');
  return new Map([...towns].reverse().map((town) => [nameOf(town), town]));
}

/** The edit that sets a town: its name and the position of its centre. */
export const toChange = ({ name, region, country, lat, lon }: Town): Pick<Change, 'place' | 'gps'> => ({
  place: { city: name, ...(region !== '' && { region }), ...(country !== '' && { country }) },
  gps: { lat, lon },
});
