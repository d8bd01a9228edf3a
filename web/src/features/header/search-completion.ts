/**
 * A search while it is typed: the word at the cursor and its completions. The keys are those of the server
 * (docs/interface.md, "Search"), the values come from the photos. Pure.
 */
import type { Tile } from '../../lib/api.js';
import { folded, matching, type Option } from '../../lib/ui/combobox-matches.js';

/** The word at the cursor. */
export interface Typed {
  /** Its start and end in the text. */
  from: number;
  to: number;
  negated: boolean;
  /** Undefined without a colon. */
  key: string | undefined;
  value: string;
}

/** A completion of the word. */
export interface Completion {
  /** The replacement text. */
  text: string;
  label: string;
  about?: string | undefined;
  /** The key of a value. */
  key?: string;
  count?: number | undefined;
  /** The cover of its photos. */
  tile?: Tile | undefined;
  /** True if more must be typed: a key without its value. */
  open: boolean;
}

/** A value, with the cover of its photos where there is one; `term` finds them if the value is ambiguous. */
export type KnownOption = Option & { tile?: Tile | undefined; term?: string };
/** Values of the photos, by key. */
export type Known = Partial<Record<string, readonly KnownOption[]>>;

/** Keys that are completed with an exact value. */
const whole = new Set(['camera', 'lens', 'place', 'folder']);
/** The maximum number of completions. */
const most = 8;

/** The word at the cursor. */
export function typedAt(text: string, cursor: number): Typed {
  const before = text.slice(0, cursor);
  const [all = '', minus, key, , value = ''] =
    /(-?)(?:(\p{L}+):)?(=?["“”„]?)((?:(?<=["“”„][^"“”„]*)[^"“”„]|[^\s"“”„])*)$/u.exec(before) ?? [];
  return {
    from: cursor - all.length,
    to: cursor,
    negated: minus === '-',
    key: key?.toLowerCase(),
    value,
  };
}

/** `tag:beach`, `tag:"two words"`, `place:="Palisade, Colorado"`. */
export function termFor(key: string, value: string): string {
  const plain = /^[\p{L}\p{N}._-]+$/u.test(value) && !whole.has(key);
  return plain ? `${key}:${value}` : `${key}:${whole.has(key) ? '=' : ''}"${value.replaceAll(/["\\]/gu, '\\$&')}"`;
}

/** The completions of the word at the cursor. `keys` are the keys with their descriptions. */
export function completions(typed: Typed, keys: readonly (readonly [string, string])[], known: Known): Completion[] {
  const sign = typed.negated ? '-' : '';
  const valueOf = (key: string, { value, count, tile, term }: KnownOption): Completion => ({
    text: sign + (term ?? termFor(key, value)),
    label: value,
    key,
    count,
    tile,
    open: false,
  });
  if (typed.key !== undefined) {
    const { key } = typed;
    return matching(known[key] ?? [], typed.value, most).map((option) => valueOf(key, option));
  }
  if (typed.value === '') return [];
  const wanted = folded(typed.value);
  const named = keys
    .filter(([key]) => key.startsWith(wanted))
    .map(([key, about]): Completion => ({ text: `${sign}${key}:`, label: `${key}:`, about, open: true }));
  const values = ['album', 'tag', 'place', 'camera', 'folder'].flatMap((key) =>
    matching(known[key] ?? [], typed.value, 3).map((option) => valueOf(key, option)),
  );
  return [...named, ...values].slice(0, most);
}
