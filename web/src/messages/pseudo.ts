/**
 * The pseudo-locale: English with accents and a third longer, in brackets. A text without brackets on the page is not
 * in the catalogue; a bracket that is cut off shows a text that does not fit.
 */
import type { Catalogue } from '../lib/messages.js';

const plain = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const accented = 'åƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ';

/** A text in the pseudo-locale; an empty one stays empty. */
export function pseudoText(text: string): string {
  if (text === '') return text;
  const letters = text.replaceAll(/[a-z]/gi, (letter) => accented[plain.indexOf(letter)]!);
  return `[${letters}${' ~'.repeat(Math.ceil(text.length / 6))}]`;
}

function translated(value: unknown): unknown {
  if (typeof value === 'string') return pseudoText(value);
  if (typeof value === 'function')
    return (...values: unknown[]) => translated((value as (...values: unknown[]) => unknown)(...values));
  if (Array.isArray(value)) return value.map(translated);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, translated(one)]));
}

/** The pseudo-locale of a catalogue. */
export function pseudo({ areas, ...core }: Catalogue): Catalogue {
  const loaders = Object.entries(areas).map(([area, load]) => [area, async () => translated({ ...(await load()) })]);
  return {
    ...(translated(core) as Omit<Catalogue, 'areas'>),
    areas: Object.fromEntries(loaders) as Catalogue['areas'],
  };
}
