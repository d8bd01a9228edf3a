/**
 * Determines the viewer of a request: a token, a session, this machine, or none. Evaluated at every request, and
 * repeatedly during an event stream, so that a revocation takes effect at once, from whichever process.
 */
import { timingSafeEqual } from 'node:crypto';
import type { People, Person } from './people.js';
import { audiencesOf, type Role, type Viewer } from './permissions.js';
import { hashSecret } from './random-secrets.js';
import { confirmedFor, type Session, type Sessions } from './sessions.js';
import { tokenPrefix, type Token, type Tokens } from './api-tokens.js';
import type { Settings } from './access-settings.js';

/** The credentials of a request. */
export interface Credentials {
  /** A token: that of Bearer, or the password of Basic. With an unknown one the request has no viewer. */
  token?: string;
  /** The secret of a session, from the cookie. */
  session?: string;
  /** The secret of a session started by a client of the Immich-compatible API. */
  clientSession?: string;
  /** A share link: the viewer is its visitor, regardless of the other credentials. */
  share?: BroughtShare;
  /** Whether the request comes directly from this machine, without a proxy. */
  direct: boolean;
}

/** The sources of `recognise`. */
export interface ViewerSources {
  people: Pick<People, 'find'>;
  sessions: Pick<Sessions, 'find'>;
  tokens: Pick<Tokens, 'find'>;
  /** Share links (share-links.ts). */
  shares: { viewer(brought: BroughtShare): Viewer | undefined };
  settings: () => Settings;
  /** ms since 1970. */
  now: () => number;
  /** The secret that authenticates this machine's commands at the running server. */
  secret?: string;
}

/** The viewer for a request's credentials; undefined if there is none. */
export function recognise(known: ViewerSources, brought: Credentials): Viewer | undefined {
  const { token, session, clientSession, share, direct } = brought;
  if (share !== undefined) return known.shares.viewer(share);
  if (token !== undefined) return programOf(known, token);
  const settings = known.settings();
  const found =
    clientSession === undefined
      ? session !== undefined && known.sessions.find(session)
      : known.sessions.find(clientSession, 'client');
  const person = found ? personOf(known, settings, found) : undefined;
  if (person) return person;
  if (!settings.setUp) return direct ? local : undefined;
  return settings.visitors ? { ...as('visitor'), canEdit: false } : undefined;
}

/** The owner of a home without accounts: the user of this machine. */
export const local: Viewer = { ...as('owner'), canEdit: true, confirmed: true, unclaimed: true };

function as<R extends Role>(role: R): { role: R; audiences: (typeof audiencesOf)[R] } {
  return { role, audiences: audiencesOf[role] };
}

function programOf({ tokens, secret, people, settings }: ViewerSources, given: string): Viewer | undefined {
  if (secret !== undefined && timingSafeEqual(digest(given), digest(secret))) {
    return { ...as('owner'), name: 'command line', canEdit: true, confirmed: true };
  }
  const token = given.startsWith(tokenPrefix) ? tokens.find(given) : undefined;
  return token && tokenViewer(token, (id) => people.find(id), settings());
}

/**
 * The viewer of a token; undefined if it acts for a person who no longer exists. `personOf` finds a person by their
 * ULID.
 */
export function tokenViewer(
  { name, may, person }: Pick<Token, 'name' | 'may' | 'person'>,
  personOf: (id: string) => Person | undefined,
  settings: Settings,
): Viewer | undefined {
  const canEdit = may.includes('edit');
  const reads = canEdit || may.includes('read');
  const viewer: Viewer = {
    ...{ role: 'program', audiences: reads ? audiencesOf.program : [], token: name, name, may, canEdit },
  };
  if (person === undefined) return viewer;
  const found = personOf(person);
  const behalf = found && personViewer(found, settings);
  return behalf && { ...viewer, audiences: reads ? behalf.audiences : [], person, behalf };
}

const digest = (text: string): Buffer => Buffer.from(hashSecret(text));

function personOf({ people, now }: ViewerSources, settings: Settings, session: Session): Viewer | undefined {
  const person = people.find(session.person);
  const confirmed = session.confirmed > now() - confirmedFor;
  return person && { ...personViewer(person, settings), session: session.id, confirmed };
}

/** The viewer of a person, with any credentials. */
export function personViewer({ id, name, role, canEdit }: Person, { familyEdits }: Settings): Viewer {
  return { ...as(role), person: id, name, canEdit: role === 'owner' || canEdit || familyEdits };
}
/**
 * The credentials of a share link: its secret, and the proof that its password was entered. `session`: the secret of
 * the session in the same browser, which only opens drafts of links (link-drafts.ts).
 */
export interface BroughtShare {
  secret: string;
  ticket?: string;
  session?: string;
}
