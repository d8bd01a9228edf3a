/** Compares a document of a home's library with the model. */
import { membership, shownEdit } from '../../src/document/edits.js';
import { canonical } from '../../src/document/canonical-json.js';
import { fieldNames, type FieldName } from '../../src/document/field-validation.js';
import { own } from '../../src/document/json-values.js';
import { registerIn } from '../../src/document/overruled-registers.js';
import type { PhotoDocument } from '../../src/document/photo-document.js';
import type { Home } from './home.js';
import { mayShow, truthOf, type Known, type Truth } from './truth.js';

/** The problems of a document at a home, a sentence each. */
export function wrongs(home: Home, doc: string, known: Known = home.known(doc)): string[] {
  const truth = truthOf(known);
  const stored = home.library.get<PhotoDocument>(doc);
  const { state } = truth;
  const where = `${home.name} ${doc.slice(0, 12)}`;
  if (stored === undefined) return state === 'alive' ? [`${where} is gone, and must not be`] : [];
  if (state === 'absent' || state === 'dead') return [`${where} is there, and must be ${state}`];
  const wrong = doc.startsWith('photo:') ? photoWrongs(stored.body, truth) : otherWrongs(stored.body, truth, known);
  const live = home.library.leaves(doc).filter(({ deleted }) => !deleted).length;
  if (live > 1) wrong.push(`has ${live} live conflicts`);
  return wrong.map((text) => `${where} ${text}`);
}

function photoWrongs({ edits, sightings, facts }: PhotoDocument, truth: Truth): string[] {
  const found: string[] = [];
  const compare = (what: string, is: unknown, must: unknown): void => {
    if (canonical(is ?? null) !== canonical(must ?? null))
      found.push(`${what} is ${canonical(is ?? null)} instead of ${canonical(must ?? null)}`);
  };
  for (const field of fieldNames) compare(field, shownEdit(edits, field)?.value, truth.values.get(field));
  for (const key of truth.values.keys()) {
    const [set, element] = split(key);
    if (element !== undefined) compare(key, membership(edits, set as 'tags', element), truth.values.get(key));
    else if (!fieldNames.includes(key as FieldName)) found.push(`${key} is no field`);
  }
  const times = Object.entries(sightings).map(([key, { at }]) => [key, at] as const);
  compare('sightings', Object.fromEntries(times), Object.fromEntries(truth.sightings));
  if (!truth.recipes.has(facts.recipe)) found.push(`facts are of recipe ${facts.recipe}`);
  return found;
}

function split(key: string): [string, string | undefined] {
  const at = key.indexOf(' ');
  return at < 0 ? [key, undefined] : [key.slice(0, at), key.slice(at + 1)];
}

/** For a document of registers: each must have its newest value. */
function otherWrongs(body: object, { values }: Truth, known: Known): string[] {
  return [...values.keys()].flatMap((field) => {
    const part = own(body, field);
    const found = typeof part === 'object' ? registerIn(body, field) : { value: part };
    const is = canonical((found === 'circle' ? undefined : found?.value) ?? null);
    return mayShow(known, field).some((must) => canonical(must) === is) ? [] : [`${field} is ${is}`];
  });
}
