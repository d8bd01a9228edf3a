/**
 * What an act changed in a document, read from its JSON before and after: so the naive model (test/access/people-truth.ts) hears of everything
 * that a route wrote, with nothing of the code that wrote it.
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

/** Something that somebody did to a document, without its past. `key`: that of its entry in a grant set. */
export type Deed = Omit<Act, 'past'> & { key?: string };

/** An entry that somebody wrote, with its key, read from the right. */
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

/** The acts that made one body of a document into another. */
export function actsIn(document: string, before: object | undefined, after: object): Deed[] {
  const [was, is] = [before, after].map((body) => (isItem(document) ? within(body, 'edits') : ((body ?? {}) as Json)));
  const acts: Deed[] = [];
  if (!before) acts.push({ document, kind: 'new', by: '', at: '' });
  for (const give of newEntries(was!, is!, 'gives')) acts.push({ document, kind: 'give', ...give });
  for (const end of newEntries(was!, is!, 'ends')) acts.push({ document, kind: 'end', ...end });
  if (document.startsWith('own-album:') && within(is, 'removed')['value'] === true && !was!['removed'])
    acts.push({ document, kind: 'album-removed', by: String(within(is, 'removed')['by']), at: '' });
  if (!isItem(document)) return acts;
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

/**
 * Whether a person may have done an act at all: whatever is another’s, nobody may change but for favourites; access is given by the holder
 * alone, and ended by the holder or by the one it was given to.
 */
export function mayHaveDone({ document, kind, to }: Deed, person: string, actsForHouse: boolean): boolean {
  const holder = /^(?:own|sharing|members|own-album|offer):([^:]+)/.exec(document)?.[1] ?? house;
  const isHolder = holder === house ? actsForHouse : holder === person;
  return isHolder || kind === 'words' || (kind === 'end' && to === `person:${person}`);
}
