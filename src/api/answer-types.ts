/**
 * The answers of the API as types, derived from the shapes that write them: what the page imports, so that it has no copy of its
 * own. Types only. Times are UTC.
 */
import type { Static } from 'typebox';
import type {
  AccessSettings as AccessSettingsShape,
  AuditEntry as AuditEntryShape,
  Comment as CommentShape,
  Invitation as InvitationShape,
  May,
  OneSession,
  Passkey as PasskeyShape,
  Person as PersonShape,
  Session,
  Token as TokenShape,
  WaitingPerson as WaitingPersonShape,
} from './access-schemas.js';

/** The answer of `GET /api/session`: who is known, and what they may do. `role` is null where nobody is known. */
export type SessionAnswer = Static<typeof Session>;
/** A person with an account. */
export type Person = Static<typeof PersonShape>;
/** What another server changed of a person and an owner here has not agreed to. */
export type WaitingPerson = Static<typeof WaitingPersonShape>;
/** A link that lets a person choose a password, once. */
export type Invitation = Static<typeof InvitationShape>;
/** A place where somebody is signed in. */
export type SignedInSession = Static<typeof OneSession>;
/** A passkey of one's own. */
export type Passkey = Static<typeof PasskeyShape>;
/** What a token may do. */
export type TokenMay = Static<typeof May>;
/** A token, without its secret. */
export type Token = Static<typeof TokenShape>;
/** Who else is let in, and what links begin with. */
export type AccessSettings = Static<typeof AccessSettingsShape>;
/** One entry of the audit log. */
export type AuditEntry = Static<typeof AuditEntryShape>;
/** A comment, as somebody sees it. */
export type Comment = Static<typeof CommentShape>;
