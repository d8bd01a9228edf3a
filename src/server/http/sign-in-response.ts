/**
 * What the routes of access share: where a request comes from, what becomes of a sign-in, and what a page is told of who is
 * signed in. Secrets go into cookies and nowhere else.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isIP } from 'node:net';
import type { Site } from '../../access/passkeys.js';
import { actions, may, type Action, type Role, type Viewer } from '../../access/permissions.js';
import type { Confirmation, SignInOutcome, Visit } from '../../access/sign-in.js';
import { actorOf, type Actor } from '../../access/actor.js';
import { confirmedFor } from '../../access/sessions.js';
import { PhotospoolError, notFound } from '../../base/errors.js';
import { broughtBy, viewer } from './request-viewer.js';
import { deviceOf, giveCookie, sessionOf } from './cookies.js';
import { hostOf, isLoopbackName } from './allowed-hosts.js';

/** Where a request comes from, and what its browser holds. */
export function visitOf(request: FastifyRequest): Visit {
  const [device, session] = [deviceOf(request), sessionOf(request)];
  return {
    address: request.ip,
    browser: request.headers['user-agent'] ?? '',
    ...(device !== undefined && { device }),
    ...(session !== undefined && { session }),
  };
}

/** Whoever asks, as the audit names them. */
export const actorBehind = (request: FastifyRequest): Actor => actorOf(viewer(request), request.ip);

/** The id of the person who asks. @throws PhotospoolError `conflict` where there are no accounts, or a command asks. */
export function personBehind(request: FastifyRequest): string {
  const { person } = viewer(request);
  if (person !== undefined) return person;
  throw new PhotospoolError('conflict', 'You have no account here.', { hint: 'Make one with `photospool users add`.' });
}

/** The id of the session that asks. @throws PhotospoolError `conflict` where there are no accounts, or a command asks. */
export function sessionBehind(request: FastifyRequest): string {
  personBehind(request);
  return viewer(request).session!;
}

/**
 * Where the page is, for passkeys; undefined where they are not possible: browsers have them for names, not for addresses,
 * and over HTTPS or on this machine only (WebAuthn, 5.1.3 and 13.4.9).
 */
export function siteOf(request: FastifyRequest): Site | undefined {
  const host = request.headers.host ?? '';
  const rp = hostOf(host).toLowerCase();
  if (rp === '' || rp.startsWith('[') || isIP(rp) !== 0) return undefined;
  if (request.protocol !== 'https' && !isLoopbackName(rp)) return undefined;
  return { origin: `${request.protocol}://${host.toLowerCase()}`, rp };
}

/** The site of a request. @throws PhotospoolError `conflict` where passkeys are not possible there. */
export function siteFor(request: FastifyRequest): Site {
  const site = siteOf(request);
  if (site) return site;
  throw new PhotospoolError('conflict', 'Passkeys do not work at this address.', {
    hint: 'They need HTTPS and a host name; at this machine, http://localhost does too.',
  });
}

/** What a page is told of who is signed in. */
export interface SessionView {
  role: Role | null;
  person?: { id: string; name: string };
  setUp: boolean;
  visitors: boolean;
  passkeys: boolean;
  /** False where nobody signs in. */
  signIn?: boolean;
  /** Until when this session may make lasting changes to access, UTC. */
  confirmedUntil?: string;
  /** Passkeys that came since, and that this session's person has not said to have seen. */
  passkeysAdded?: { name: string; at: string }[];
  may: Action[];
}

/** What a page is told of a viewer. */
export function describeSession(request: FastifyRequest, viewer: Viewer | undefined): SessionView {
  const { setUp, visitors } = request.server.access.settings.read();
  const { person, name } = viewer ?? {};
  return {
    role: viewer?.role ?? null,
    ...(person !== undefined && name !== undefined && { person: { id: person, name } }),
    setUp,
    visitors,
    passkeys: siteOf(request) !== undefined,
    ...viewSession(request, viewer),
    may: actions.filter((action) => may(viewer, action)),
  };
}

/** For how long a passkey that was added is told of at sign-ins, ms. */
const toldFor = 30 * 86_400_000;

/** What a session is told of itself: how long its proof of who it is holds, and passkeys that were added before it began. */
function viewSession(request: FastifyRequest, viewer: Viewer | undefined): Partial<SessionView> {
  const { access } = request.server;
  const session = viewer?.session === undefined ? undefined : access.sessions.get(viewer.session);
  if (!session) return {};
  const news = access.passkeys
    .list(session.person)
    .filter(({ created }) => created < session.created && created > session.created - toldFor);
  return {
    ...(viewer?.confirmed === true && { confirmedUntil: utcOf(session.confirmed + confirmedFor) }),
    ...(session.noticed === 0 &&
      news.length > 0 && { passkeysAdded: news.map(({ name, created }) => ({ name, at: utcOf(created) })) }),
  };
}

/** What is said of what is not right: of a way in, which does not say what; of a link, which is void. */
export const refusals = {
  password: () => new PhotospoolError('unauthorized', 'The name or the password is not right.'),
  old: () => new PhotospoolError('forbidden', 'The old password is not right.'),
  confirm: () => new PhotospoolError('forbidden', 'That is not right.'),
  passkey: () => new PhotospoolError('unauthorized', 'That passkey is not known here.'),
  link: () => notFound('This link has been used, is too old, or is not whole.', 'Ask the owner for a new one.'),
};

/**
 * Whether a way in is open. @throws PhotospoolError `slow-down` (with `Retry-After`), `otp-needed` where the code of the second factor
 * is missing, or what `wrong` makes.
 */
export function checkOutcome<O extends SignInOutcome | Confirmation>(
  reply: FastifyReply,
  outcome: O,
  wrong: () => PhotospoolError,
): asserts outcome is Extract<O, { kind: 'in' | 'confirmed' }> {
  if (outcome.kind === 'wait') throw refuseTooSoon(reply, outcome.ms);
  if (outcome.kind === 'otp') {
    throw new PhotospoolError('otp-needed', 'A code of your authenticator app is needed too.', {
      hint: 'Send it as `otp`; a recovery code does as well.',
    });
  }
  if (outcome.kind !== 'wrong') return;
  if (outcome.what !== 'otp') throw wrong();
  throw new PhotospoolError(wrong().code === 'forbidden' ? 'forbidden' : 'unauthorized', 'The code is not right.', {
    hint: 'Each code is good once: wait for the next one.',
  });
}

/**
 * Answers a sign-in: gives the browser its cookies and tells the page who it is, or refuses.
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

/** What is said to somebody who has to wait for the next try, with `Retry-After`. */
export function refuseTooSoon(reply: FastifyReply, ms: number): PhotospoolError {
  const seconds = Math.ceil(ms / 1000);
  void reply.header('retry-after', seconds);
  return new PhotospoolError('slow-down', 'That was not right too many times.', {
    hint: `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
  });
}

/** ms since 1970 as UTC, `2026-11-24T10:00:00.000Z`. */
export const utcOf = (ms: number): string => new Date(ms).toISOString();
