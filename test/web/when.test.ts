import { expect, it } from 'vitest';
import { inWords } from '../../web/src/features/timeline/format-places.js';
import { readWhen } from '../../web/src/features/timeline/parse-date.js';

it.each([
  ['2019', '2019'],
  [' 2019-7 ', '2019-07'],
  ['7/2019', '2019-07'],
  ['2019-07-14', '2019-07-14'],
  ['14.7.2019', '2019-07-14'],
  ['July 2019', '2019-07'],
  ['14 jul 2019', '2019-07-14'],
  ['14. July 2019', '2019-07-14'],
  ['2019-13', undefined],
  ['2019-02-29', undefined],
  ['30 February 2020', undefined],
  ['ju 2019', undefined],
  ['yesterday', undefined],
  ['', undefined],
])('“%s” is the date %s', (text, when) => {
  expect(readWhen(text)).toBe(when);
});

it.each([
  [['Palisade, Colorado, United States'], 'Palisade, Colorado'],
  [['Lyon, France'], 'Lyon, France'],
  [['Oslo'], 'Oslo'],
  [['Oslo, Oslo, Norway', 'Bergen, Vestland, Norway'], 'Oslo and Bergen'],
  [[], ''],
])('the places %j are formatted as “%s”', (places, words) => {
  expect(inWords(places)).toBe(words);
});
