/**
 * Access to a home, assembled: the viewer of a request, and all operations on accounts, sessions, tokens and links. The
 * server and commands share one file, and see each other's changes at once. Every change is one transaction.
 */
import { randomBytes } from 'node:crypto';
import { systemClock, type Clock } from '../base/clock.js';
import type { Sqlite } from '../base/sqlite.js';
import { peopleId } from '../document/item-id.js';
import type { Library } from '../library/library.js';
import { openAccounts, type Accounts } from './accounts.js';
import { openAudit, type Audit } from './audit-log.js';
import { openCodes, type Codes } from './one-time-codes.js';
import { openDevices } from './known-browsers.js';
import { openGuestUploads, type GuestUploads } from './guest-uploads.js';
import { openKnownFromGuests, type KnownFromGuests } from './known-from-guests.js';
import { openPasskeys, type Passkeys } from './passkeys.js';
import { openLockedFolder, type LockedFolder } from './locked-folder.js';
import { openPins } from './pins.js';
import { openPasswords, type Passwords } from './password-hash.js';
import { openPeople, type People } from './people.js';
import type { Random } from './random-secrets.js';
import { openSessions, type Sessions } from './sessions.js';
import { openSenders, type Senders } from './sender-permissions.js';
import { openSettings, type SettingStore } from './access-settings.js';
import { openSecondFactors, type SecondFactors } from './second-factor.js';
import { openShares, type Shares } from './share-links.js';
import { openSigning, type Signing } from './sign-in.js';
import { openTables } from './access-tables.js';
import { everything, readGrants } from '../document/grants.js';
import { own } from '../document/json-values.js';
import { openTokens, type Tokens } from './api-tokens.js';
import { openAccountNotices, type AccountNotices } from './account-notices.js';
import type { Viewer } from './permissions.js';
import { recognise, type Credentials } from './viewer.js';

/** Access to a home. */
export interface Access {
  /** The viewer for a request's credentials; undefined if there is none. */
  recognise(brought: Credentials): Viewer | undefined;
  /** The current viewer for the author of a document, with its current rights; undefined if there is none. */
  readonly senders: Senders;
  readonly people: People;
  readonly accounts: Accounts;
  readonly signing: Signing;
  readonly sessions: Sessions;
  readonly passkeys: Passkeys;
  readonly factors: SecondFactors;
  readonly lockedFolder: LockedFolder;
  readonly notices: AccountNotices;
  readonly tokens: Tokens;
  readonly shares: Shares;
  readonly guests: GuestUploads;
  readonly knownFromGuests: KnownFromGuests;
  readonly codes: Codes;
  readonly settings: SettingStore;
  readonly audit: Audit;
  /** Runs `work` in one transaction. */
  transaction<T>(work: () => T): T;
  /** Writes pending times of use. The database stays open. */
  close(): void;
}

/** Options of `openAccess`. */
export interface AccessOptions {
  clock?: Clock;
  random?: Random;
  passwords?: Passwords;
  /** The secret that authenticates this machine's commands at the running server. */
  secret?: string;
  /** Receives each audit entry as a line of JSON. */
  line?: (text: string) => void;
  /** Removes the peers that were added through the page before there was an owner account; returns their addresses. */
  removeUnclaimedPeers?: () => string[];
  /** Called with errors of writes that no request waits for. */
  failed?: (error: unknown) => void;
}

/** Opens access, creating missing tables. @throws PhotospoolError `newer-version`. */
export function openAccess(db: Sqlite, library: Library, options: AccessOptions = {}): Access {
  const { clock = systemClock, random = randomBytes, secret } = options;
  const { passwords = openPasswords({ random }), line = () => undefined, failed = () => undefined } = options;
  const { removeUnclaimedPeers = () => [] } = options;
  openTables(db);
  const audit = openAudit(db, clock, line);
  const people = openPeople(db, library, clock);
  const settings = openSettings(library.local, audit);
  const sessions = openSessions(db, { clock, random, failed });
  const tokens = openTokens(db, { clock, random, failed, audit });
  const senders = openSenders({ people, tokens, settings: settings.read });
  const shares = openShares(db, {
    clock,
    random,
    passwords,
    failed,
    audit,
    senders,
    sessions,
    isSetUp: () => settings.read().setUp,
    hasAlbum: library.controls.hasAlbum,
    locksOf: (id) => locksOf(library, id),
  });
  const guests = openGuestUploads(db, clock);
  const codes = openCodes(db, { clock, random });
  const passkeys = openPasskeys(db, { clock, random });
  const factors = openSecondFactors(db, { clock, random });
  const devices = openDevices(db, { clock, random });
  const pins = openPins(db, clock);
  const notices = openAccountNotices(db, clock);
  const parts = { db, clock, people, sessions, devices, codes, passkeys, factors, pins, notices, audit };
  const accounts = openAccounts({
    ...{ ...parts, settings, tokens, shares, removeUnclaimedPeers },
    trashDays: library.local.trashDays,
  });
  library.onReceive('person:', (id, from) => accounts.receive(id.slice('person:'.length), from));
  library.onReceive(peopleId, (_id, from) => accounts.receiveEnds(from));
  for (const id of people.unseen()) accounts.receive(id);
  const signing = openSigning({ ...parts, passwords, accounts });
  const lockedFolder = openLockedFolder({ ...parts, passwords, signing });
  const known = {
    people,
    sessions,
    tokens,
    shares,
    settings: settings.read,
    now: () => clock.now(),
    ...(secret !== undefined && { secret }),
  };
  return {
    recognise: (brought) => recognise(known, brought),
    senders,
    people,
    accounts,
    signing,
    sessions,
    passkeys,
    factors,
    lockedFolder,
    notices,
    tokens,
    shares,
    guests,
    knownFromGuests: openKnownFromGuests(db),
    codes,
    settings,
    audit,
    transaction: (work) => db.transaction(work),
    close() {
      sessions.flush();
      tokens.flush();
      shares.flush();
    },
  };
}

/** The locks of a photo (by its public id): the keys of the ends that lock it; undefined for a photo that is not here. */
function locksOf(library: Library, id: string): string[] | undefined {
  const document = library.items.find(id);
  const body = document === undefined ? undefined : library.get(document)?.body;
  if (document === undefined || body === undefined) return undefined;
  const { ends } = readGrants(own(body, 'edits'), library.controls.endsOf(document));
  return [...ends.values()].filter(({ to }) => to === everything).map(({ key }) => key);
}
