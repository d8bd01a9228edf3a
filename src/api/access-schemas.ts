/**
 * The request and response schemas of access routes; see photo-schemas.ts. Responses contain no secret except where one
 * is created.
 */
import { Type, type TProperties } from 'typebox';
import { noticeKinds } from '../access/account-notices.js';
import { happenings } from '../access/audit-log.js';
import { personRoles } from '../access/people.js';
import { actions, mays } from '../access/permissions.js';
import { Sha256, Tile } from './photo-schemas.js';

/** An object that rejects unknown keys. */
export const strict = <P extends TProperties>(properties: P, options: object = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

const utc = Type.String({ description: 'UTC, 2026-11-24T10:00:00.000Z' });
const optional = Type.Optional;

/** A name as entered. */
export const GivenName = Type.String({ minLength: 1, maxLength: 400 });
/** A password as entered. */
export const GivenPassword = Type.String({ minLength: 1, maxLength: 4_000 });
/** A code of an authenticator app, or a recovery code, as entered. */
export const GivenOtp = Type.String({
  minLength: 1,
  maxLength: 40,
  description: 'a code of the authenticator app, or a recovery code; required if the second factor is on',
});
/** The code of a one-time link. */
export const Code = Type.String({ minLength: 1, maxLength: 200 });
/** The id of a person, a session or a passkey in a path: a malformed one is not found. */
export const OneParams = Type.Object({ id: Type.String() });

/** server/http/sign-in-response.ts `SessionView`. */
export const Session = Type.Object({
  role: Type.Union([Type.Enum(['owner', 'family', 'visitor', 'program', 'link']), Type.Null()]),
  person: optional(Type.Object({ id: Type.String(), name: Type.String() })),
  setUp: Type.Boolean({ description: 'whether an owner has an account' }),
  alone: optional(
    Type.Literal(true, { description: 'for an owner with an account: nobody else belongs to the library' }),
  ),
  visitors: Type.Boolean({ description: 'whether visitors may open the page' }),
  libraries: optional(
    Type.Literal(true, { description: 'people have their own libraries here, and the viewer is one of them' }),
  ),
  signIn: Type.Optional(Type.Boolean({ description: '`false` on a public server, where nobody signs in' })),
  passkeys: Type.Boolean({ description: 'whether passkeys are possible at this address' }),
  confirmedUntil: optional(
    Type.String({ description: 'UTC; until then the session may make permanent changes to access' }),
  ),
  passkeysAdded: optional(
    Type.Array(Type.Object({ name: Type.String(), at: utc }), {
      description: 'passkeys added in the month before this session began, until acknowledged',
    }),
  ),
  accountChanges: optional(
    Type.Array(
      Type.Object({
        what: Type.Enum(noticeKinds),
        at: utc,
        by: Type.String({ description: 'the name of whoever did it, or `command line`' }),
      }),
      { description: 'what others changed in the month before this session began, until acknowledged' },
    ),
  ),
  may: Type.Array(Type.Enum(actions)),
});

/** The roles of a person. */
export const PersonRole = Type.Enum(personRoles);
/** access/accounts.ts `Account`. */
export const Person = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: PersonRole,
  canEdit: Type.Boolean(),
  passwordSet: Type.Boolean(),
  passkeys: Type.Integer(),
  secondFactor: Type.Boolean({ description: 'whether the password also needs a code of an authenticator app' }),
  publishes: optional(Type.Literal(true, { description: 'what they show to everyone is published on public servers' })),
  lastSeen: optional(utc),
});
/** access/pending-roles.ts `Standing`. */
const standing = { name: Type.String(), role: PersonRole, canEdit: Type.Boolean(), removed: Type.Boolean() };
/** access/people.ts `WaitingChange`. */
export const WaitingPerson = Type.Object({
  id: Type.String(),
  here: Type.Object(standing, { description: 'the values in force here' }),
  change: Type.Partial(Type.Object(standing), { description: 'the values requested by another server' }),
  edition: Type.String({ description: 'identifies the shown version; send it to approve or reject' }),
  from: optional(Type.String({ description: 'the sender: the name of a token, or the address of a peer' })),
  since: optional(utc),
});
/** A one-time link. */
export const Invitation = Type.Object({ path: Type.String({ description: '/invite#<code>' }), expires: utc });

/** A session. */
export const OneSession = Type.Object({
  id: Type.String(),
  current: Type.Boolean(),
  created: utc,
  lastUsed: utc,
  address: Type.String(),
  browser: Type.String(),
});
/** A passkey. */
export const Passkey = Type.Object({
  id: Type.String(),
  name: Type.String(),
  created: utc,
  lastUsed: optional(utc),
  site: Type.String({ description: 'the host name that it was created for' }),
});

const long = Type.String({ maxLength: 20_000 });
/** A browser's response to WebAuthn options (its JSON form, Web Authentication Level 3, 5.1.8). */
export const WebAuthnAnswer = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 2_000 }),
  rawId: Type.String({ maxLength: 2_000 }),
  type: Type.Literal('public-key'),
  response: Type.Record(Type.String(), Type.Unknown()),
  clientExtensionResults: Type.Object({}),
});
/** The response to the options for signing in. */
export const SignInAnswer = Type.Intersect([
  WebAuthnAnswer,
  Type.Object({
    response: Type.Object({
      clientDataJSON: long,
      authenticatorData: long,
      signature: long,
      userHandle: optional(Type.Union([long, Type.Null()])),
    }),
  }),
]);
/** The response to the options for creating a passkey. */
export const MakeAnswer = Type.Intersect([
  WebAuthnAnswer,
  Type.Object({
    response: Type.Object({
      clientDataJSON: long,
      attestationObject: Type.String({ maxLength: 200_000 }),
      transports: optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 10 })),
    }),
  }),
]);
/** Options of WebAuthn, for `PublicKeyCredential.parse…OptionsFromJSON`. */
export const WebAuthnOptions = Type.Record(Type.String(), Type.Unknown());

/** The permissions of a token. */
export const May = Type.Enum(mays);
/** The holder that a token acts for: `me` for the viewer; absent for the house. */
export const ForMe = optional(
  Type.Literal('me', { description: '`me` for tokens that act for you; absent: for the house' }),
);
/** access/api-tokens.ts `Token`. */
export const Token = Type.Object({
  name: Type.String(),
  may: Type.Array(May),
  for: ForMe,
  created: utc,
  lastUsed: optional(utc),
  lastPhoto: optional(utc),
  by: optional(Type.String({ description: 'the name of its creator' })),
});

/** The owner's settings. */
export const AccessSettings = Type.Object({
  visitors: Type.Boolean(),
  familyEdits: Type.Boolean(),
  publicAddress: Type.Union([
    Type.String({ description: 'the beginning of links, `https://photos.example.org`' }),
    Type.Null(),
  ]),
  title: Type.String({ description: 'the title of the public front page' }),
  intro: Type.Union([Type.String({ description: 'its introduction' }), Type.Null()]),
});

/** access/audit-log.ts `Entry`. */
export const AuditEntry = Type.Object({
  at: utc,
  what: Type.Enum(happenings),
  who: optional(Type.String()),
  address: optional(Type.String()),
  detail: optional(Type.String()),
});

/** album/photo-comments.ts `CommentSeen`. */
export const Comment = Type.Object({
  id: Type.String(),
  text: Type.String({ description: 'Markdown' }),
  by: Type.Object({ id: optional(Type.String()), name: Type.String() }),
  added: utc,
  edited: optional(Type.Literal(true)),
  mine: Type.Boolean(),
});

/** A share link as the owner sees it, without its secret. */
export const ShareLink = Type.Object({
  id: Type.String(),
  photo: optional(Sha256),
  search: optional(Type.String()),
  album: optional(Type.String({ description: 'HOLDER:ALBUM' })),
  title: Type.String(),
  locked: Type.Boolean({ description: 'whether it needs a password' }),
  originals: Type.Boolean(),
  details: Type.Boolean({ description: 'whether it includes file names, positions, places and tags' }),
  named: Type.Boolean({ description: 'whether its visitors see who made it' }),
  unedited: Type.Boolean({ description: 'whether its originals of edited photos are as taken' }),
  created: utc,
  by: Type.String(),
  expires: optional(utc),
  over: Type.Boolean(),
  uploads: optional(
    Type.Object(
      {
        photos: Type.Integer(),
        bytes: Type.Integer(),
        photosPerDay: Type.Integer(),
        bytesPerDay: Type.Integer(),
      },
      { description: 'the limits within which it accepts photos from guests' },
    ),
  ),
  lastUsed: optional(utc),
});
const Some = optional(Type.Integer());
/** The photos that sharing would show; album/share-preview.ts. */
export const SharePreview = Type.Object({
  count: Type.Integer(),
  tiles: Type.Array(Tile, { description: 'the first of them' }),
  ids: optional(Type.Array(Sha256, { description: 'of a selection: the photos that can be shared together' })),
  left: Type.Object(
    { others: Some, trashed: Some, apart: Some, unconfirmed: Some },
    {
      description:
        'photos that it would not show: of others, in the trash or locked, in another library of the viewer, put there by people who may not share',
    },
  ),
});
/** A share link as its visitors see it. */
export const ShareLinkView = Type.Object({
  title: Type.String(),
  photo: optional(Sha256),
  locked: Type.Boolean({ description: 'whether the password is still required; then all other values are absent' }),
  originals: Type.Boolean(),
  details: Type.Boolean(),
  from: optional(Type.String({ description: 'who made it, if they agreed to that' })),
  description: optional(Type.String({ description: 'of its album' })),
  photos: optional(Type.Integer({ description: 'how many it shows' })),
  uploads: optional(Type.Literal(true, { description: 'it accepts photos' })),
  unedited: optional(Type.Literal(true, { description: 'its originals of edited photos are as taken' })),
  draft: optional(Type.Literal(true, { description: 'a preview for its author; there is no link yet' })),
  strippable: Type.Array(Type.String(), {
    description: 'types of originals that are available without details, stripped or as a JPEG',
  }),
  expires: optional(utc),
});
/** access/locked-folder.ts `LockedState`. */
export const LockedPhotos = Type.Object({
  pin: Type.Boolean({ description: 'whether a PIN is set' }),
  passkeys: Type.Integer({ description: 'passkeys that open them' }),
  password: Type.Boolean({ description: 'whether the sign-in password sets a PIN; else only while nothing is locked' }),
  open: Type.Boolean(),
  until: optional(utc),
});
/** A person's own second factor. */
export const SecondFactor = Type.Object({
  on: Type.Boolean(),
  since: optional(Type.String()),
  recovery: Type.Integer({ description: 'the number of unused recovery codes' }),
});
