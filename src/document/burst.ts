/**
 * Which burst a photo belongs to: by the identifier that Apple's and Google's cameras write, or by the names that
 * phones give to the photos of a burst. Bursts found by their times alone: catalog/bursts.ts. Pure.
 */
import { hash } from 'node:crypto';
import { own, textOf } from './json-values.js';

/**
 * The name patterns of bursts, each with the part that their photos have in common:
 * `00001IMG_00001_BURST20240101123456789_COVER.jpg` (Google, Sony), `IMG_20240101_123456_BURST2.jpg` (Android),
 * `20240101_123456_001.jpg` (Samsung).
 */
const names = [/burst(\d{14,20})/i, /^(.+?)[_-]?burst[_-]?\d{1,4}(?:_cover)?$/i, /^(\d{8}_\d{6})_\d{3}$/];

/** What the photos of one burst have in common, from facts and the file name; undefined for a photo of no burst. */
function burstIn(facts: unknown, name: string): string | undefined {
  const id = textOf(own(facts, 'burst'));
  if (/^[\x21-\x7e]{8,128}$/.test(id)) return id;
  const model = textOf(own(own(facts, 'camera'), 'model'));
  const stem = name.replace(/\.[^.]*$/, '');
  const found = names.map((pattern) => pattern.exec(stem)?.[1]).find((key) => key !== undefined);
  return model === '' || found === undefined ? undefined : `${found.toLowerCase()} ${model}`;
}

/** A number of 48 bits, computed from a text. */
export const numberIn = (text: string): number => parseInt(hash('sha256', text, 'hex').slice(0, 12), 16);

/**
 * The number of the burst to which a photo belongs by its own data, one for each side (catalog-row.ts); null without
 * one.
 */
export function burstNumber(facts: unknown, name: string, side: string | null): number | null {
  const burst = burstIn(facts, name);
  return burst === undefined ? null : numberIn(JSON.stringify([burst, side]));
}
