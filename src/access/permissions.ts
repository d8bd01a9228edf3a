/**
 * Who may do what. The one place that decides it: docs/access.md shows the same table, and a test compares the two. Pure.
 */
import { house, publicIdOf, type Holder } from '../document/item-id.js';
import type { Audience, EditableFields } from '../document/photo-document.js';
import { owner, unknownSender } from '../document/photo-senders.js';
import type { ItemAccess, ItemClaims, Onlooker } from './item-access.js';

/** What somebody is to this home. `program` is whoever brings a token, `link` whoever comes by a share link. */
export type Role = 'owner' | 'family' | 'visitor' | 'program' | 'link';

/** What a token may be made for. */
export const mays = ['read', 'edit', 'upload', 'replicate', 'publish'] as const;
/** One of the things a token may be made for. */
export type May = (typeof mays)[number];

/** What a token of one person may be made for. */
export const personalMays: readonly May[] = ['read', 'edit', 'upload'];

/** What a share link shows: one photo (by its public id), or what a search finds. */
export type Scope = { photo: string } | { search: string };

/** Who asks. */
export interface Viewer {
  role: Role;
  /** The audiences whose photos exist for them. */
  audiences: readonly Audience[];
  /** The ULID of `person:<ulid>`; absent for the owner of a home that has no accounts yet, and for tokens of the house. */
  person?: string;
  name?: string;
  /** The name of the token. */
  token?: string;
  may?: readonly May[];
  /** Of a token of a person: that person as they are now. It may no more than they may. */
  behalf?: Viewer;
  /** The id of the session, which is no secret. */
  session?: string;
  /** Whether they proved within the last minutes who they are; see `checkConfirmed`. */
  confirmed?: boolean;
  /** Whoever reaches a home without accounts from this machine: no credential says who it is. */
  unclaimed?: true;
  /** Whether a family member may edit what they see. */
  canEdit: boolean;
  /** Of a link: what it shows, whether originals may be taken, whether it tells more than the pictures. */
  scope?: Scope;
  /** Of a link: the person whose photos it shows; absent where it shows the house’s. */
  of?: string;
  /** The id of the link, which is no secret. */
  share?: string;
  originals?: boolean;
  details?: boolean;
  /** Whether a photo (its id) is in the scope. The server puts it here; without it nothing is. */
  holds?: (id: string) => boolean;
}

/**
 * Who may do an action, beside the owner, who may do all but replicate and publish. `allowed`: if the owner allows it.
 */
interface Rule {
  family: boolean | 'allowed';
  visitor: boolean;
  /** Whoever comes by a link that gives all of these; of an empty list, by any link. */
  link?: readonly ('originals' | 'details')[];
  /** Tokens for one of these may. */
  token: readonly May[];
  owner?: false;
}

const read: readonly May[] = ['read', 'edit'];
const ownerOnly: Rule = { family: false, visitor: false, token: [] };

const rules = {
  /** Photos of one's audiences: lists, counts, facets, pictures, live events. */
  see: { family: true, visitor: true, link: [], token: read },
  /** What is told beside the picture: the file name, every tag, the exact position. */
  details: { family: true, visitor: false, link: ['details'], token: read },
  /** The original as it came, whole or in part, by whatever way: it tells all that is in the file. */
  original: { family: true, visitor: false, link: ['originals', 'details'], token: read },
  /** The original without what it tells beside its picture or film (docs/sharing.md). */
  stripped: { family: true, visitor: false, link: ['originals'], token: read },
  /** Title, description, time, place, rating, favourite, tags and albums of what one sees. */
  edit: { family: 'allowed', visitor: false, token: ['edit'] },
  /** Who edited what and when, and what was there before: of the fields that one may change. */
  history: { family: 'allowed', visitor: false, token: read },
  /** Who may see a photo. */
  share: { family: false, visitor: false, token: ['edit'] },
  /** The trash, the inbox and duplicates: seeing what is in the trash, moving photos in and out, marking as reviewed or as not the same. */
  trash: { family: false, visitor: false, token: ['edit'] },
  comment: { family: true, visitor: false, token: ['edit'] },
  favourite: { family: true, visitor: false, token: ['edit'] },
  upload: { family: true, visitor: false, token: ['edit', 'upload'] },
  /** What lies in the spool, and where on this machine. */
  spool: { family: false, visitor: false, token: read },
  /** Making a pass, trying stuck files again, sample pictures. */
  process: { family: false, visitor: false, token: ['edit'] },
  /** Ignoring stuck files, moving them to the trash of the spool and back, downloading them. */
  stuck: ownerOnly,
  /** Servers that this one exchanges everything with. */
  peers: ownerOnly,
  people: ownerOnly,
  /** Share links to photos of the house. */
  links: ownerOnly,
  /** Share links to one’s own photos. */
  'own-links': { family: true, visitor: false, token: [] },
  /** Saving what one sees to one’s own library. */
  save: { family: true, visitor: false, token: [] },
  /** Tokens that act for the house. */
  tokens: ownerOnly,
  /** Tokens that act for oneself. */
  'own-tokens': { family: true, visitor: false, token: [] },
  settings: ownerOnly,
  audit: ownerOnly,
  metrics: { family: false, visitor: false, token: read },
  /** One's own password, passkeys and sessions. */
  'own-session': { family: true, visitor: false, token: [] },
  replicate: { family: false, visitor: false, token: ['replicate'], owner: false },
  publish: { family: false, visitor: false, token: ['publish'], owner: false },
} as const satisfies Record<string, Rule>;

/** Something that one may do or not. */
export type Action = keyof typeof rules;

/** All actions, in the order of docs/access.md. */
export const actions = Object.keys(rules) as readonly Action[];

/** Whether somebody may do something. Nobody in particular (`undefined`) may do nothing. */
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

/** Whether what a token is for includes an action. */
const mayBring = (viewer: Viewer, action: Action): boolean =>
  rules[action].token.some((one) => viewer.may?.includes(one) === true);

/** What is done with one item; the other actions concern the server, or the library of the house. */
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
] as const satisfies readonly Action[];

/** An action on one item that somebody sees. */
export type ItemAction = (typeof actionsOnItems)[number];

/** What those may do with another person’s item who see it. */
const withOthers: ReadonlySet<ItemAction> = new Set(['details', 'original', 'stripped', 'comment', 'favourite']);

/**
 * Whether somebody may do an action on an item that they see: on the house’s as their role says, on their own anything, on another
 * person’s only what leaves it as it is.
 */
export function mayOn(viewer: Viewer | undefined, action: ItemAction, holder: Holder): boolean {
  if (holder === house) return may(viewer, action);
  if (viewer?.person === holder) return viewer.role !== 'program' || mayBring(viewer, action);
  return withOthers.has(action) && may(viewer, action);
}

/** Whether somebody may make links to a holder’s photos; those of a person, who is the person now, show them while they are. */
export const mayLink = (viewer: Viewer | undefined, holder: Holder): boolean =>
  holder === house ? may(viewer, 'links') : viewer?.person === holder && may(viewer, 'own-links');

/** Whether somebody may save what they see to a library of their own. */
export const maySave = (viewer: Viewer | undefined): boolean => viewer?.person !== undefined && may(viewer, 'save');

/** Whether somebody is told of the files of a holder in the spool: an owner of the house’s, everybody of their own. */
export const seesArrivals = (viewer: Viewer | undefined, holder: Holder): boolean =>
  holder === house ? may(viewer, 'spool') : viewer?.person === holder && may(viewer, 'upload');

/** Whether there can be an item on which somebody may do an action: of the house, or their own. */
export const mayOnSome = (viewer: Viewer, action: ItemAction): boolean =>
  may(viewer, action) || (viewer.person !== undefined && mayOn(viewer, action, viewer.person));

/** What somebody may do with an item of a holder that they see. */
export const actionsOn = (viewer: Viewer, holder: Holder): ItemAction[] =>
  actionsOnItems.filter((action) => mayOn(viewer, action, holder));

/** A field of a photo that people edit. */
export type Field = keyof EditableFields | 'tags' | 'albums' | 'apart';

/** The actions that change photos. */
const changing = ['edit', 'share', 'trash', 'favourite'] as const satisfies readonly Action[];

/** What whoever may use the trash changes. */
const ofTrash: ReadonlySet<Field> = new Set<Field>(['trashed', 'reviewed', 'apart', 'archived']);

function changingOf(field: Field): (typeof changing)[number] {
  if (field === 'audience') return 'share';
  if (field === 'favourite') return 'favourite';
  return ofTrash.has(field) ? 'trash' : 'edit';
}

/** Whether somebody may change a field of an item that they see; of the house’s where no holder is given. */
export const mayChange = (viewer: Viewer | undefined, field: Field, holder: Holder = house): boolean =>
  mayOn(viewer, changingOf(field), holder);

/** Whether somebody may change at least one field of photos that they see. Which, `mayChange` tells. */
export const mayChangeAny = (viewer: Viewer | undefined): boolean => changing.some((action) => may(viewer, action));

/**
 * Whether an author may share, by what documents say alone, so that every server comes to the same: of what they said (`edit`), or
 * of a file that they sent in (`file`). A token that edits may share; one that only sends may not, and of a file it is not known
 * which it was. `roleOf`: of a person, by their ULID; undefined for whom nobody knows.
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

/** Somebody who sent something in: as documents name them, and who they are now (undefined: nobody any more). */
export interface Sender {
  by: string;
  viewer: Viewer | undefined;
}

/**
 * Whether what somebody sent in (a sidecar) may say what a photo is: of one that they alone brought (`own`), and of one that they
 * may edit at this moment. Of the latter it is told whose it is: their own, or the owner's (`own` for who acts for the owner,
 * `house` for others), or one that only guests brought, people and tokens that may not edit everything. `sees`: whether the photo
 * exists for somebody; `bringers`: all who brought it.
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
 * The same for an item of a person (their ULID), of what came in for them: what lay in their folder or came by a command (`owner`)
 * counts, what whoever may edit it sent, and what somebody sent who alone brought the item.
 */
export function mayDescribeOwn(sender: Sender, person: string, bringers: readonly string[]): 'own' | undefined {
  const { by, viewer } = sender;
  if (by === unknownSender) return undefined;
  const isTheirs = by === owner || mayChange(viewer, 'title', person) || bringers.every((one) => one === by);
  return isTheirs ? 'own' : undefined;
}

/**
 * The id under which somebody has favourites of their own among a holder’s items; undefined where the favourites are those of the
 * holder: for whoever acts for them, and for those who have no account.
 */
export function favouritesOf({ role, person, behalf }: Viewer, holder: Holder = house): string | undefined {
  const actsFor = holder === house ? (behalf?.role ?? role) === 'owner' : holder === person;
  return person === undefined || actsFor ? undefined : `person:${person}`;
}

/**
 * Whether an item exists for somebody. `access`: the decision of now (library-access.ts); `claims`: what the item’s document says.
 */
export function maySee(viewer: Viewer | undefined, access: ItemAccess, claims: ItemClaims): boolean {
  const onlooker = onlookerOf(viewer);
  if (!viewer || !onlooker || !access.maySee(onlooker, claims)) return false;
  return !viewer.scope || viewer.holds?.(publicIdOf(claims.item)) === true;
}

/**
 * Whether somebody may have the bytes of an original as it came, of an item that they see. Whatever sends them, or packs them, asks
 * this and nothing else.
 */
export const mayHaveOriginal = (viewer: Viewer | undefined, holder: Holder = house): boolean =>
  mayOn(viewer, 'original', holder);

/** Whether the comments on what somebody sees exist for them: for those who are told details, and did not come by a link. */
export const seesComments = (viewer: Viewer): boolean => may(viewer, 'details') && viewer.role !== 'link';

/** How somebody looks at items; undefined for those who see none. */
export function onlookerOf(viewer: Viewer | undefined): Onlooker | undefined {
  if (!viewer || !may(viewer, 'see')) return undefined;
  const { role, person } = viewer;
  switch (role) {
    case 'owner':
      // Before there are accounts, the owner is nobody by name.
      return person === undefined ? { kind: 'house' } : { kind: 'person', person, actsForHouse: true };
    case 'family':
      return person === undefined ? undefined : { kind: 'person', person, actsForHouse: false };
    case 'program':
      return viewer.behalf ? onlookerOf(viewer.behalf) : { kind: 'house' };
    case 'visitor':
      return { kind: 'visitor' };
    case 'link':
      return { kind: 'link', of: viewer.of ?? house };
  }
}

/** Whose comments on an item somebody may take away beside their own: all, where they may bring it into the trash. */
export const removesComments = (viewer: Viewer, holder: Holder = house): boolean =>
  mayOn(viewer, 'trash', holder) && mayOn(viewer, 'comment', holder);

/** Whether something is by somebody. What was written before there were accounts is by the owner. */
export const isBy = (viewer: Viewer, author: string): boolean =>
  author === authorOf(viewer) || (author === 'owner' && viewer.role === 'owner');

/** The audiences that exist for a role. */
export const audiencesOf = {
  owner: ['private', 'family', 'public'],
  program: ['private', 'family', 'public'],
  family: ['family', 'public'],
  visitor: ['public'],
  link: ['private', 'family', 'public'],
} as const satisfies Record<Role, readonly Audience[]>;

/**
 * Who an edit is by, as documents keep it: `person:<ulid>`; `token:<name>`, or `token:<ulid>/<name>` of a token that acts for a person;
 * `link:<id>` for whoever came by a share link; `owner` where there are no accounts.
 */
export function authorOf({ role, person, token, share }: Viewer): string {
  if (token !== undefined) return `token:${person === undefined ? '' : `${person}/`}${token}`;
  if (role === 'link') return `link:${share ?? ''}`;
  return person === undefined ? 'owner' : `person:${person}`;
}

/** The token that an author names, and the person it acts for; undefined for other authors. */
export function tokenIn(author: string): { token: string; person?: string } | undefined {
  const [, person, token] = /^token:(?:([0-9A-HJKMNP-TV-Z]{26})\/)?(.*)$/s.exec(author) ?? [];
  return token === undefined ? undefined : { token, ...(person !== undefined && { person }) };
}

/** What somebody is counted as where everybody has a bounded number of places: each person, token and link by itself. */
export const countedAs = (viewer: Viewer): string =>
  viewer.share === undefined ? `${viewer.role} ${authorOf(viewer)}` : `link ${viewer.share}`;
