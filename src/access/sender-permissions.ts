/**
 * Those who sent something in, with the rights that they have now: a change that waited is judged when it takes effect, not
 * when it was sent. A person who was removed, a token that was revoked, and whoever is not known have no rights.
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

/** Finds who an author (`authorOf`) is now; undefined for nobody. */
export type Senders = (by: string) => Viewer | undefined;

/** Opens them. */
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

/** Those of a home, for who needs nothing else of its access. Makes the tables where they are missing. */
export function sendersOf(db: Sqlite, library: Library): Senders {
  openTables(db);
  const settings = openSettings(library.local, { note: () => undefined });
  return openSenders({
    people: openPeople(db, library, systemClock),
    tokens: { list: () => listTokens(db) },
    settings: settings.read,
  });
}
