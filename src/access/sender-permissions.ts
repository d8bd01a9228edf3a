/**
 * The senders of files and changes, with their current rights: the rights to a pending change are checked when it takes
 * effect, not when it was sent. Removed people, revoked tokens and unknown authors have no rights.
 */
import { systemClock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';
import type { Library } from '../library/library.js';
import { openPeople, type People } from './people.js';
import { tokenIn, type Viewer } from './permissions.js';
import { openSettings, type Settings } from './access-settings.js';
import { openTables } from './access-tables.js';
import { listTokens, type Tokens } from './api-tokens.js';
import { local, personViewer, tokenViewer } from './viewer.js';

/** Finds the current viewer of an author (`authorOf`); undefined if there is none. */
export type Senders = (by: string) => Viewer | undefined;

/** Opens the lookup of senders. */
export function openSenders(parts: {
  people: Pick<People, 'find'>;
  tokens: Pick<Tokens, 'list'>;
  settings: () => Settings;
}): Senders {
  return (by) => {
    if (by === 'owner') return local;
    const found = tokenIn(by);
    if (found) {
      const token = parts.tokens.list().find(({ name, person }) => name === found.token && person === found.person);
      return token && tokenViewer(token, (id) => parts.people.find(id), parts.settings());
    }
    const person = by.startsWith('person:') ? parts.people.find(by.slice('person:'.length)) : undefined;
    return person && personViewer(person, parts.settings());
  };
}

/** The senders of a home, for callers that need no other part of access. Creates missing tables. */
export function sendersOf(db: Sqlite, library: Library): Senders {
  openTables(db);
  const settings = openSettings(library.local, { note: () => undefined });
  return openSenders({
    people: openPeople(db, library, systemClock),
    tokens: { list: () => listTokens(db) },
    settings: settings.read,
  });
}
