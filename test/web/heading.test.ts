/** What a search is called above what it found. */
import { beforeAll, expect, test } from 'vitest';
import { headingOf } from '../../web/src/features/timeline/result-heading.js';
import { memorySearch } from '../../web/src/features/timeline/on-this-day.js';
import { loadMessages } from '../../web/src/lib/messages.js';
import { namedSearches } from '../../web/src/lib/named-searches.js';

beforeAll(loadMessages);

test.each([
  ['album:"The house"', 'The house'],
  ['album:"A \\"quoted\\" \\\\ one"', 'A "quoted" \\ one'],
  ['tag:sea', 'sea'],
  ['camera:="Canon EOS 40D"', 'Canon EOS 40D'],
  ['place:="Palisade, Colorado, United States"', 'Palisade, Colorado, United States'],
  ['is:favourite', 'Favourites'],
  ['is:trashed', 'Trash'],
  [memorySearch(), 'On this day'],
  [namedSearches.recent, 'Recently added'],
  ['tag:sea tag:sun', 'sea, sun'],
  ['tag:"sea" -tag:"sun"', 'sea, not sun'],
  ['-tag:sea', 'Not sea'],
  ['-place:es', 'Not in Spain'],
  ['tag:sea -place:es', 'sea, not in Spain'],
  ['-is:dated', 'Without a date'],
  ['place:es taken:2008', 'Spain, 2008'],
  ['place:xq', 'xq'],
  ['place:="Palisade, Colorado, United States" type:video', 'Palisade, Videos'],
  ['taken:2008', '2008'],
  ['taken:2008-07', 'July 2008'],
  ['taken:2008-07..2008-09', 'July 2008 – September 2008'],
  ['taken:>=2008', 'since 2008'],
  ['taken:..2008-07', 'until July 2008'],
  ['added:2024-06', 'Added June 2024'],
  ['holder:me', 'Mine'],
  ['rating:5 beach sunset', '5 of 5 stars, beach sunset'],
  ['tag:walk rating:>=4', 'walk, 4 stars or more'],
  ['rating:>1', '2 stars or more'],
  ['rating:<=2', 'At most 2 stars'],
  ['rating:2..4', '2 to 4 stars'],
  ['rating:>=9', 'rating:>=9'],
  ['near:39.11,-108.35', 'An area of the map'],
  ['iso:>800', 'ISO > 800'],
  ['iso:>=800', 'ISO 800+'],
  ['iso:100..400', 'ISO 100 – 400'],
  ['iso:high', 'iso:high'],
  ['is:odd', 'is:odd'],
  ['constructor', 'constructor'],
  ['beach sunset', 'beach sunset'],
])('%s is called %s', (q, heading) => {
  expect(headingOf(q)).toBe(heading);
});
