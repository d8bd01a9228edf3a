import { beforeAll, describe, expect, it } from 'vitest';
import { photoId } from '../../src/document/photo-document.js';
import { shareHome, type Home } from './fixture.js';
import { expected, may } from './expected.js';
import {
  exists,
  isLink,
  kinds,
  linkHeader,
  linkNames,
  openDoors,
  roles,
  tracesOf,
  type Guests,
  type Kind,
  type RoleName,
} from './roles.js';

interface Parameter {
  name: string;
  in: string;
}
type Paths = Record<string, Record<string, { parameters?: Parameter[] }>>;
interface Answer {
  statusCode: number;
  body: string;
  headers: Record<string, unknown>;
}

const nowhere = 'f'.repeat(64);
const searches = [
  ...[
    'common',
    'zq',
    'is:trashed',
    '-is:trashed',
    'is:trashed|favourite',
    'audience:private',
    'audience:family|public',
  ],
  ...[
    'tag:common',
    'album:zqfamilykept',
    'camera:zq',
    'place:="zqprivatekept"',
    'taken:1950',
    'rating:<1',
    '-tag:x',
    'type:photo',
  ],
];
const form = '--x\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n\r\nabc\r\n--x--\r\n';

let guests: Guests;
const shared = shareHome(async (home) => {
  guests = await openDoors(home, kinds);
});
/** Homes that hold what a role may see and nothing else. */
const twins = new Map<string, { home: () => Home; guests?: Guests }>();
for (const role of ['visitor', 'family', 'link'] as const) {
  const twin: { home: () => Home; guests?: Guests } = {
    home: shareHome(async (home) => {
      twin.guests = await openDoors(
        home,
        kinds.filter((kind) => exists(role, kind)),
      );
    }),
  };
  twins.set(role, twin);
}
let paths: Paths;
beforeAll(async () => {
  paths = (await shared().app.inject('/api/openapi.json')).json<{ paths: Paths }>().paths;
});

const routes = (): string[] =>
  Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));

/** Calls a route as somebody; `{id}` is the photo's. An event stream is left after its beginning. */
async function call(home: Home, headers: Record<string, string>, route: string, id: string, q = ''): Promise<Answer> {
  const [method, described] = route.split(' ') as [string, string];
  const { path = described, body, headers: more } = expected[route] ?? {};
  const url = path.replace('{id}', id) + (q === '' ? '' : `?q=${encodeURIComponent(q)}`);
  const payload = route === 'post /api/upload' ? form : body && JSON.stringify(body).replaceAll('{id}', id);
  const type = route === 'post /api/upload' ? 'multipart/form-data; boundary=x' : 'application/json';
  const sent = { ...headers, ...more, ...(payload !== undefined && { 'content-type': type }) };
  const { [linkHeader]: link, ...rest } = sent as Record<string, string>;
  const at = link === undefined ? url : `/s/${link}${url}`;
  const asked = { method: method as 'GET', url: at, headers: rest, ...(payload !== undefined && { payload }) };
  if (route !== 'get /api/events') return home.app.inject(asked);
  const response = await home.app.inject({ ...asked, payloadAsStream: true });
  const stream = response.stream();
  let text = '';
  for await (const part of stream) {
    text += String(part);
    if (text.includes('\n\n')) break;
  }
  return { statusCode: response.statusCode, headers: response.headers, body: text };
}

/** What a role is told that it should not know. */
function leaks(role: RoleName, { body, headers }: Answer, asked = ''): string[] {
  const text = body + JSON.stringify(headers);
  const traces = kinds.filter((kind) => !exists(role, kind)).flatMap(tracesOf);
  const own = role === 'owner' ? [] : [...guests.secrets];
  return [...traces, ...own].filter((trace) => trace !== asked && text.includes(trace));
}

describe('every route', () => {
  it('has an expectation, and every expectation a route', () => {
    expect(routes().sort()).toEqual(Object.keys(expected).sort());
  });

  it('gives the same response for invisible and missing items', async () => {
    const home = shared();
    const ids = routes().filter((route) => route.includes('{id}') && !expected[route]!.open);
    expect(ids.length).toBeGreaterThan(5);
    for (const role of roles) {
      const headers = guests.headersOf(role);
      for (const route of ids) {
        // Who is told nothing here of any photo is compared by what is answered below.
        if (hides(role, route)) continue;
        const none = plain(await call(home, headers, route, nowhere));
        for (const kind of kinds.filter((one) => !exists(role, one)))
          expect(plain(await call(home, headers, route, kind.id)), `${role}: ${route}`).toEqual(none);
      }
    }
  });

  it.each(['visitor', 'family', 'editor', ...linkNames.filter(isLink)] as const)(
    'answers a %s as if only visible items existed, for every request',
    async (role) => {
      const twin = twins.get(role === 'editor' ? 'family' : isLink(role) ? 'link' : role)!;
      const [here, there] = [guests.headersOf(role), twin.guests!.headersOf(role)];
      let compared = 0;
      for (const route of routes().filter((one) => one.startsWith('get ') && expected[one]!.rule === 'see')) {
        if (route === 'get /api/events') continue;
        const [, path] = route.split(' ') as [string, string];
        const asks = (paths[path]!.get!.parameters ?? []).some(({ name }) => name === 'q') ? ['', ...searches] : [''];
        for (const q of asks) {
          const answers = [
            await call(shared(), here, route, nowhere, q),
            await call(twin.home(), there, route, nowhere, q),
          ];
          const [one, other] = answers.map(unnamed);
          expect(plain(one!), `${route} ${q}`).toEqual(plain(other!));
          compared++;
        }
      }
      expect(compared).toBeGreaterThan(100);
    },
  );

  it.each(roles)('enforces the rights of: %s', async (role) => {
    const home = shared();
    const wrong: string[] = [];
    for (const route of routes()) {
      const { rule } = expected[route]!;
      const allowed = may[rule] as readonly RoleName[] | undefined;
      for (const kind of [...(/\{id\}|patch/.test(route) ? kinds : []), undefined]) {
        const id = kind?.id ?? nowhere;
        const before = kind && home.library.get(photoId(id))?.rev;
        const answer = await call(home, guests.headersOf(role), route, id);
        const told = leaks(role, answer, id);
        if (told.length > 0) wrong.push(`${route} tells of ${told.join(', ')}: ${answer.body.slice(0, 200)}`);
        const status = expectedStatus(role, route, kind, allowed);
        if (!status(answer.statusCode)) wrong.push(`${route} of ${kind?.mark ?? 'nothing'}: ${answer.statusCode}`);
        const after = kind && home.library.get(photoId(id))?.rev;
        if (before !== after && !(allowed?.includes(role) && exists(role, kind!)))
          wrong.push(`${route} changed ${kind!.mark}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

/** Whether a route is for somebody as if there were nothing, of photos that they see. */
function hides(role: RoleName, route: string): boolean {
  const { rule, hides: hidden = false } = expected[route]!;
  const allowed = may[rule] as readonly RoleName[] | undefined;
  return hidden && may.see.includes(role) && allowed?.includes(role) !== true;
}

/** What does not differ from one request to the next. */
/** An answer without the viewer's own id, which is random in each home. */
const unnamed = ({ statusCode, body, headers }: Answer): Answer => {
  const { 'photospool-person': person, ...rest } = headers;
  return { statusCode, body, headers: { ...rest, ...(person !== undefined && { 'photospool-person': 'own' }) } };
};

function plain({ statusCode, body, headers }: Answer): object {
  const { date: _date, 'x-request-id': _id, ...rest } = headers;
  return { statusCode, body, rest };
}

function expectedStatus(
  role: RoleName,
  route: string,
  kind: Kind | undefined,
  allowed: readonly RoleName[] | undefined,
): (status: number) => boolean {
  if (!allowed) return (status) => status < 500 && status !== 403;
  if (expected[route]!.notInLinks && (linkNames as readonly RoleName[]).includes(role))
    return (status) => status === 404;
  if (role === 'nobody' || role === 'stranger' || role === 'link locked') return (status) => status === 401;
  const hidden = hides(role, route);
  const isElsewhere = expected[route]!.onTheirs === true && role === 'family' && !(kind && exists(role, kind));
  if (!allowed.includes(role) && !hidden) return (status) => status === (isElsewhere ? 404 : 403);
  if (expected[route]!.open) return (status) => status < 500 && status !== 401;
  if (!route.includes('{id}')) return (status) => status < 300;
  if (expected[route]!.notInTrash && kind?.trashed && exists(role, kind) && !hidden) return (status) => status === 409;
  return kind && exists(role, kind) && !hidden ? (status) => status < 300 : (status) => status === 404;
}
