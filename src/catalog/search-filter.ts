/**
 * Evaluates a search for a viewer, from the columns: one pass over a byte per photo for each term, some milliseconds
 * for a million. It excludes trashed photos unless the search has `is:trashed`. In memory only, so a crash loses
 * nothing.
 */
import { house, type Holder } from '../document/item-id.js';
import { audiences } from '../document/photo-document.js';
import { isPrivateTag } from '../document/tag-names.js';
import { keepArea } from './geo-area.js';
import { keepFirstOfBursts } from './burst-slots.js';
import type { CatalogViewer } from './catalog-answers.js';
import type { Columns, NeededColumns } from './columns.js';
import { derivedOf } from './derived-values.js';
import { grown, padded } from './growable-array.js';
import { favouritesByClass, sees, type AlbumItems, type Sight } from './item-visibility.js';
import { kindsSeen } from './kinds-seen.js';
import { markSlots } from './multi-value-column.js';
import { markPhrase } from './phrase-search.js';
import { parseQuery } from './search-parser.js';
import type { Query, Term, Condition, ValueMatch } from './query.js';
import { sharedSlots } from './share-link-rows.js';
import { keepOneOfTwins, seesSeveral } from './same-bytes.js';
import { bit, fits, states } from './photo-flags.js';
import { hasPhrase, type Phrase } from './tokenize.js';

/** The slots of the matches by ascending row number, so the newest last. */
export type MatchingSlots = Uint32Array;

/** A byte per slot, 1 or 0; its length is a multiple of four. */
type Mask = Uint8Array;

/** Memory for masks, reused by all searches, to spare the garbage collector. */
export interface Scratch {
  kept: Mask;
  marks: Mask;
  maybe: Mask;
  inside: Mask;
  shared: Mask;
}

/** Creates the memory for masks. */
export const makeScratch = (): Scratch => ({
  kept: new Uint8Array(0),
  marks: new Uint8Array(0),
  maybe: new Uint8Array(0),
  inside: new Uint8Array(0),
  shared: new Uint8Array(0),
});

/**
 * Whether an answer is for the timeline, which excludes archived photos: it has no search term except the holder. A
 * photo requested by itself, or found by the search of a share link, is included. Locked photos are archived, and have
 * no timeline.
 */
export const isTimeline = ({ terms }: Query, { scope, locked }: CatalogViewer): boolean =>
  terms.every(({ kind }) => kind === 'holder') &&
  !locked &&
  (!scope || ('search' in scope && parseQuery(scope.search).terms.length === 0));

/** The photos to which the viewer is limited, by public id; undefined without such a limit. */
export const namedIn = ({ scope }: CatalogViewer): readonly string[] | undefined => {
  if (!scope) return undefined;
  return 'photo' in scope ? [scope.photo] : 'photos' in scope ? scope.photos : undefined;
};

/** Whether one photo stands for each burst: not in share links, which may show only some of its photos. */
export const isStacked = ({ stacked = false, terms }: Query, { scope }: CatalogViewer): boolean =>
  stacked && !scope && terms.every(({ kind }) => kind !== 'burst');

/**
 * The part of the columns needed for a search: that of a timeline, or also the values of photos. Counts for facets,
 * places and the map need `all`.
 */
export function neededBy({ terms }: Query, viewer: CatalogViewer): NeededColumns {
  const { scope } = viewer;
  if (scope && 'search' in scope) return 'all';
  const isNumber = (term: Term): boolean => {
    switch (term.kind) {
      case 'words':
      case 'value':
      case 'element':
        return false;
      case 'state':
        return !isOwn(term, viewer);
      default:
        return true;
    }
  };
  return terms.every(isNumber) ? 'timeline' : 'all';
}

/**
 * Evaluates a search into an array from `room`, called with the number of elements that it must have at least. With
 * `each` the answer has every match visible to the viewer, including archived ones and all with the same bytes: for
 * questions about a given photo.
 */
export function evaluate(
  columns: Columns,
  query: Query,
  sight: Sight,
  scratch: Scratch,
  room: (least: number) => Uint32Array,
  each: boolean,
): MatchingSlots {
  const { scope, onlooker } = sight.viewer;
  const hidden = !each && isTimeline(query, sight.viewer) ? bit.archived | bit.guest : 0;
  const kept = markFound(columns, query.terms, sight, cleared(scratch, 'kept', columns.size), scratch, hidden);
  if (scope && 'search' in scope) keepInside(columns, sight, scope.search, kept, scratch);
  if (scope && 'album' in scope) keepMarked(markAlbum(columns, sight.album(scope.album), scratch), false, kept);
  if (!each && (seesSeveral(onlooker) || sight.offered.length > 0)) keepOneOfTwins(columns, onlooker, kept);
  if (!each && isStacked(query, sight.viewer)) keepFirstOfBursts(columns, kept, seenApart(columns, sight, scratch));
  const { order, count } = columns;
  // Without a branch, which a processor can't predict if photos of several people are mixed: a slot that is not kept is
  // overwritten, the last one beyond the end. Into memory of the right size: copying a large answer takes as long as
  // finding it.
  const into = room(countMarks(kept) + 1);
  let length = 0;
  for (let position = 0; position < count; position++) {
    const slot = order[position]!;
    into[length] = slot;
    length += kept[slot]!;
  }
  return into.subarray(0, length);
}

/** Marks the photos that are visible to the viewer, match the terms, and have none of the `hidden` bits. */
function markFound(
  columns: Columns,
  terms: readonly Term[],
  sight: Sight,
  mask: Mask,
  scratch: Scratch,
  hidden = 0,
): Mask {
  const wanted = wantedStates(terms, sight.viewer, hidden);
  markSeen(columns, wanted, sight, mask, scratch);
  for (const term of terms) narrow(columns, term, sight, mask, scratch);
  return mask;
}

/** Whether the viewer sees all photos, in the trash or not. */
const seesAll = ({ classes }: Sight): boolean =>
  classes.subarray(1).every((bits) => (bits & (sees.living | sees.trashed)) === (sees.living | sees.trashed));

/** Marks the photos visible to the viewer outside the trash; undefined if that is all of them. */
function seenApart(columns: Columns, sight: Sight, scratch: Scratch): Mask | undefined {
  if (seesAll(sight)) return undefined;
  const mask = cleared(scratch, 'inside', columns.size);
  markSeen(columns, wantedStates([], sight.viewer, 0), sight, mask, scratch);
  return mask;
}

/** Marks the photos of the wanted states that are visible to the viewer. */
function markSeen(columns: Columns, wanted: Uint8Array, sight: Sight, mask: Mask, scratch: Scratch): void {
  const { classes, terms, apart, offered } = sight;
  const { state, class: numbers, size } = columns;
  if (seesAll(sight)) {
    const shown = wanted.map((need) => Number(need !== 0));
    for (let slot = 0; slot < size; slot++) mask[slot] = shown[state[slot]!]!;
    return;
  }
  const marks = cleared(scratch, 'marks', size);
  markSlots(columns.entry, terms, columns.access.terms.length, marks);
  for (const { slot, shown } of apart) marks[slot] = Number(shown);
  for (const slot of offered) marks[slot] = 1;
  // Arithmetic on the bits of \`sees\` instead of branches, which take several times as long: a mark turns \`inAlbums\` into
  // \`living\`, and \`living\` or \`trashed\` that is wanted gives 1.
  for (let slot = 0; slot < size; slot++) {
    const bits = classes[numbers[slot]!]!;
    const seen = wanted[state[slot]!]! & (bits | ((bits >> 2) & marks[slot]!));
    mask[slot] = (seen | (seen >> 1)) & 1;
  }
}

/**
 * Limits the answer to the scope of a share link to a search. The search uses only edits and files by people with the
 * right to share, not the displayed values. It may use values that are hidden from the link's visitors.
 */
function keepInside(columns: Columns, sight: Sight, search: string, kept: Mask, scratch: Scratch): void {
  const { terms } = parseQuery(search);
  // The author of the link chose by what they see, such as a RAW beside a JPEG.
  const { scope: _scope, ...maker } = sight.viewer;
  // The viewer's access is checked elsewhere: here an item only has to be possibly visible in an album.
  const classes = sight.classes.map((bits) => ((bits & sees.inAlbums) === 0 ? bits : bits | sees.living));
  const all: Sight = {
    ...sight,
    viewer: { ...maker, outside: false },
    classes,
    terms: [],
    apart: [],
    offered: [],
    burst: (of, number) => sight.burst(of, number, true),
  };
  const inside = markFound(columns, terms, all, cleared(scratch, 'inside', columns.size), scratch);
  if (columns.shared) {
    const { columns: own } = columns.shared;
    const found = markFound(own, terms, all, cleared(scratch, 'shared', own.size), scratch);
    const lacks = terms.some(({ negated, kind }) => negated && (kind === 'element' || kind === 'words'));
    for (const { slot, own: at, doubted } of sharedSlots(columns)) inside[slot] = lacks && doubted ? 0 : found[at]!;
  }
  keepMarked(inside, false, kept);
}

/** A zeroed mask for `size` slots. */
function cleared(scratch: Scratch, name: keyof Scratch, size: number): Mask {
  scratch[name] = grown(scratch[name], size);
  return scratch[name].subarray(0, padded(size)).fill(0);
}

/** The states of photos. A photo with an audience that matches no viewer is not in any share link (catalog-row.ts). */
const existing = Uint16Array.from({ length: states }, (_, state) => state).filter(
  (state) => (state & bit.alive) !== 0 && audiences[(state & bit.audience) >> 5] !== undefined,
);

/** For each state in memory, the bit of `sees` that a viewer needs; 0 if the search does not want it. */
function wantedStates(terms: readonly Term[], viewer: CatalogViewer, hidden: number): Uint8Array {
  const asked = terms.filter((term) => term.kind === 'state');
  const tests = asked.filter((term) => !isPerPhoto(term, viewer));
  const { trashed } = bit;
  const trash = asked.some((term) => !term.negated && term.tests.some(({ mask }) => (mask & trashed) !== 0));
  const excluded = trash ? hidden : hidden | trashed;
  const needs = { trashed: sees.trashed, living: sees.living };
  const wanted = new Uint8Array(states);
  for (const state of existing) {
    if ((state & excluded) !== 0) continue;
    if (tests.length === 0 || tests.every((term) => fits(state, term.tests) !== term.negated))
      wanted[state] = (state & trashed) === 0 ? needs.living : needs.trashed;
  }
  return wanted;
}

/** Whether the matches of a term depend on the viewer, not only on the state. */
const isPerPhoto = (term: Term & { kind: 'state' }, viewer: CatalogViewer): boolean =>
  term.kinds !== undefined || isOwn(term, viewer);

/** Whether a term is about favourites, and the viewer has their own. */
const isOwn = ({ tests }: Term & { kind: 'state' }, { self }: CatalogViewer): boolean =>
  self !== undefined && tests.some(({ mask }) => mask === bit.favourite);

/** Keeps the matches of terms that depend on the viewer, not only on the state: personal favourites, and kinds. */
function keepPerPhoto(columns: Columns, term: Term & { kind: 'state' }, sight: Sight, kept: Mask, scratch: Scratch) {
  const { state, class: numbers, kinds, size } = columns;
  const marks = cleared(scratch, 'marks', size);
  const own = isOwn(term, sight.viewer);
  if (own) markFavourites(columns, sight, marks);
  const others = own ? term.tests.filter(({ mask }) => mask !== bit.favourite) : term.tests;
  if (others.length > 0) for (let slot = 0; slot < size; slot++) if (fits(state[slot]!, others)) marks[slot] = 1;
  if (term.kinds !== undefined) {
    const [seen, wanted] = [kindsSeen(sight), term.kinds];
    for (let slot = 0; slot < size; slot++)
      marks[slot]! |= Number((seen[numbers[slot]!]![kinds[slot]!]! & wanted) !== 0);
  }
  keepMarked(marks, term.negated, kept);
}

/** Marks the viewer's own favourites. */
function markFavourites(columns: Columns, sight: Sight, marks: Mask): void {
  const { self } = sight.viewer;
  const { list } = columns.values.person;
  markSlots(
    columns.person,
    numbersBelow(list.length, (number) => list[number] === self),
    list.length,
    marks,
  );
  const isActedFor = favouritesByClass(sight);
  if (!isActedFor.includes(1)) return;
  const { class: numbers, state } = columns;
  for (let slot = 0; slot < columns.size; slot++)
    if (isActedFor[numbers[slot]!] === 1) marks[slot] = Number((state[slot]! & bit.favourite) !== 0);
}

function narrow(columns: Columns, term: Term, sight: Sight, kept: Mask, scratch: Scratch): void {
  const { viewer } = sight;
  switch (term.kind) {
    case 'state':
      if (isPerPhoto(term, viewer)) keepPerPhoto(columns, term, sight, kept, scratch);
      return;
    case 'range':
      return keepRange(columns[term.column], term, kept, columns.size);
    case 'burst': {
      const marks = cleared(scratch, 'marks', columns.size);
      for (const slot of sight.burst(columns, term.series)) marks[slot] = 1;
      return keepMarked(marks, term.negated, kept);
    }
    case 'day':
      return keepDay(columns.taken, term, kept, columns.size);
    case 'area':
      return keepArea(columns, term.area, term.negated, kept);
    case 'value':
      if (term.column === 'folder') return keepFolders(columns, term, sight, kept, scratch);
      return keepValues(columns[term.column], matching(columns, term), term.negated, kept, columns.size);
    case 'element': {
      const marks = cleared(scratch, 'marks', columns.size);
      const values = columns.values[term.column].list;
      const folded = derivedOf(columns).folded[term.column];
      const exists = term.column === 'tag' ? tagsFor(columns, viewer) : () => true;
      const numbers = numbersBelow(values.length, (number) => folded(number) === term.folded && exists(number));
      markSlots(columns[term.column], numbers, values.length, marks);
      if (term.column === 'album' && numbers.length > 0) unmarkUnnamed(columns, sight, marks);
      return keepMarked(marks, term.negated, kept);
    }
    case 'holder': {
      const holder = term.holder === 'me' ? holderOf(viewer) : term.holder;
      const meant = Uint8Array.from(sight.classes, (_, number) => Number(sight.holderOf(number) === holder));
      return keepValues(columns.class, holder === undefined ? meant.fill(0) : meant, term.negated, kept, columns.size);
    }
    case 'entry':
      return keepMarked(markAlbum(columns, sight.album(term.album), scratch), term.negated, kept);
    case 'words': {
      const marks = cleared(scratch, 'marks', columns.size);
      markWords(columns, term.phrase, viewer, marks, cleared(scratch, 'maybe', columns.size));
      return keepMarked(marks, term.negated, kept);
    }
  }
}

/**
 * Keeps photos from matching folders, among those whose folders are visible to the viewer; others count as without a
 * folder.
 */
function keepFolders(
  columns: Columns,
  term: Term & { kind: 'value' },
  { classes }: Sight,
  kept: Mask,
  scratch: Scratch,
): void {
  const { folder, class: numbers, size } = columns;
  const meant = matching(columns, term);
  const marks = cleared(scratch, 'marks', size);
  for (let slot = 0; slot < size; slot++)
    marks[slot] = meant[folder[slot]!]! & Number((classes[numbers[slot]!]! & sees.folders) !== 0);
  keepMarked(marks, term.negated, kept);
}

/** The holders of the viewer's own photos. */
function holderOf({ onlooker }: CatalogViewer): Holder | undefined {
  switch (onlooker?.kind) {
    case 'person':
      return onlooker.person;
    case 'link':
      return onlooker.of;
    case 'house':
      return house;
    default:
      return undefined;
  }
}

/** Marks the items of an album with members. */
function markAlbum(columns: Columns, items: AlbumItems | undefined, scratch: Scratch): Mask {
  const marks = cleared(scratch, 'marks', columns.size);
  if (!items) return marks;
  markSlots(columns.entry, items.terms, columns.access.terms.length, marks);
  for (const { slot, shown } of items.apart) marks[slot] = Number(shown);
  return marks;
}

/** Removes the marks of items whose names of albums are hidden from the viewer. */
function unmarkUnnamed({ class: numbers, size }: Columns, { classes }: Sight, marks: Mask): void {
  if (classes.subarray(1).every((bits) => (bits & sees.names) !== 0)) return;
  for (let slot = 0; slot < size; slot++) if ((classes[numbers[slot]!]! & sees.names) === 0) marks[slot] = 0;
}

/** Keeps values within the range. Unknown values are -1, and in no range. */
function keepRange(column: Uint8Array | Int32Array, term: Term & { kind: 'range' }, kept: Mask, size: number): void {
  // As 32-bit integers, as all values are: comparing with a fraction or infinity converts each value.
  const [min, max] = [
    Math.max(Math.ceil(term.range.min), -(2 ** 31)),
    Math.min(Math.floor(term.range.max), 2 ** 31 - 1),
  ];
  const flip = term.negated ? 1 : 0;
  for (let slot = 0; slot < size; slot++) {
    const value = column[slot]!;
    kept[slot]! &= (Number(value >= min) & Number(value <= max)) ^ flip;
  }
}

function keepDay(taken: Int32Array, term: Term & { kind: 'day' }, kept: Mask, size: number): void {
  const flip = term.negated ? 1 : 0;
  for (let slot = 0; slot < size; slot++) kept[slot]! &= Number(taken[slot]! % 10_000 === term.day) ^ flip;
}

function keepValues(column: Uint32Array, meant: Uint8Array, negated: boolean, kept: Mask, size: number): void {
  const flip = negated ? 1 : 0;
  for (let slot = 0; slot < size; slot++) kept[slot]! &= meant[column[slot]!]! ^ flip;
}

/** Processes four slots at once. */
function keepMarked(marks: Mask, negated: boolean, kept: Mask): void {
  const [from, to] = [wordsIn(marks), wordsIn(kept)];
  const flip = negated ? 0x01010101 : 0;
  for (let k = 0; k < to.length; k++) to[k]! &= from[k]! ^ flip;
}

/** The number of marks, four slots at once: each byte of a sum is below 256. */
function countMarks(mask: Mask): number {
  const words = wordsIn(mask);
  let marks = 0;
  for (let from = 0; from < words.length; from += 255) {
    let sum = 0;
    const end = Math.min(from + 255, words.length);
    for (let k = from; k < end; k++) sum += words[k]!;
    marks += (sum & 0xff) + ((sum >>> 8) & 0xff) + ((sum >>> 16) & 0xff) + (sum >>> 24);
  }
  return marks;
}

const wordsIn = (mask: Mask): Uint32Array => new Uint32Array(mask.buffer, mask.byteOffset, mask.length / 4);

/** For each value of a column, whether it matches. */
function matching(columns: Columns, { column, match }: Condition & { kind: 'value' }): Uint8Array {
  const derived = derivedOf(columns);
  const test = (number: number, match: ValueMatch): boolean => {
    if ('phrase' in match) return hasPhrase(derived.words[column](number), match.phrase);
    if ('whole' in match) return derived.folded[column](number) === match.whole;
    return derived.country(number) === match.country;
  };
  const meant = new Uint8Array(columns.values[column].list.length);
  for (const number of numbersBelow(meant.length, (number) => test(number, match))) meant[number] = 1;
  return meant;
}

/** The numbers of matching values, without 0, which is "none". */
function numbersBelow(length: number, test: (number: number) => boolean): number[] {
  const numbers: number[] = [];
  for (let number = 1; number < length; number++) if (test(number)) numbers.push(number);
  return numbers;
}

/** Returns the test whether a tag exists for a viewer, by its number. */
export function tagsFor(columns: Columns, { outside = false }: CatalogViewer): (number: number) => boolean {
  const { label } = derivedOf(columns);
  return outside ? (number) => !isPrivateTag(label.tag(number)) : () => true;
}

/** Marks the slots with the phrase in title, description, file name, a tag, the place or the camera. */
function markWords(columns: Columns, phrase: Phrase, viewer: CatalogViewer, marks: Mask, maybe: Mask): void {
  markPhrase(columns, phrase, viewer.outside !== true, marks, maybe);
  const exists = tagsFor(columns, viewer);
  const { words } = derivedOf(columns);
  const { values } = columns;
  const tags = numbersBelow(values.tag.list.length, (number) => hasPhrase(words.tag(number), phrase) && exists(number));
  markSlots(columns.tag, tags, values.tag.list.length, marks);
  for (const kind of ['camera', 'place'] as const) {
    const meant = matching(columns, { kind: 'value', column: kind, match: { phrase } });
    if (!meant.includes(1)) continue;
    const column = columns[kind];
    for (let slot = 0; slot < columns.size; slot++) marks[slot]! |= meant[column[slot]!]!;
  }
}
