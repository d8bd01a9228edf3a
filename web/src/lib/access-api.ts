/** Requests of the pages about people and access (docs/interface.md, "Access"). Times are UTC. */
import type {
  AccessSettings,
  AuditEntry,
  Invitation,
  LibraryStorage,
  Passkey,
  Person,
  SecondFactor,
  SessionAnswer,
  SignedInSession,
  Token,
  TokenMay,
  WaitingPerson,
} from '../../../src/api/answer-types.js';
import { addressed, ask, send } from './api.js';

export type {
  AccessSettings,
  AuditEntry,
  Invitation,
  Passkey,
  Person,
  SecondFactor,
  SignedInSession,
  Token,
  TokenMay,
  WaitingPerson,
};

/** The name and role of a person. */
export type Standing = WaitingPerson['here'];

const at = (path: string, id: string): string => `${path}/${encodeURIComponent(id)}`;

export const fetchPeople = (): Promise<{ people: Person[]; waiting?: WaitingPerson[] }> => ask('/api/people');
export const decidePerson = ({ id, edition }: WaitingPerson, verdict: 'approve' | 'reject'): Promise<unknown> =>
  ask(`${at('/api/people', id)}/${verdict}`, send('POST', { edition }));
export const invite = (name: string, role: Person['role']): Promise<{ person: Person; invitation: Invitation }> =>
  ask('/api/people', send('POST', { name, role }));
export const changePerson = (
  id: string,
  change: Partial<Pick<Person, 'name' | 'role' | 'canEdit'>>,
): Promise<unknown> => ask(at('/api/people', id), send('PATCH', change));
export const removePerson = (id: string): Promise<unknown> => ask(at('/api/people', id), send('DELETE'));
/** The storage of the house and each person, including removed people whose photos are still here. */
export const fetchStorage = (): Promise<LibraryStorage> => ask('/api/storage');
/** Saves the photos of a removed person for the house, or for a person (their id), as private ones. */
export const handOver = (id: string, to: string): Promise<{ saved: number; known: number }> =>
  ask(`${at('/api/people', id)}/hand-over`, send('POST', { to }));
/** Permanently deletes all photos of a removed person, on every server. */
export const purgeRemoved = (id: string): Promise<{ purged: number; left: number }> =>
  ask(`${at('/api/people', id)}/purge`, send('POST'));
/** Allows a person to publish their public photos, or stops it. */
export const allowPublishing = (id: string, on: boolean): Promise<unknown> =>
  ask(`${at('/api/people', id)}/publishing`, send(on ? 'PUT' : 'DELETE'));
/** Closes the account of a person on this server; their photos and shares stay. */
export const closeAccount = (id: string): Promise<unknown> => ask(`${at('/api/people', id)}/sign-in`, send('DELETE'));
/** Disables the second factor of another person. */
export const resetSecondFactor = (id: string): Promise<unknown> =>
  ask(`${at('/api/people', id)}/second-factor`, send('DELETE'));
/** Creates a new link; some servers return the invitation inside an object. */
export const inviteAgain = async (id: string): Promise<Invitation> => {
  const answer = await ask<Invitation | { invitation: Invitation }>(
    `${at('/api/people', id)}/invitation`,
    send('POST'),
  );
  return 'invitation' in answer ? answer.invitation : answer;
};

export const changeName = (name: string): Promise<SessionAnswer> => ask('/api/me/name', send('PUT', { name }));
export const changePassword = (old: string, next: string, removePasskeys: string[]): Promise<unknown> =>
  ask('/api/me/password', send('POST', { old, new: next, removePasskeys }));
export const fetchSecondFactor = (): Promise<SecondFactor> => ask('/api/me/second-factor');
export const beginSecondFactor = (): Promise<{ secret: string; uri: string }> =>
  ask('/api/me/second-factor', send('POST'));
export const confirmSecondFactor = async (otp: string): Promise<string[]> =>
  (await ask<{ recovery: string[] }>('/api/me/second-factor/confirm', send('POST', { otp }))).recovery;
export const renewRecovery = async (): Promise<string[]> =>
  (await ask<{ recovery: string[] }>('/api/me/second-factor/recovery', send('POST'))).recovery;
export const removeSecondFactor = (): Promise<unknown> => ask('/api/me/second-factor', send('DELETE'));
export const fetchPasskeys = async (): Promise<Passkey[]> =>
  (await ask<{ passkeys: Passkey[] }>('/api/me/passkeys')).passkeys;
export const removePasskey = (id: string): Promise<unknown> => ask(at('/api/me/passkeys', id), send('DELETE'));

/** This browser comes first; the others keep the server's order. */
export const fetchSessions = async (person?: string): Promise<SignedInSession[]> =>
  (await ask<{ sessions: SignedInSession[] }>(addressed('/api/me/sessions', { person }))).sessions.sort(
    (a, b) => Number(b.current) - Number(a.current),
  );
export const endSession = (id: string): Promise<unknown> => ask(at('/api/sessions', id), send('DELETE'));
export const endOthers = (): Promise<unknown> => ask('/api/me/sessions', send('DELETE'));

/** The library that the tokens act for: one's own, or the family's. */
const forWhom = (whose: 'me' | 'house'): { for?: 'me' } => (whose === 'me' ? { for: 'me' } : {});
export const fetchTokens = async (whose: 'me' | 'house' = 'house'): Promise<Token[]> =>
  (await ask<{ tokens: Token[] }>(addressed('/api/tokens', forWhom(whose)))).tokens;
export const makeToken = (
  name: string,
  may: TokenMay[],
  whose: 'me' | 'house' = 'house',
): Promise<Token & { token: string }> => ask('/api/tokens', send('POST', { name, may, ...forWhom(whose) }));
export const revokeToken = (name: string, whose: 'me' | 'house' = 'house'): Promise<unknown> =>
  ask(addressed(at('/api/tokens', name), forWhom(whose)), send('DELETE'));

export const fetchAccess = (): Promise<AccessSettings> => ask('/api/access');
export const changeAccess = (change: Partial<AccessSettings>): Promise<AccessSettings> =>
  ask('/api/access', send('PATCH', change));

export const fetchAudit = (before?: string): Promise<{ entries: AuditEntry[]; next: string | null }> =>
  ask(addressed('/api/audit', { limit: 50, before }));

export const signIn = (name: string, password: string, otp?: string): Promise<SessionAnswer> =>
  ask('/api/session', send('POST', { name, password, otp }));
export const confirmByPassword = (password: string, otp?: string): Promise<SessionAnswer> =>
  ask('/api/session/confirm', send('POST', { password, otp }));
export const setUp = (code: string, name: string, password: string): Promise<SessionAnswer> =>
  ask('/api/setup', send('POST', { code, name, password }));
export const lookAtSetUp = (code: string): Promise<unknown> => ask('/api/setup/look', send('POST', { code }));
export const lookAtInvitation = (code: string): Promise<{ name: string }> =>
  ask('/api/invitation/look', send('POST', { code }));
export const acceptInvitation = (code: string, password: string, otp?: string): Promise<SessionAnswer> =>
  ask('/api/invitation', send('POST', { code, password, otp }));

/** The library that one's uploads go to: the family's, or one's own. */
export type UploadTarget = 'house' | 'me';
export const fetchUploadTarget = async (): Promise<UploadTarget> =>
  (await ask<{ to: UploadTarget }>('/api/me/upload-to')).to;
export const setUploadTarget = async (to: UploadTarget): Promise<UploadTarget> =>
  (await ask<{ to: UploadTarget }>('/api/me/upload-to', send('PUT', { to }))).to;

/** Who can see one's new uploads. */
export type UploadAudience = 'private' | 'family';
export const fetchUploadAudience = async (): Promise<UploadAudience> =>
  (await ask<{ audience: UploadAudience }>('/api/me/upload-audience')).audience;
export const setUploadAudience = async (audience: UploadAudience): Promise<UploadAudience> =>
  (await ask<{ audience: UploadAudience }>('/api/me/upload-audience', send('PUT', { audience }))).audience;
