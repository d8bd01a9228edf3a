/**
 * Shared code of access routes: the origin of a request, the response to a sign-in, and the description of the session
 * for the page. Secrets are sent only in cookies.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isIP } from 'node:net';
import { announcedFor, type NoticeKind } from '../../access/account-notices.js';
import type { Site } from '../../access/passkeys.js';
import { actions, may, type Action, type Role, type Viewer } from '../../access/permissions.js';
import type { Confirmation, SignInOutcome, Visit } from '../../access/sign-in.js';
import { actorOf, type Actor } from '../../access/actor.js';
import { confirmedFor } from '../../access/sessions.js';
import { PhotospoolError, notFound } from '../../base/errors.js';
import { broughtBy, viewer } from './request-viewer.js';
import { deviceOf, giveCookie, sessionOf } from './cookies.js';
import { hostOf, isLoopbackName } from './allowed-hosts.js';

/** The origin of a request, and the secrets of its browser. */
export function visitOf(request: FastifyRequest): Visit {
  const [device, session] = [deviceOf(request), sessionOf(request)];
  return {
    address: request.ip,
    browser: request.headers['user-agent'] ?? '',
    ...(device !== undefined && { device }),
    ...(session !== undefined && { session }),
  };
}

/** The viewer, as named in the audit log. */
export const actorBehind = (request: FastifyRequest): Actor => actorOf(viewer(request), request.ip);

/** The id of the viewer's person. @throws PhotospoolError `conflict` if there are no accounts, or for a command. */
export function personBehind(request: FastifyRequest): string {
  const { person } = viewer(request);
  if (person !== undefined) return person;
  throw new PhotospoolError('conflict', 'You have no account on this server.', {
    hint: 'Create one with `photospool users add NAME`.',
  });
}

/** The id of the viewer's session. @throws PhotospoolError `conflict` if there are no accounts, or for a command. */
export function sessionBehind(request: FastifyRequest): string {
  personBehind(request);
  return viewer(request).session!;
}

/**
 * The site for passkeys; undefined if they are not possible: browsers require a host name, not an IP address, and HTTPS
 * or this machine (WebAuthn, 5.1.3 and 13.4.9).
 */
export function siteOf(request: FastifyRequest): Site | undefined {
  const host = request.headers.host ?? '';
  const rp = hostOf(host).toLowerCase();
  if (rp === '' || rp.startsWith('[') || isIP(rp) !== 0) return undefined;
  if (request.protocol !== 'https' && !isLoopbackName(rp)) return undefined;
  return { origin: `${request.protocol}://${host.toLowerCase()}`, rp };
}

/** The site of a request. @throws PhotospoolError `conflict` if passkeys are not possible there. */
export function siteFor(request: FastifyRequest): Site {
  const site = siteOf(request);
  if (site) return site;
  throw new PhotospoolError('conflict', 'Passkeys don’t work at this address.', {
    hint: 'They need HTTPS and a host name. On the server itself, http://localhost also works.',
  });
}

/** The session as the page gets it. */
export interface SessionView {
  role: Role | null;
  person?: { id: string; name: string };
  setUp: boolean;
  visitors: boolean;
  /** People have personal libraries here, and the viewer is one of them. */
  libraries?: true;
  passkeys: boolean;
  /** False if there are no accounts. */
  signIn?: boolean;
  /** Until when this session may change access permanently, UTC. */
  confirmedUntil?: string;
  /** Passkeys added meanwhile that the person has not acknowledged yet. */
  passkeysAdded?: { name: string; at: string }[];
  /** Changes to the account by others that the person has not acknowledged yet. */
  accountChanges?: { what: NoticeKind; at: string; by: string }[];
  may: Action[];
}

/** The description of a viewer for the page. */
export function describeSession(request: FastifyRequest, viewer: Viewer | undefined): SessionView {
  const { setUp, visitors } = request.server.access.settings.read();
  const { person, name } = viewer ?? {};
  return {
    role: viewer?.role ?? null,
    ...(person !== undefined && name !== undefined && { person: { id: person, name } }),
    setUp,
    ...(viewer?.role === 'owner' &&
      person !== undefined &&
      request.server.access.accounts.list().length === 1 && { alone: true }),
    visitors,
    ...(person !== undefined && request.server.librariesOn() && { libraries: true }),
    passkeys: siteOf(request) !== undefined,
    ...viewSession(request, viewer),
    may: actions.filter((action) => may(viewer, action)),
  };
}

/** The session's own state: how long its confirmed identity is valid, and changes to the account before it began. */
function viewSession(request: FastifyRequest, viewer: Viewer | undefined): Partial<SessionView> {
  const { access } = request.server;
  const session = viewer?.session === undefined ? undefined : access.sessions.get(viewer.session);
  if (!session) return {};
  const news = access.passkeys
    .list(session.person)
    .filter(({ created }) => created < session.created && created > session.created - announcedFor);
  const changes = access.notices.before(session.person, session.created);
  return {
    ...(viewer?.confirmed === true && { confirmedUntil: utcOf(session.confirmed + confirmedFor) }),
    ...(session.noticed === 0 &&
      news.length > 0 && { passkeysAdded: news.map(({ name, created }) => ({ name, at: utcOf(created) })) }),
    ...(session.noticed === 0 &&
      changes.length > 0 && { accountChanges: changes.map((one) => ({ ...one, at: utcOf(one.at) })) }),
  };
}

/** The errors for failed credentials, which do not reveal what was wrong; and for invalid links. */
export const refusals = {
  password: () =>
    new PhotospoolError('unauthorized', 'Wrong name or password.', {
      hint: 'Check both, or ask the owner for a new link.',
    }),
  old: () => new PhotospoolError('forbidden', 'The old password is incorrect.'),
  lock: () => new PhotospoolError('forbidden', 'Wrong PIN, password or passkey.'),
  confirm: () => new PhotospoolError('forbidden', 'Wrong password or passkey.'),
  passkey: () =>
    new PhotospoolError('unauthorized', 'This passkey isn’t registered on this server.', {
      hint: 'Sign in with your password.',
    }),
  link: () =>
    notFound('This link has already been used, has expired or is incomplete.', 'Ask the owner for a new one.'),
};

/**
 * Checks the outcome of authentication. @throws PhotospoolError `slow-down` (with `Retry-After`), `otp-needed` if the
 * code of the second factor is missing, or the result of `wrong`.
 */
export function checkOutcome<O extends SignInOutcome | Confirmation>(
  reply: FastifyReply,
  outcome: O,
  wrong: () => PhotospoolError,
): asserts outcome is Extract<O, { kind: 'in' | 'confirmed' }> {
  if (outcome.kind === 'wait') throw refuseTooSoon(reply, outcome.ms);
  if (outcome.kind === 'otp') {
    throw new PhotospoolError('otp-needed', 'A code from your authenticator app is required.', {
      hint: 'Send it as `otp`. A recovery code also works.',
    });
  }
  if (outcome.kind !== 'wrong') return;
  if (outcome.what !== 'otp') throw wrong();
  throw new PhotospoolError(wrong().code === 'forbidden' ? 'forbidden' : 'unauthorized', 'Wrong code.', {
    hint: 'Each code works only once. Wait for the next one.',
  });
}

/**
 * Responds to a sign-in: sets the cookies and returns the session, or rejects.
 * @throws PhotospoolError as `checkOutcome`.
 */
export function answerOutcome(
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: SignInOutcome,
  wrong: () => PhotospoolError,
): SessionView {
  checkOutcome(reply, outcome, wrong);
  giveCookie(request, reply, 'session', outcome.session);
  giveCookie(request, reply, 'device', outcome.device);
  const { direct } = broughtBy(request);
  return describeSession(request, request.server.access.recognise({ direct, session: outcome.session }));
}

/** The error for a sender who must wait before the next attempt, with `Retry-After`. */
export function refuseTooSoon(reply: FastifyReply, ms: number): PhotospoolError {
  const seconds = Math.ceil(ms / 1000);
  void reply.header('retry-after', seconds);
  return new PhotospoolError('slow-down', 'Too many failed attempts.', {
    hint: `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
  });
}

/** ms since 1970 as UTC, `2026-11-24T10:00:00.000Z`. */
export const utcOf = (ms: number): string => new Date(ms).toISOString();
