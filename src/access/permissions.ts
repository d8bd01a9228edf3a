/**
 * Decides who is permitted which action. The only place that does so: docs/access.md shows the same table, and a test
 * compares the two. Pure.
 */
import { wellFormed } from '../document/canonical-json.js';
import { house, publicIdOf, type Holder } from '../document/item-id.js';
import type { Audience, EditableFields } from '../document/photo-document.js';
import { owner, unknownSender } from '../document/photo-senders.js';
import type { ItemAccess, ItemClaims, Onlooker } from './item-access.js';

/** The role of a viewer in this home. `program`: the holder of a token. `link`: a visitor of a share link. */
export type Role = 'owner' | 'family' | 'visitor' | 'program' | 'link';

/** The permissions that a token can have. */
export const mays = ['read', 'edit', 'upload', 'replicate', 'publish'] as const;
/** One permission of a token. */
export type May = (typeof mays)[number];

/** The permissions that a person’s token can have. */
export const personalMays: readonly May[] = ['read', 'edit', 'upload'];

/**
 * The scope of a share link: one photo (by its public id), the results of a search, or an album with members
 * (`<holder>:<ulid>`).
 */
export type Scope = { photo: string } | { search: string } | { album: string; was?: NamedBefore };

/** The album by name that a link was to before that became an album with members (album/share-named.ts). */
export interface NamedBefore {
  /** The search that the link was to. */
  search: string;
  /** The public ids of photos of the album that the link did not show then, and does not show now. */
  hidden: readonly string[];
}

/** The scope of a draft of a link: also a selection, which becomes an album only when the link is created. */
export type DraftScope = Scope | { photos: readonly string[] };

/** The sender of a request, with its permissions. */
export interface Viewer {
  role: Role;
  /** The audiences whose photos it sees. */
  audiences: readonly Audience[];
  /** The ULID of `person:<ulid>`; absent for the owner of a home without accounts, and for tokens of the house. */
  person?: string;
  name?: string;
  /** The name of the token. */
  token?: string;
  may?: readonly May[];
  /** For the token of a person: that person’s current permissions, which also limit the token. */
  behalf?: Viewer;
  /** The id of the session; not secret. */
  session?: string;
  /**
   * Set for a session that views its opened locked photos: it sees only those of its person. Only the routes for them
   * (request-viewer.ts) and the commands `lock` and `unlock` have such a viewer.
   */
  locked?: true;
  /** Whether the session confirmed the identity within the last minutes; see `checkConfirmed`. */
  confirmed?: boolean;
  /** Set for a request from this machine to a home without accounts: no credentials identify its sender. */
  unclaimed?: true;
  /** Whether a family member may edit the photos visible to them. */
  canEdit: boolean;
  /**
   * For a share link: its scope, also that of a draft. `originals`: it allows originals. `details`: it reveals more
   * than the pictures.
   */
  scope?: DraftScope;
  /** For a share link: the person whose photos it shows; absent for photos of the house. */
  of?: string;
  /** The id of the share link; not secret. */
  share?: string;
  originals?: boolean;
  details?: boolean;
  /** For a share link with originals: those of edited photos are unedited, including what was cut away. */
  unedited?: boolean;
  /** For a share link: it accepts photos. */
  uploads?: boolean;
  /** Whether a photo (its id) is in the scope. Set by the server; without it no photo is. */
  holds?: (id: string) => boolean;
}

/**
 * The viewers that may perform an action, in addition to the owner, who may do everything except replicate and publish.
 * `allowed`: only with the owner’s permission.
 */
interface Rule {
  family: boolean | 'allowed';
  visitor: boolean;
  /** Visitors of a share link with all of these flags; an empty list means any link. */
  link?: readonly ('originals' | 'details' | 'uploads')[];
  /** Tokens with one of these permissions. */
  token: readonly May[];
  owner?: false;
}

const read: readonly May[] = ['read', 'edit'];
const ownerOnly: Rule = { family: false, visitor: false, token: [] };

const rules = {
  /** See photos of the viewer's audiences: lists, counts, facets, pictures, live events. */
  see: { family: true, visitor: true, link: [], token: read },
  /** See more than the picture: the file name, all tags, the exact position. */
  details: { family: true, visitor: false, link: ['details'], token: read },
  /** Get the unmodified original, whole or in part, by any route: it reveals all its metadata. */
  original: { family: true, visitor: false, link: ['originals', 'details'], token: read },
  /** Get the original without metadata (docs/sharing.md). */
  stripped: { family: true, visitor: false, link: ['originals'], token: read },
  /** Edit title, description, time, place, rating, favourite, tags and albums of visible photos. */
  edit: { family: 'allowed', visitor: false, token: ['edit'] },
  /** See the edit history, with authors, times and previous values, of the fields that the viewer may change. */
  history: { family: 'allowed', visitor: false, token: read },
  /** Change the audience of a photo. */
  share: { family: false, visitor: false, token: ['edit'] },
  /**
   * The trash, the inbox and duplicates: see the trash, move photos in and out, mark them as reviewed or as not the
   * same.
   */
  trash: { family: false, visitor: false, token: ['edit'] },
  comment: { family: true, visitor: false, token: ['edit'] },
  favourite: { family: true, visitor: false, token: ['edit'] },
  /** Lock the viewer's own photos. */
  lock: { family: true, visitor: false, token: [] },
  /** Open the viewer's locked photos, and unlock them. */
  unlock: { family: true, visitor: false, token: [] },
  /** Send photos to the author of a share link. */
  contribute: { family: false, visitor: false, link: ['uploads'], token: [], owner: false },
  upload: { family: true, visitor: false, token: ['edit', 'upload'] },
  /** See the contents of the spool and its location on this machine. */
  spool: { family: false, visitor: false, token: read },
  /** Start a pass, retry stuck files, add sample pictures. */
  process: { family: false, visitor: false, token: ['edit'] },
  /** Ignore stuck files, move them to the trash of the spool and back, download them. */
  stuck: ownerOnly,
  /** Manage the servers that this one replicates with. */
  peers: ownerOnly,
  people: ownerOnly,
  /** Manage share links to photos of the house. */
  links: ownerOnly,
  /** Manage share links to the viewer's own photos. */
  'own-links': { family: true, visitor: false, token: [] },
  /** Use albums with members, and partners (sharing-rights.ts checks each). */
  albums: { family: true, visitor: false, token: [] },
  /** Save visible photos to the viewer's own library. */
  save: { family: true, visitor: false, token: [] },
  /**
   * See the storage used by the viewer's library, export it, choose whether uploads go there and their audience, decide
   * about stuck files.
   */
  'own-library': { family: true, visitor: false, token: [] },
  /** Manage tokens that act for the house. */
  tokens: ownerOnly,
  /** Manage tokens that act for the viewer. */
  'own-tokens': { family: true, visitor: false, token: [] },
  settings: ownerOnly,
  audit: ownerOnly,
  metrics: { family: false, visitor: false, token: read },
  /** Manage the viewer's password, passkeys and sessions. */
  'own-session': { family: true, visitor: false, token: [] },
  replicate: { family: false, visitor: false, token: ['replicate'], owner: false },
  publish: { family: false, visitor: false, token: ['publish'], owner: false },
} as const satisfies Record<string, Rule>;

/** An action that needs permission. */
export type Action = keyof typeof rules;

/** All actions, in the order of docs/access.md. */
export const actions = Object.keys(rules) as readonly Action[];

/** Whether a viewer may perform an action. Without a viewer: never. */
export function may(viewer: Viewer | undefined, action: Action): boolean {
  const rule: Rule = rules[action];
  switch (viewer?.role) {
    case 'owner':
      return rule.owner !== false;
    case 'family':
      return rule.family === 'allowed' ? viewer.canEdit : rule.family;
    case 'visitor':
      return rule.visitor;
    case 'link':
      return rule.link?.every((what) => viewer[what] === true) === true;
    case 'program':
      return mayBring(viewer, action) && (viewer.behalf === undefined || may(viewer.behalf, action));
    case undefined:
      return false;
  }
}

/** Whether the permissions of a token include an action. */
const mayBring = (viewer: Viewer, action: Action): boolean =>
  rules[action].token.some((one) => viewer.may?.includes(one) === true);

/** The actions on a single item; the others concern the server, or the library of the house. */
export const actionsOnItems = [
  'details',
  'original',
  'stripped',
  'comment',
  'favourite',
  'edit',
  'history',
  'share',
  'trash',
  'lock',
  'unlock',
  'save',
] as const satisfies readonly Action[];

/** An action on a single visible item. */
export type ItemAction = (typeof actionsOnItems)[number];

/** The actions on another person’s item that anyone who can see it may perform. */
const withOthers: ReadonlySet<ItemAction> = new Set(['details', 'original', 'stripped', 'comment', 'favourite']);

/** The actions on a locked photo. Sharing it requires unlocking, and comments are for others. */
const whileLocked: ReadonlySet<ItemAction> = new Set<ItemAction>([
  'details',
  'original',
  'stripped',
  'favourite',
  'edit',
  'history',
  'trash',
]);

/**
 * Whether a viewer may perform an action on an item they see: on items of the house according to the role, on their own
 * any action, on another person’s only actions that leave it unchanged. Photos of the house can’t be locked; the
 * viewer's own photos need no saving.
 */
export function mayOn(viewer: Viewer | undefined, action: ItemAction, holder: Holder): boolean {
  if (action === 'save') return maySave(viewer) && viewer?.person !== holder && viewer?.locked !== true;
  if (action === 'lock' || action === 'unlock')
    return viewer?.person === holder && may(viewer, action) && (action === 'unlock') === (viewer.locked === true);
  if (viewer?.locked === true && !(viewer.person === holder && whileLocked.has(action))) return false;
  if (holder === house) return may(viewer, action);
  if (viewer?.person === holder) return viewer.role !== 'program' || mayBring(viewer, action);
  return withOthers.has(action) && may(viewer, action);
}

/**
 * Whether a viewer may create share links to a holder’s photos. For a person’s photos, only that person may, and a link
 * works only while its author keeps the right.
 */
export const mayLink = (viewer: Viewer | undefined, holder: Holder): boolean =>
  holder === house ? may(viewer, 'links') : viewer?.person === holder && may(viewer, 'own-links');

/**
 * Whether a viewer sees the names of albums in a holder’s items (`edits.albums`): those of a person only that person.
 */
export const seesAlbumNames = (viewer: Viewer, holder: Holder): boolean => holder === house || viewer.person === holder;

/** Whether a viewer may know who holds a photo that they see: family members, and programs that act for them. */
export const seesHolders = (viewer: Viewer): boolean => viewer.role !== 'link' && may(viewer, 'details');

/** Whether a viewer may save visible photos to a personal library. */
export const maySave = (viewer: Viewer | undefined): boolean => viewer?.person !== undefined && may(viewer, 'save');

/** Whether a viewer sees a holder’s files in the spool: owners see those of the house, everyone sees their own. */
export const seesArrivals = (viewer: Viewer | undefined, holder: Holder): boolean =>
  holder === house ? may(viewer, 'spool') : viewer?.person === holder && may(viewer, 'upload');

/** Whether there can be any item on which a viewer may perform an action: of the house, or their own. */
export const mayOnSome = (viewer: Viewer, action: ItemAction): boolean =>
  may(viewer, action) || (viewer.person !== undefined && mayOn(viewer, action, viewer.person));

/** The actions that a viewer may perform on a visible item of a holder. */
export const actionsOn = (viewer: Viewer, holder: Holder): ItemAction[] =>
  actionsOnItems.filter((action) => mayOn(viewer, action, holder));

/** An editable field of a photo. */
export type Field = keyof EditableFields | 'tags' | 'albums' | 'apart';

/** The actions that change photos. */
const changing = ['edit', 'share', 'trash', 'favourite'] as const satisfies readonly Action[];

/** The fields that the action `trash` covers. */
const ofTrash: ReadonlySet<Field> = new Set<Field>(['trashed', 'reviewed', 'apart', 'archived']);

function changingOf(field: Field): (typeof changing)[number] {
  if (field === 'audience') return 'share';
  if (field === 'favourite') return 'favourite';
  return ofTrash.has(field) ? 'trash' : 'edit';
}

/**
 * Whether a viewer may change a field of an item they see; without a holder: of the house. A locked item stays
 * archived, so that unlocking does not show it to partners.
 */
export const mayChange = (viewer: Viewer | undefined, field: Field, holder: Holder = house): boolean =>
  mayOn(viewer, changingOf(field), holder) && !(viewer?.locked === true && field === 'archived');

/** Whether a viewer may change at least one field of the photos they see; `mayChange` decides per field. */
export const mayChangeAny = (viewer: Viewer | undefined): boolean => changing.some((action) => may(viewer, action));

/**
 * Whether an author has the right to share, according to documents alone, so that every server gets the same result.
 * `how`: by an edit (`edit`), or by a file they sent (`file`). A token that edits may share, one that only uploads may
 * not; a file does not record which of the two sent it, so a token’s file never shares. `roleOf`: the role of a person
 * (a ULID), undefined for unknown people.
 */
export function sharesBy(
  author: string,
  how: 'edit' | 'file',
  roleOf: (person: string) => 'owner' | 'family' | undefined,
): boolean {
  const [kind, name = ''] = author.split(/:(.*)/s);
  if (author === owner) return may({ role: 'owner', audiences: [], canEdit: true }, 'share');
  const role = kind === 'person' ? roleOf(name) : undefined;
  if (role) return may({ role, audiences: [], canEdit: true }, 'share');
  const token = tokenIn(author);
  if (!token || (token.person !== undefined && roleOf(token.person) !== 'owner')) return false;
  return may({ role: 'program', audiences: [], canEdit: true, may: [how === 'edit' ? 'edit' : 'upload'] }, 'share');
}

/**
 * The sender of a file or a sidecar: the author in documents, and its current viewer (undefined if it no longer has
 * one).
 */
export interface Sender {
  by: string;
  viewer: Viewer | undefined;
}

/**
 * Whether a sidecar by a sender may describe a photo, and in which relation. `own`: only this sender sent the photo; or
 * they may edit it now, and sent it too or, like one of its senders, act for the owner. `house`: they may edit it, and
 * one of its senders acts for the owner. `guest`: they may edit it, and all its senders are guests, that is, people and
 * tokens without the right to edit everything. Undefined: not at all. `sees`: whether a viewer sees the photo;
 * `bringers`: all senders of the photo.
 */
export function mayDescribe(
  sender: Sender,
  sees: (viewer: Viewer | undefined) => boolean,
  bringers: readonly Sender[],
): 'own' | 'house' | 'guest' | undefined {
  const isTheirs = ({ by }: Sender): boolean => by === sender.by;
  if (sender.by !== unknownSender && bringers.every(isTheirs)) return 'own';
  if (!mayChange(sender.viewer, 'title') || !sees(sender.viewer)) return undefined;
  if (bringers.some(isTheirs)) return 'own';
  const actsForOwner = ({ viewer }: Sender): boolean => may(viewer, 'share');
  if (!bringers.some(actsForOwner)) return 'guest';
  return actsForOwner(sender) ? 'own' : 'house';
}

/**
 * As `mayDescribe`, for an item of a person (a ULID). Accepts sidecars from their folder or from a command (`owner`),
 * from anyone who may edit the item, and from the only sender of the item.
 */
export function mayDescribeOwn(sender: Sender, person: string, bringers: readonly string[]): 'own' | undefined {
  const { by, viewer } = sender;
  if (by === unknownSender) return undefined;
  const isTheirs = by === owner || mayChange(viewer, 'title', person) || bringers.every((one) => one === by);
  return isTheirs ? 'own' : undefined;
}

/**
 * The author of a viewer's personal favourites among a holder’s items. Undefined if the viewer uses the holder’s
 * favourites: those who act for the holder, and those without an account.
 */
export function favouritesOf({ role, person, behalf }: Viewer, holder: Holder = house): string | undefined {
  const actsFor = holder === house ? (behalf?.role ?? role) === 'owner' : holder === person;
  return person === undefined || actsFor ? undefined : `person:${person}`;
}

/**
 * Whether a viewer sees an item. `access`: the current decision (library-access.ts); `claims`: those of the item’s
 * document.
 */
export function maySee(viewer: Viewer | undefined, access: ItemAccess, claims: ItemClaims): boolean {
  const onlooker = onlookerOf(viewer);
  if (!viewer || !onlooker || !access.maySee(onlooker, claims)) return false;
  if (viewer.locked === true && !claims.locked) return false;
  return !viewer.scope || viewer.holds?.(publicIdOf(claims.item)) === true;
}

/**
 * Whether a viewer may get the unmodified original of an item they see. Every route that sends or packs originals must
 * use this check alone.
 */
export const mayHaveOriginal = (viewer: Viewer | undefined, holder: Holder = house): boolean =>
  mayOn(viewer, 'original', holder);

/**
 * Whether a viewer may get the original of a photo that is shown cropped, rotated or straightened (docs/edits.md): it is
 * a former value, so they must see those, too. Every route that sends originals of such photos must use this check.
 */
export const mayHaveUnedited = (viewer: Viewer | undefined, holder: Holder = house): boolean =>
  mayHaveOriginal(viewer, holder) && mayOn(viewer, 'history', holder);

/**
 * Whether a viewer may download the original of a photo that is shown edited: with the right to the unedited picture,
 * or through a link that includes unedited originals, although it shows only the edited picture. `mayHaveOriginal`
 * decides whether they get its metadata.
 */
export const mayDownloadUnedited = (viewer: Viewer | undefined, holder: Holder = house): boolean =>
  mayHaveUnedited(viewer, holder) ||
  (viewer?.role === 'link' && viewer.unedited === true && mayOn(viewer, 'stripped', holder));

/** Whether a viewer sees the comments on visible items: with the right to details, and not by a share link. */
export const seesComments = (viewer: Viewer): boolean => may(viewer, 'details') && viewer.role !== 'link';

/** A viewer as an onlooker of items; undefined if no items are visible to it. */
export function onlookerOf(viewer: Viewer | undefined): Onlooker | undefined {
  if (!viewer || !may(viewer, 'see')) return undefined;
  const { role, person } = viewer;
  const unlocked = viewer.locked === true && { unlocked: true };
  switch (role) {
    case 'owner':
      // The owner of a home without accounts is not a person.
      return person === undefined ? { kind: 'house' } : { kind: 'person', person, actsForHouse: true, ...unlocked };
    case 'family':
      return person === undefined ? undefined : { kind: 'person', person, actsForHouse: false, ...unlocked };
    case 'program':
      return viewer.behalf ? onlookerOf(viewer.behalf) : { kind: 'house' };
    case 'visitor':
      return { kind: 'visitor' };
    case 'link':
      return { kind: 'link', of: viewer.of ?? house };
  }
}

/**
 * Whether a viewer may remove other people’s comments on an item: only those who may comment on it and move it to the
 * trash.
 */
export const removesComments = (viewer: Viewer, holder: Holder = house): boolean =>
  mayOn(viewer, 'trash', holder) && mayOn(viewer, 'comment', holder);

/** Whether a viewer is the author. Everything from before there were accounts belongs to the owner. */
export const isBy = (viewer: Viewer, author: string): boolean =>
  author === authorOf(viewer) || (author === 'owner' && viewer.role === 'owner');

/** The audiences that a role sees. */
export const audiencesOf = {
  owner: ['private', 'family', 'public'],
  program: ['private', 'family', 'public'],
  family: ['family', 'public'],
  visitor: ['public'],
  link: ['private', 'family', 'public'],
} as const satisfies Record<Role, readonly Audience[]>;

/**
 * The author of an edit as documents store it: `person:<ulid>`; `token:<name>`, or `token:<ulid>/<name>` for a person’s
 * token; `link:<id>` for a visitor of a share link; `owner` in a home without accounts.
 */
export function authorOf({ role, person, token, share }: Viewer): string {
  if (token !== undefined) return `token:${person === undefined ? '' : `${person}/`}${token}`;
  if (role === 'link') return `link:${share ?? ''}`;
  return person === undefined ? 'owner' : `person:${person}`;
}

/** The author of files sent through a share link, with the name that the guest gave: hostile text. */
export function guestAuthor(link: string, name?: string): string {
  const clean = wellFormed(name ?? '')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  const short = [...clean].slice(0, longestGuestName).join('');
  return short === '' ? `link:${link}` : `link:${link}/${encodeURIComponent(short)}`;
}

const longestGuestName = 60;

/** The share link of an author, and the name that the guest gave; undefined for other authors. */
export function linkIn(author: string): { link: string; guest?: string } | undefined {
  const [, link, name] = /^link:([^/]*)(?:\/(.*))?$/s.exec(author) ?? [];
  if (link === undefined) return undefined;
  try {
    return { link, ...(name !== undefined && { guest: decodeURIComponent(name) }) };
  } catch {
    // Written by a foreign program.
    return { link };
  }
}

/** The token of an author, and the person it acts for; undefined for other authors. */
export function tokenIn(author: string): { token: string; person?: string } | undefined {
  const [, person, token] = /^token:(?:([0-9A-HJKMNP-TV-Z]{26})\/)?(.*)$/s.exec(author) ?? [];
  return token === undefined ? undefined : { token, ...(person !== undefined && { person }) };
}

/**
 * Whether files may be listed for a viewer by their author (src/library/sent-files.ts). Not for a token of the house
 * with the author of a person’s token, which older versions could create.
 */
export const hasListing = (viewer: Viewer): boolean =>
  viewer.token === undefined || tokenIn(authorOf(viewer))?.person === viewer.person;

/** The key under which a viewer’s use of limited places is counted: each person, token and link separately. */
export const countedAs = (viewer: Viewer): string =>
  viewer.share === undefined ? `${viewer.role} ${authorOf(viewer)}` : `link ${viewer.share}`;
