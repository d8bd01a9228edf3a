/**
 * The acts that changed a document, read from its JSON before and after: so the naive model
 * (test/access/people-truth.ts) gets everything that a route wrote, without using the code that wrote it.
 */
import { house } from '../../src/document/item-id.js';
import type { Audience } from '../../src/document/photo-document.js';
import type { Act } from '../access/people-world.js';

type Json = Record<string, unknown>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const within = (from: unknown, name: string): Json => {
  const value = isJson(from) && Object.hasOwn(from, name) ? from[name] : undefined;
  return isJson(value) ? value : {};
};
const isItem = (id: string): boolean => /^(?:photo|own):/.test(id);

/** An act of a person on a document, without its past. */
export type Deed = Omit<Act, 'past'>;

/** An entry with its key, parsed from the right. */
interface Entry {
  key: string;
  to: string;
  what: string;
  at: string;
  by: string;
}

function newEntries(before: Json, after: Json, name: 'gives' | 'ends'): Entry[] {
  const old = within(before, name);
  return Object.entries(within(after, name)).flatMap(([key, entry]): Entry[] => {
    if (Object.hasOwn(old, key) || !isJson(entry)) return [];
    const [at = '', ...rest] = key.split(' ').reverse();
    const [what = '', to = ''] = name === 'gives' ? rest : ['', ...rest];
    return [{ key, to, what, at, by: String(entry['by']) }];
  });
}

const valuesOf = (edits: Json, field: string): { value: unknown; at: string; by: string }[] =>
  Array.isArray(edits[field]) ? (edits[field] as { value: unknown; at: string; by: string }[]) : [];

/**
 * The acts that changed one body of a document into another. For a purged one, the body is the content kept by its
 * purge.
 */
export function actsIn(document: string, before: object | undefined, after: object): Deed[] {
  const [was, is] = [before, after].map((body) => (isItem(document) ? within(body, 'edits') : ((body ?? {}) as Json)));
  const acts: Deed[] = [];
  const purged = within(after, 'purged');
  if (Object.keys(purged).length > 0)
    return [{ document, kind: 'purged', at: String(purged['at']), by: String(purged['by']) }];
  const offered = document.startsWith('offer:') ? (within({ after }, 'after')['items'] as string[]) : undefined;
  if (!before) acts.push({ document, kind: 'new', by: '', at: '', ...(offered && { items: offered }) });
  for (const give of newEntries(was!, is!, 'gives')) acts.push({ document, kind: 'give', ...give });
  for (const end of newEntries(was!, is!, 'ends')) acts.push({ document, kind: 'end', ...end });
  if (document.startsWith('own-album:') && within(is, 'removed')['value'] === true && !was!['removed'])
    acts.push({ document, kind: 'album-removed', by: String(within(is, 'removed')['by']), at: '' });
  if (offered) acts.push(...closingsOf(document, was!, is!, offered));
  if (!isItem(document)) return acts;
  for (const [key, sighting] of Object.entries(within(after, 'sightings')))
    if (!Object.hasOwn(within(before, 'sightings'), key))
      acts.push({ document, kind: 'brought', key, by: String((sighting as Json)['by']), at: '' });
  const fields = new Set(Object.keys(is!).filter((field) => !['gives', 'ends', 'under', 'overruled'].includes(field)));
  for (const field of fields) {
    const old = new Set(valuesOf(was!, field).map(({ at }) => at));
    const fresh = valuesOf(is!, field).filter(({ at }) => !old.has(at));
    if (field === 'audience' || field === 'trashed' || field === 'archived')
      for (const { value, at, by } of fresh)
        acts.push({ document, kind: field, value: value as Audience | boolean, at, by });
    else if (JSON.stringify(was![field]) !== JSON.stringify(is![field]))
      acts.push({ document, kind: 'words', by: fresh[0]?.by ?? '', at: fresh[0]?.at ?? '' });
  }
  return acts;
}

/** The items saved from an offer, and whether its giver is done with it. */
function closingsOf(document: string, was: Json, is: Json, offered: readonly string[]): Deed[] {
  const old = within(was, 'accepted');
  const accepted = Object.entries(within(is, 'accepted')).filter(([at]) => !Object.hasOwn(old, at));
  const done = within(is, 'done');
  return [
    ...accepted.map(([at, entry]): Deed => {
      const without = (entry as { without: number[] }).without;
      const items = offered.filter((_, n) => !without.includes(n));
      return { document, kind: 'accepted', items, at, by: String((entry as Json)['by']) };
    }),
    ...(done['value'] === true && !was['done']
      ? [{ document, kind: 'done' as const, at: '', by: String(done['by']) }]
      : []),
  ];
}

/**
 * Whether a person may have performed an act at all: other people's items can't be changed, except for favourites;
 * access is given only by the holder, and ended by the holder or the recipient. Whether they may accept an offer is
 * checked before.
 */
export function mayHaveDone({ document, kind, to }: Deed, person: string, actsForHouse: boolean): boolean {
  const holder = /^(?:own|sharing|members|own-album|offer):([^:]+)/.exec(document)?.[1] ?? house;
  const isHolder = holder === house ? actsForHouse : holder === person;
  const isTheirs = to === `person:${person}` || (to === house && actsForHouse);
  return isHolder || kind === 'words' || kind === 'accepted' || (kind === 'end' && isTheirs);
}
