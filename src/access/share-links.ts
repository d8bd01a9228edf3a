/**
 * Share links: the bearer sees one photo, an album with members, or the results of a search, and nothing else. A link
 * to an album shows the photos of the album's holder; photos added by members are theirs to share. A link has a secret
 * of 256 bits, shown once and stored as a hash. It may have a password, with the delays of the sign-in, and an expiry
 * date. Changing or revoking a link takes effect at the next request, in every process. A crash leaves a link created,
 * changed, revoked, or as it was. Local to this server. Its author can preview a link before it exists
 * (link-drafts.ts), and a deleted link can be restored for an hour (deleted-links.ts).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Sqlite } from '../base/sqlite.js';
import { house } from '../document/item-id.js';
import type { Actor } from './actor.js';
import type { Audit } from './audit-log.js';
import { openDeletedLinks, type DeletedLinks } from './deleted-links.js';
import { usualGuestLimits, type GuestLimits } from './guest-uploads.js';
import { addressRules, nameRule, openDelays, type DelayRule } from './sign-in-delays.js';
import type { Passwords } from './password-hash.js';
import { openLinkDrafts, type LinkDrafts } from './link-drafts.js';
import { audiencesOf, mayLink, type DraftScope, type Scope, type Viewer } from './permissions.js';
import { drawSecret, hashSecret, type Random } from './random-secrets.js';
import type { Senders } from './sender-permissions.js';
import type { Sessions } from './sessions.js';
import { openTouches } from './last-used.js';
import type { BroughtShare } from './viewer.js';

/** A link without its secret. Times are ms since 1970. */
export interface Share {
  id: string;
  scope: Scope;
  /** The person (a ULID) whose photos it shows; absent for photos of the house. */
  holder?: string;
  /** The heading that its visitors see. */
  title: string;
  /** Whether it has a password. */
  locked: boolean;
  /** Whether it allows originals; without `details` only originals stripped of their metadata. */
  originals: boolean;
  /**
   * Whether originals of edited photos are given as taken, not as JPEGs of the edited picture; false without
   * `originals`.
   */
  unedited: boolean;
  /** Whether it also shows file names, positions, places and all tags. */
  details: boolean;
  /** Whether its visitors see the name of its author. */
  named: boolean;
  /** The limits within which it accepts photos from guests; absent if it accepts none. */
  uploads?: GuestLimits;
  /** The author, as `authorOf` writes it. */
  author: string;
  created: number;
  expires?: number;
  /** The last use, to the minute. */
  used?: number;
}

/** The properties of a new link. */
export type NewShare = Pick<Share, 'scope' | 'holder' | 'title' | 'originals' | 'details' | 'uploads' | 'expires'> & {
  named?: boolean;
  unedited?: boolean;
  password?: string;
};

/** The properties of a draft of a link. */
export type NewDraft = Omit<NewShare, 'scope' | 'uploads' | 'expires' | 'password'> & { scope: DraftScope };

/** A link that is open to its bearer, or a draft, which only its author can open. */
export type OpenedShare = Omit<Share, 'scope'> & { scope: DraftScope; draft?: true };

/** A change of a link; null removes a password, an expiry date, or the limits of guests. */
export interface ShareChange {
  title?: string;
  originals?: boolean;
  details?: boolean;
  named?: boolean;
  unedited?: boolean;
  password?: string | null;
  expires?: number | null;
  uploads?: GuestLimits | null;
}

/** The result of a password attempt. */
export type Unlocked = { kind: 'in'; ticket: string } | { kind: 'wrong' } | { kind: 'wait'; ms: number };

/** The links of a server. */
export interface Shares {
  /** All links, also expired ones, the newest first. */
  list(): Share[];
  /** Creates a link and returns its secret, which is not shown again. @throws PhotospoolError `invalid`, `busy`. */
  make(share: NewShare, actor: Actor): Promise<{ share: Share; secret: string }>;
  /** Makes a draft in a session (its id), and returns its secret: a preview, by the same rules as the link itself. */
  draft(draft: NewDraft, actor: Actor, session: string | undefined): string;
  /** Changes a link; undefined if the id is unknown. @throws PhotospoolError `invalid`, `busy`. */
  change(id: string, change: ShareChange, actor: Actor): Promise<Share | undefined>;
  /**
   * Points a link, or a deleted one that can be restored, to something else of the same holder, without other changes;
   * joins the caller's transaction. False if the id is unknown.
   */
  point(id: string, scope: Scope, actor: Actor): boolean;
  /** Gives a link a new secret; the previous one ends at once. Undefined if the id is unknown. */
  renew(id: string, actor: Actor): { share: Share; secret: string } | undefined;
  /** Deletes a link, which ends at once and can be restored for an hour; false if the id is unknown. */
  remove(id: string, actor: Actor): boolean;
  /** The deleted links that can be restored. */
  restorable(): Share[];
  /**
   * Restores a deleted link as it was; undefined if there is none to restore. @throws PhotospoolError `conflict` if its
   * photo or album no longer exists.
   */
  restore(id: string, actor: Actor): Share | undefined;
  /** Revokes a link permanently; false if the id is unknown. */
  revoke(id: string, actor: Actor): boolean;
  /** Revokes the links created anonymously before there was an owner account; returns their number. */
  revokeUnclaimed(actor: Actor): number;
  /**
   * Whether a link no longer opens anything: it is expired, its author may not create links, its album is gone, or its
   * photo was locked since.
   */
  isOver(id: string): boolean;
  /** The valid link or draft of a secret: it is not over. Ignores the password. */
  find(brought: BroughtShare): OpenedShare | undefined;
  /** The viewer for a link; undefined if it is unknown, expired, or its password was not entered. */
  viewer(brought: BroughtShare): Viewer | undefined;
  /** Tries a password. Undefined if there is no such link. @throws PhotospoolError `busy`. */
  unlock(secret: string, password: string, address: string): Promise<Unlocked | undefined>;
  /** Writes pending times of use. */
  flush(): void;
}

interface Columns {
  id: string;
  scope: string;
  holder: string | null;
  locks: string | null;
  title: string;
  password: string | null;
  originals: number;
  details: number;
  named: number;
  unedited: number;
  uploads: string | null;
  author: string;
  created: number;
  expires: number | null;
  used: number | null;
}

/**
 * A link as it is opened: stored, or a draft. The scope of a draft, which can be long, is the same object in every
 * request, so that caches keyed by it stay valid.
 */
type Row = Omit<Columns, 'scope'> & { scope: DraftScope; draft?: true };

const every = 60_000;
/**
 * The password of a link is passed on by word of mouth, so it may be shorter than a person's; guessing it is slow
 * nevertheless. Older links may have four characters.
 */
const shortest = 8;

/** Opens the share links. */
export function openShares(db: Sqlite, parts: SharesParts): Shares {
  const { clock, passwords, audit, senders } = parts;
  const deleted = openDeletedLinks<Columns>(db, clock, columns);
  deleted.removeOld();
  const byId = db.prepare<Columns>(`SELECT ${columns} FROM access_share WHERE id = ?`);
  const bySecret = db.prepare<Columns>(`SELECT ${columns} FROM access_share WHERE secret = ?`);
  const use = db.prepare('UPDATE access_share SET used = max(coalesce(used, 0), ?) WHERE id = ?');
  const touches = openTouches(clock, every, (id, at) => void use.run(at, id), parts.failed);
  const delays = openDelays(clock);
  const drafts = openLinkDrafts<Row>(parts);

  function isOver({ expires, author, holder, scope, locks }: Row): boolean {
    if (expires !== null && expires <= clock.now()) return true;
    // The author may have lost the right since, or may no longer exist.
    if (!mayLink(senders(author), holder ?? house)) return true;
    const before = JSON.parse(locks ?? '[]') as string[];
    // An album that was removed comes back with its links.
    if ('album' in scope && !parts.hasAlbum(scope.album)) return true;
    if (!('photo' in scope)) return false;
    const now = parts.locksOf(scope.photo);
    // Links to a deleted photo work again once the photo is added again. Locking a photo permanently disables its
    // existing links, even after it is unlocked.
    return now === undefined || now.some((lock) => !before.includes(lock));
  }

  const stored = (secret: string): Row | undefined => read(bySecret.get(hashSecret(secret)));
  const living = (row: Row | undefined): Row | undefined => (row && !isOver(row) ? row : undefined);
  const open = (brought: BroughtShare): Row | undefined => living(stored(brought.secret) ?? drafts.find(brought));

  return {
    ...openMaking(db, parts, deleted),
    ...openChanging(db, parts, deleted),
    ...openDeleting(db, parts, deleted),
    ...openDrafting(drafts, parts),
    isOver(id) {
      const row = read(byId.get(id));
      return !row || isOver(row);
    },
    find(brought) {
      const row = open(brought);
      return row && openedOf(row);
    },
    viewer(brought) {
      const row = open(brought);
      if (!row || (row.password !== null && !isTicket(brought.ticket, brought.secret, row.password))) return undefined;
      if (!row.draft) touches.touch(row.id, row.used ?? 0);
      const { id, scope, holder, originals, details, unedited, uploads: accepted } = openedOf(row);
      const of = { ...(holder !== undefined && { of: holder }), ...(accepted && { uploads: true }) };
      return {
        role: 'link',
        share: id,
        audiences: audiencesOf.link,
        canEdit: false,
        ...{ scope, originals, details, unedited },
        ...of,
      };
    },
    async unlock(secret, password, address) {
      const row = living(stored(secret));
      if (!row) return undefined;
      if (row.password === null) return { kind: 'in', ticket: '' };
      const keys: [string, DelayRule][] = [[`share ${row.id}`, nameRule], ...addressRules(address)];
      const ms = Math.max(...keys.map(([key, rule]) => delays.wait(key, rule)));
      if (ms > 0) return { kind: 'wait', ms };
      for (const [key] of keys) delays.count(key);
      const found = await passwords.check(password, row.password, { link: address }).catch((error: unknown) => {
        for (const [key] of keys) delays.takeBack(key);
        throw error;
      });
      if (found === 'wrong' || living(stored(secret))?.password !== row.password) {
        audit.note('share-failed', { address, ...titled(row) });
        return { kind: 'wrong' };
      }
      for (const [key] of keys) delays.takeBack(key);
      return { kind: 'in', ticket: ticketOf(secret, row.password) };
    },
    flush: () => touches.flush(),
  };
}

/** The dependencies of the share links. */
interface SharesParts {
  clock: Pick<Clock, 'now'>;
  random: Random;
  passwords: Passwords;
  failed: (error: unknown) => void;
  audit: Audit;
  senders: Senders;
  sessions: Pick<Sessions, 'find' | 'get'>;
  /** Whether the home has an owner account. */
  isSetUp: () => boolean;
  /** Whether an album with members (`<holder>:<ulid>`) exists. */
  hasAlbum(album: string): boolean;
  /** The locks of a photo (by its public id): the keys of the ends of everything in its document; undefined if it is not here. */
  locksOf(photo: string): string[] | undefined;
}

const columns =
  'id, scope, holder, locks, title, password, originals, details, named, unedited, uploads, author, created, expires, used';

/** The title of a link for the audit, which owners read; none for a link to photos of a person. */
const titled = ({ holder, title }: Pick<Row, 'holder' | 'title'>): { detail?: string } =>
  holder === null ? { detail: title } : {};

/** A password, hashed; null for none. @throws PhotospoolError `invalid`, `busy`. */
async function hashOf(passwords: Passwords, password: string | null, by: string): Promise<string | null> {
  if (password === null) return null;
  if ([...password].length < shortest) {
    throw new PhotospoolError('invalid', `The password is too short. Use at least ${shortest} characters.`);
  }
  return passwords.hash(password, { known: by });
}

function checkEnd(expires: number | null, now: number): void {
  if (expires !== null && expires <= now) {
    throw new PhotospoolError('invalid', 'The expiry date is in the past.', { hint: 'Choose a later date.' });
  }
}

/** The audit entry’s author and address. */
const whoOf = ({ who, address }: Actor) => ({ who, ...(address !== undefined && { address }) });

/** Changes links, and gives them new addresses. */
function openChanging(
  db: Sqlite,
  { clock, random, passwords, audit }: SharesParts,
  deleted: DeletedLinks<Columns>,
): Pick<Shares, 'change' | 'point' | 'renew'> {
  const byId = db.prepare<Columns>(`SELECT ${columns} FROM access_share WHERE id = ?`);
  const update = db.prepare(
    'UPDATE access_share SET title = ?, password = ?, originals = ?, details = ?, named = ?, unedited = ?, uploads = ?, expires = ? WHERE id = ?',
  );
  const point = db.prepare('UPDATE access_share SET scope = ? WHERE id = ?');
  const readdress = db.prepare('UPDATE access_share SET secret = ? WHERE id = ?');
  return {
    async change(id, { title, password, expires, originals, details, named, unedited, uploads }, actor) {
      checkEnd(expires ?? null, clock.now());
      const hash = password === undefined ? undefined : await hashOf(passwords, password, actor.by);
      return db.transaction(() => {
        deleted.removeOld();
        const row = byId.get(id);
        if (!row) return undefined;
        const allows = originals ?? row.originals === 1;
        update.run(
          title ?? row.title,
          hash === undefined ? row.password : hash,
          Number(allows),
          details === undefined ? row.details : Number(details),
          named === undefined ? row.named : Number(named),
          Number(allows && (unedited ?? row.unedited === 1)),
          uploads === undefined ? row.uploads : uploads && JSON.stringify(uploads),
          expires === undefined ? row.expires : expires,
          id,
        );
        audit.note('share-changed', { ...whoOf(actor), ...titled(row) });
        return shareOf(byId.get(id)!);
      });
    },
    point: (id, scope, actor) =>
      db.transaction(() => {
        const row = byId.get(id);
        if (!row) return deleted.point(id, JSON.stringify(scope));
        point.run(JSON.stringify(scope), id);
        audit.note('share-changed', { ...whoOf(actor), ...titled(row) });
        return true;
      }),
    renew: (id, actor) =>
      db.transaction(() => {
        const row = byId.get(id);
        if (!row) return undefined;
        const secret = drawSecret(random);
        readdress.run(hashSecret(secret), id);
        audit.note('share-readdressed', { ...whoOf(actor), ...titled(row) });
        return { share: shareOf(row), secret };
      }),
  };
}

/** Deletes links and restores them. */
function openDeleting(
  db: Sqlite,
  { audit, hasAlbum, locksOf }: SharesParts,
  deleted: DeletedLinks<Columns>,
): Pick<Shares, 'remove' | 'restorable' | 'restore'> {
  const byId = db.prepare<Columns>(`SELECT ${columns} FROM access_share WHERE id = ?`);

  /** @throws PhotospoolError `conflict`. */
  function demandTarget({ scope }: Share): void {
    const gone =
      'album' in scope
        ? !hasAlbum(scope.album) && 'album'
        : 'photo' in scope && locksOf(scope.photo) === undefined && 'photo';
    if (gone)
      throw new PhotospoolError('conflict', `This link can’t be restored because its ${gone} no longer exists.`, {
        hint: `If you restore the ${gone}, try again.`,
      });
  }

  return {
    remove: (id, actor) =>
      db.transaction(() => {
        deleted.removeOld();
        const row = byId.get(id);
        if (!row) return false;
        deleted.add(id);
        audit.note('share-revoked', { ...whoOf(actor), ...titled(row) });
        return true;
      }),
    restorable: () => deleted.list().map(shareOf),
    restore: (id, actor) =>
      db.transaction(() => {
        deleted.removeOld();
        const row = deleted.find(id);
        if (!row) return undefined;
        demandTarget(shareOf(row));
        deleted.restore(id);
        audit.note('share-restored', { ...whoOf(actor), ...titled(row) });
        return shareOf(row);
      }),
  };
}

/** Makes drafts of links. */
const openDrafting = (
  drafts: LinkDrafts<Row>,
  { clock, random, locksOf }: Pick<SharesParts, 'clock' | 'random' | 'locksOf'>,
): Pick<Shares, 'draft'> => ({
  draft: ({ scope, holder, title, originals, details, named, unedited }, { by }, session) =>
    drafts.add(
      {
        ...{ id: drawSecret(random).slice(0, 16), draft: true, scope, title, author: by },
        ...{ holder: holder ?? null, locks: locksIn(scope, locksOf), created: clock.now() },
        ...{ originals: Number(originals), details: Number(details) },
        ...{ named: Number(named === true), unedited: Number(originals && unedited === true) },
        ...{ password: null, uploads: null, expires: null, used: null },
      },
      session,
    ),
});

/** The locks of the photo that a link is to, as stored; null for any other scope. */
const locksIn = (scope: DraftScope, locksOf: SharesParts['locksOf']): string | null =>
  'photo' in scope ? JSON.stringify(locksOf(scope.photo) ?? []) : null;

/** Creates and revokes links. */
function openMaking(
  db: Sqlite,
  { clock, random, passwords, audit, locksOf }: SharesParts,
  deleted: DeletedLinks<Columns>,
): Pick<Shares, 'list' | 'make' | 'revoke' | 'revokeUnclaimed'> {
  const insert = db.prepare(
    `INSERT INTO access_share (secret, unclaimed, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)`,
  );

  const unclaimed = db.prepare<{ id: string }>('SELECT id FROM access_share WHERE unclaimed = 1');
  const all = db.prepare<Columns>(`SELECT ${columns} FROM access_share ORDER BY created DESC, id`);
  const byId = db.prepare<Columns>(`SELECT ${columns} FROM access_share WHERE id = ?`);
  const remove = db.prepare('DELETE FROM access_share WHERE id = ?');

  const making: ReturnType<typeof openMaking> = {
    list: () => all.all().map(shareOf),
    async make({ scope, holder, title, originals, details, named, unedited, uploads, expires, password }, actor) {
      const { by, unclaimed: isUnclaimed } = actor;
      checkEnd(expires ?? null, clock.now());
      const hash = await hashOf(passwords, password ?? null, by);
      // An id that begins with a hyphen would be an option to `photospool links revoke`.
      const [secret, id] = [drawSecret(random), drawSecret(random).slice(0, 16).replace(/^-/, '_')];
      const [now, end] = [clock.now(), expires ?? null];
      const flags = [originals, details, named === true, originals && unedited === true].map(Number);
      return db.transaction(() => {
        deleted.removeOld();
        insert.run(
          hashSecret(secret),
          Number(isUnclaimed === true),
          id,
          JSON.stringify(scope),
          holder ?? null,
          locksIn(scope, locksOf),
          title,
          hash,
          ...flags,
          uploads ? JSON.stringify(uploads) : null,
          by,
          now,
          end,
        );
        audit.note('share-made', { ...whoOf(actor), ...titled({ holder: holder ?? null, title }) });
        return { share: shareOf(byId.get(id)!), secret };
      });
    },
    revoke: (id, actor) =>
      db.transaction(() => {
        const row = byId.get(id);
        if (!row) return false;
        remove.run(id);
        audit.note('share-revoked', { ...whoOf(actor), ...titled(row) });
        return true;
      }),
    revokeUnclaimed: (actor) =>
      db.transaction(() => {
        const ids = unclaimed.all().map(({ id }) => id);
        for (const id of ids) making.revoke(id, actor);
        deleted.removeUnclaimed();
        return ids.length;
      }),
  };
  return making;
}

/** The proof that a password was entered: computing it requires both the link and the salted hash. */
const ticketOf = (secret: string, hash: string): string =>
  createHash('sha256').update(`${hash}\n${secret}`).digest('base64url');

function isTicket(given: string | undefined, secret: string, hash: string): boolean {
  const digest = (text: string): Buffer => Buffer.from(hashSecret(text));
  return given !== undefined && timingSafeEqual(digest(given), digest(ticketOf(secret, hash)));
}

/** A stored link, with its scope parsed. */
const read = (row: Columns | undefined): Row | undefined => row && { ...row, scope: JSON.parse(row.scope) as Scope };

/** A link that is opened. */
const openedOf = ({ scope, draft, ...row }: Row): OpenedShare => ({
  ...settingsOf(row),
  scope,
  ...(draft && { draft }),
});

/** A link without its secret. */
const shareOf = ({ scope, ...row }: Columns): Share => ({ ...settingsOf(row), scope: JSON.parse(scope) as Scope });

function settingsOf({
  holder,
  locks: _locks,
  password,
  originals,
  details,
  named,
  unedited,
  uploads,
  expires,
  used,
  ...rest
}: Omit<Columns, 'scope'>): Omit<Share, 'scope'> {
  return {
    ...rest,
    ...(holder !== null && { holder }),
    locked: password !== null,
    originals: originals === 1,
    details: details === 1,
    named: named === 1,
    unedited: unedited === 1,
    ...(uploads !== null && { uploads: { ...usualGuestLimits, ...(JSON.parse(uploads) as GuestLimits) } }),
    ...(expires !== null && { expires }),
    ...(used !== null && { used }),
  };
}
