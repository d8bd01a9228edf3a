/** The ids of albums in addresses, and the searches that find their photos. Pure. */

const member = /^(?:house|[0-9A-HJKMNP-TV-Z]{26}):[0-9A-HJKMNP-TV-Z]{26}$/;

/** Whether an id is that of an album with members, `HOLDER:ULID`; otherwise it is the name of an album of the house. */
export const isMemberAlbum = (id: string): boolean => member.test(id);

/** The search that finds the photos of an album. */
export const searchOfAlbum = (id: string): string =>
  isMemberAlbum(id) ? `in:${id}` : `album:"${id.replaceAll(/["\\“”„]/gu, '\\$&')}"`;

/** The album that a search consists of; undefined for every other search. */
export function albumOfSearch(q: string): string | undefined {
  const found = /^in:(\S+)$/.exec(q)?.[1];
  if (found !== undefined) return isMemberAlbum(found) ? found : undefined;
  const named = /^album:"((?:[^"\\]|\\.)+)"$/.exec(q)?.[1]?.replaceAll(/\\(.)/gu, '$1');
  return named === undefined || isMemberAlbum(named) ? undefined : named;
}
