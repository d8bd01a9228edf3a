/** The terms of a search. Pure. */

/** The terms of a search, as typed. */
export const termsOf = (q: string): string[] => q.match(/-?(?:\p{L}+:)?=?(?:"(?:[^"\\]|\\.)*"|\S+)/gu) ?? [];
