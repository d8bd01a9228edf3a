/**
 * The people of the fixture: responds as in docs/interface.md about sessions, people, tokens and access, in memory. It
 * checks no signatures; access.test.ts tests the real server.
 */
import { randomBytes } from 'node:crypto';
import { checks, type Finding } from '../../src/doctor/finding.js';
import { actions, may } from '../../src/access/permissions.js';
import type {
  AuditEntry,
  AccessSettings,
  Passkey,
  Person,
  SignedInSession,
  Token,
} from '../../web/src/lib/access-api.js';
import type { SessionAnswer } from '../../src/api/answer-types.js';

/** A person of the fixture, with what only the server knows. */
export interface FixturePerson extends Person {
  password?: string;
  keys: (Passkey & { credential: string })[];
}

/** A response. */
export interface Answer {
  status: number;
  body?: unknown;
  cookie?: string;
}

/** The people of a fixture. */
export interface Door {
  people: FixturePerson[];
  sessions: (SignedInSession & { secret: string; person: string })[];
  tokens: Token[];
  openness: AccessSettings;
  happenings: AuditEntry[];
  findings: Finding[];
  /** The code of the set-up link; those of invitations by person. */
  setUp: string | undefined;
  invitations: Map<string, string>;
  /** The viewer with this cookie. */
  viewer(cookie: string | undefined): SessionAnswer;
  /** The response, or undefined for other paths. */
  answer(method: string, path: string, cookie: string | undefined, body: Record<string, unknown>): Answer | undefined;
}

/** The permissions of people, by the table of the real server. */
const rights = (role: 'owner' | 'family' | 'visitor', canEdit = false): SessionAnswer['may'] =>
  actions.filter((action) => may({ role, audiences: [], canEdit }, action));

/** The code of every set-up link. */
export const setUpCode = 'set-up-code';

/** The people of a home without accounts: every viewer is the owner. */
export function makeDoor(passkeys = true): Door {
  const now = (): string => new Date().toISOString();
  let challenge = '';

  const personOf = (cookie: string | undefined): FixturePerson | undefined => {
    const secret = /photospool=(\w+)/.exec(cookie ?? '')?.[1];
    const session = door.sessions.find((one) => one.secret === secret);
    return session && door.people.find(({ id }) => id === session.person);
  };

  const failure = (status: number, code: string, message: string): Answer => ({
    status,
    body: { error: { code, message } },
  });
  const gone = failure(404, 'not-found', 'It is not there.');

  function enter(person: FixturePerson): Answer {
    const secret = randomBytes(8).toString('hex');
    const [id, at] = [`s${door.sessions.length + 1}`, now()];
    const where = { address: '127.0.0.1', browser: 'Chromium on Linux', current: false };
    door.sessions.push({ id, secret, person: person.id, created: at, lastUsed: at, ...where });
    door.happenings.unshift({ at, what: 'signed-in', who: person.name, address: where.address });
    const cookie = `photospool=${secret}`;
    return { status: 200, body: door.viewer(cookie), cookie };
  }

  function invite(person: FixturePerson): { path: string; expires: string } {
    const code = `code-${door.invitations.size + 1}`;
    door.invitations.set(code, person.id);
    return { path: `/invite#${code}`, expires: new Date(Date.now() + 86_400_000 * 7).toISOString() };
  }

  const shown = ({ password, keys, ...person }: FixturePerson): Person => ({
    ...person,
    passwordSet: password !== undefined,
    passkeys: keys.length,
  });

  const entrances: Record<string, (body: Record<string, unknown>) => Answer> = {
    'POST /api/session': ({ name, password }) => {
      const person = door.people.find((one) => one.name === name && one.password === password);
      return person ? enter(person) : failure(401, 'unauthorized', 'The name or the password is wrong.');
    },
    'POST /api/session/passkey/options': () => {
      challenge = randomBytes(16).toString('base64url');
      return { status: 200, body: { challenge, rpId: 'localhost', userVerification: 'preferred' } };
    },
    'POST /api/session/passkey': ({ response }) => {
      const { id } = response as { id: string };
      const person = door.people.find(({ keys }) => keys.some(({ credential }) => credential === id));
      return person ? enter(person) : failure(401, 'unauthorized', 'This passkey is not known here.');
    },
    'POST /api/setup': ({ code, name, password }) => {
      if (code !== door.setUp) return failure(404, 'not-found', 'This set-up link does not work any more.');
      door.setUp = undefined;
      return enter(addPerson(door, name as string, 'owner', password as string));
    },
    'POST /api/setup/look': ({ code }) =>
      code === door.setUp
        ? { status: 200, body: { ok: true } }
        : failure(404, 'not-found', 'This set-up link does not work any more.'),
    'POST /api/invitation/look': ({ code }) => {
      const person = door.people.find(({ id }) => id === door.invitations.get(code as string));
      return person ? { status: 200, body: { name: person.name } } : gone;
    },
    'POST /api/invitation': ({ code, password }) => {
      const person = door.people.find(({ id }) => id === door.invitations.get(code as string));
      if (!person) return gone;
      if ((password as string).length < 10)
        return failure(400, 'invalid', 'The password is too short. Use at least 10 characters.');
      door.invitations.delete(code as string);
      person.password = password as string;
      return enter(person);
    },
  };

  function own(method: string, path: string, me: FixturePerson, body: Record<string, unknown>): Answer | undefined {
    const [, removed] = /^\/api\/me\/passkeys\/(.+)$/.exec(path) ?? [];
    if (path === '/api/me/passkeys' && method === 'GET')
      return { status: 200, body: { passkeys: me.keys.map(({ credential: _, ...key }) => key) } };
    if (path === '/api/me/passkeys/options') {
      challenge = randomBytes(16).toString('base64url');
      const user = { id: Buffer.from(me.id).toString('base64url'), name: me.name, displayName: me.name };
      const rp = { id: 'localhost', name: 'Photospool' };
      const authenticatorSelection = { residentKey: 'required', userVerification: 'preferred' };
      const pubKeyCredParams = [-7, -257].map((alg) => ({ type: 'public-key', alg }));
      return { status: 200, body: { challenge, rp, user, pubKeyCredParams, authenticatorSelection } };
    }
    if (path === '/api/me/passkeys') {
      const credential = (body['response'] as { id: string }).id;
      me.keys.push({
        id: `k${me.keys.length + 1}`,
        name: body['name'] as string,
        created: now(),
        site: 'localhost',
        credential,
      });
      return { status: 201, body: { id: `k${me.keys.length}` } };
    }
    if (removed) {
      me.keys = me.keys.filter(({ id }) => id !== removed);
      return { status: 204 };
    }
    if (path === '/api/me/second-factor') return { status: 200, body: { on: false, recovery: 0 } };
    if (path === '/api/me/password') {
      if (body['old'] !== me.password) return failure(403, 'forbidden', 'That is not your password.');
      me.password = body['new'] as string;
      return { status: 204 };
    }
    return undefined;
  }

  function sessions(method: string, url: URL, me: FixturePerson, cookie: string | undefined): Answer | undefined {
    const [, ended] = /^\/api\/sessions\/(.+)$/.exec(url.pathname) ?? [];
    const current = (one: { secret: string }): boolean => cookie?.includes(one.secret) ?? false;
    if (ended) {
      door.sessions = door.sessions.filter(({ id }) => id !== ended);
      return { status: 204 };
    }
    if (url.pathname !== '/api/me/sessions') return undefined;
    const whose = url.searchParams.get('person') ?? me.id;
    if (method === 'DELETE') {
      door.sessions = door.sessions.filter((one) => one.person !== me.id || current(one));
      return { status: 204 };
    }
    const mine = door.sessions.filter(({ person }) => person === whose);
    const view = mine.map(({ secret, person: _, ...one }) => ({ ...one, current: current({ secret }) }));
    return { status: 200, body: { sessions: view } };
  }

  function owners(method: string, path: string, body: Record<string, unknown>): Answer | undefined {
    const [, id, again] = /^\/api\/people\/([^/]+)(\/invitation)?$/.exec(path) ?? [];
    const person = door.people.find((one) => one.id === id);
    if (path === '/api/people' && method === 'GET') return { status: 200, body: { people: door.people.map(shown) } };
    if (path === '/api/people') {
      const added = addPerson(door, body['name'] as string, body['role'] as Person['role']);
      return { status: 201, body: { person: shown(added), invitation: invite(added) } };
    }
    if (id !== undefined) {
      if (!person) return gone;
      if (again) return { status: 201, body: invite(person) };
      if (method === 'DELETE') door.people = door.people.filter((one) => one !== person);
      else Object.assign(person, body);
      return { status: 200, body: shown(person) };
    }
    const [, token] = /^\/api\/tokens\/(.+)$/.exec(path) ?? [];
    if (path === '/api/tokens' && method === 'GET') return { status: 200, body: { tokens: door.tokens } };
    if (path === '/api/tokens') {
      const made: Token = { name: body['name'] as string, may: body['may'] as Token['may'], created: now() };
      door.tokens.push(made);
      return { status: 201, body: { ...made, token: 'ps_0123456789abcdefghjkmnpqrstvwxyz' } };
    }
    if (token !== undefined) {
      door.tokens = door.tokens.filter(({ name }) => name !== decodeURIComponent(token));
      return { status: 204 };
    }
    if (path === '/api/access') {
      Object.assign(door.openness, body);
      return { status: 200, body: door.openness };
    }
    if (path === '/api/doctor') return { status: 200, body: { findings: door.findings, checks: [...checks] } };
    if (path === '/api/audit') return { status: 200, body: { entries: door.happenings, next: null } };
    return undefined;
  }

  const door: Door = {
    people: [],
    sessions: [],
    tokens: [],
    openness: { visitors: false, familyEdits: false, publicAddress: null, title: 'Photospool', intro: null },
    happenings: [],
    findings: [
      {
        check: 'modes',
        severity: 'error',
        message: 'Others can change the archive.',
        remedy: 'Close it: chmod go= archive',
      },
      {
        check: 'backup',
        severity: 'warning',
        message: 'There is no backup yet.',
        remedy: 'Run `photospool backup DIR`.',
      },
      { check: 'server', severity: 'note', message: 'Only this machine can reach it.', remedy: 'See docs/remote.md.' },
    ],
    setUp: setUpCode,
    invitations: new Map(),
    viewer(cookie) {
      const setUp = door.people.some(({ role }) => role === 'owner');
      const about = { setUp, visitors: door.openness.visitors, passkeys };
      const person = personOf(cookie);
      if (person) {
        const { id, name, role } = person;
        return { role, person: { id, name }, ...about, may: rights(role, person.canEdit) };
      }
      if (!setUp) return { role: 'owner', ...about, may: rights('owner') };
      return door.openness.visitors
        ? { role: 'visitor', ...about, may: rights('visitor') }
        : { role: null, ...about, may: [] };
    },
    answer(method, path, cookie, body) {
      const url = new URL(path, 'http://fixture');
      if (url.pathname === '/api/session' && method === 'GET') return { status: 200, body: door.viewer(cookie) };
      if (url.pathname === '/api/session' && method === 'DELETE') {
        door.sessions = door.sessions.filter(({ secret }) => !(cookie ?? '').includes(secret));
        return { status: 204, cookie: 'photospool=; Max-Age=0' };
      }
      const entrance = entrances[`${method} ${url.pathname}`];
      if (entrance) return entrance(body);
      const viewer = door.viewer(cookie);
      if (viewer.role === null && url.pathname.startsWith('/api/'))
        return failure(401, 'unauthorized', 'Sign in first.');
      const me = personOf(cookie);
      const mine = me && (own(method, url.pathname, me, body) ?? sessions(method, url, me, cookie));
      if (mine) return mine;
      const answer = owners(method, url.pathname, body);
      return answer && viewer.role !== 'owner' ? gone : answer;
    },
  };
  return door;
}

/** Adds a person. */
export function addPerson(door: Door, name: string, role: Person['role'], password?: string): FixturePerson {
  const id = `01JDF${String(door.people.length + 1).padStart(21, '0')}`;
  const person: FixturePerson = {
    id,
    name,
    role,
    canEdit: false,
    passwordSet: false,
    passkeys: 0,
    secondFactor: false,
    keys: [],
  };
  if (password !== undefined) person.password = password;
  door.people.push(person);
  return person;
}
