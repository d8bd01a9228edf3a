/** The parsed form of a search, between parser and filter. */
import type { Holder } from '../document/item-id.js';
import type { StateTest } from './photo-flags.js';
import type { Range } from './date-numbers.js';
import type { Area } from './geo-area.js';
import type { Phrase } from './tokenize.js';

/** How a value is matched: by words in it, as a whole (folded), or by its country's ISO 3166 code. */
export type ValueMatch = { phrase: Phrase } | { whole: string } | { country: string };

/** One condition of a search. */
export type Condition =
  /** Words in title, description, tags, place, camera or file name. */
  | { kind: 'words'; phrase: Phrase }
  /** A column with one value per photo. */
  | { kind: 'value'; column: 'camera' | 'lens' | 'place' | 'folder'; match: ValueMatch }
  /** Held by a holder, or, with `me`, by the viewer. */
  | { kind: 'holder'; holder: Holder }
  /** A column with any number of values per photo, one of which must equal `folded` (as by `fold`). */
  | { kind: 'element'; column: 'tag' | 'album'; folded: string }
  /** In an album with members (`<holder>:<ulid>`) that exists for the viewer. */
  | { kind: 'entry'; album: string }
  /** In a burst, by its number. */
  | { kind: 'burst'; series: string }
  | { kind: 'range'; column: 'taken' | 'added' | 'rating' | 'iso'; range: Range }
  /** A day of the month, in any year: 1224 for the 24th of December. */
  | { kind: 'day'; day: number }
  /** Taken in this area. */
  | { kind: 'area'; area: Area }
  /** One of these states, or one of the kinds with a bit in `kinds` (`kindBit`). */
  | { kind: 'state'; tests: readonly StateTest[]; kinds?: number };

/** A condition that a photo must meet, or with `negated` must not. */
export type Term = { negated: boolean } & Condition;

/** A parsed search; opaque outside the catalog. */
export interface Query {
  readonly text: string;
  readonly terms: readonly Term[];
  /** One photo stands for each burst. Not in the scope of a link, nor in a search for a burst. */
  readonly stacked?: boolean;
}

/** A search in whose answer one photo stands for each burst. */
export const stackBursts = (query: Query): Query => ({ ...query, stacked: true });
