/**
 * Those who sent something in, with the rights that they have now: a change that waited is judged when it takes effect, not
 * when it was sent. A person who was removed, a token that was revoked, and whoever is not known have no rights.
 */
import type { People } from './people.js';
import type { Viewer } from './rights.js';
import type { Tokens } from './tokens.js';
import { local, personViewer, tokenViewer, type Settings } from './viewer.js';

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
    const [, kind, name = ''] = /^(person|token):(.*)$/su.exec(by) ?? [];
    if (kind === 'person') {
      const person = parts.people.find(name);
      return person && personViewer(person, parts.settings());
    }
    const token = kind === 'token' ? parts.tokens.list().find((one) => one.name === name) : undefined;
    return token && tokenViewer(token);
  };
}
