/** What a search is called above what it found. */
import { beforeAll, expect, test } from 'vitest';
import { headingOf } from '../../web/src/features/timeline/result-heading.js';
import { memorySearch } from '../../web/src/features/timeline/on-this-day.js';
import { loadMessages } from '../../web/src/lib/messages.js';

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
  ['tag:sea tag:sun', 'tag:sea tag:sun'],
  ['tag:"sea" -tag:"sun"', 'tag:"sea" -tag:"sun"'],
  ['-tag:sea', '-tag:sea'],
  ['constructor', 'constructor'],
  ['beach sunset', 'beach sunset'],
])('%s is called %s', (q, heading) => {
  expect(headingOf(q)).toBe(heading);
});
