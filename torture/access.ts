/**
 * Requests all routes of the description as every role, with inputs that fit the schemas or nearly do. No response may
 * be a server error, or contain anything that is hidden from its viewer. Then it holds thousands of slow and quick
 * connections while the owner uses the album, and plays histories of people on a mesh of servers (histories.ts).
 */
import { createHash } from 'node:crypto';
import { openDoor, type Answer, type Door, type Guest } from './door.js';
import { protocolRoutes } from './protocol.js';
import { makeRequest, pick, type Asked, type Draw, type Operation } from './requests.js';
import { seeded } from './seeded.js';
import { besiege, describe } from './siege.js';
import { playHistories } from './histories.js';
import { addUp, type Options, type Result, type Subject } from './subject.js';

/** At scale 1. */
const requests = 30_000;
const forces = { slow: 200, quick: 2_000 };
/** Long enough for slow ones to be cut, in ms; in a small trial, only as long as one use of the album takes. */
const hold = 75_000;
/** The maximum growth of the server, in bytes. */
const growth = 300 * 2 ** 20;
/** For all roles together, in ms; each gets an equal part. */
const longest = 60_000;
const atOnce = 8;
/** Routes that do much work for permitted viewers, and the total number of requests to each, at scale 1. */
const heavy = new Set(['post /api/samples', 'post /api/spool/process']);
const mostHeavy = 6;
/** Routes whose places may all be taken. */
const bounded = new Set(['post /api/session', 'get /api/events']);
const mostFailures = 20;

/** The subject. */
export const subject: Subject = {
  title:
    'all routes as every role, thousands of connections, and histories of people: no error, no leak, bounded memory',
  shared: true,
  run: async (options) =>
    addUp([
      ...((options.lane?.index ?? 0) === 0 ? [await requestEverything(options)] : []),
      await playHistories(options),
    ]),
};

/** Requests everything as every role, then holds connections. */
export async function requestEverything(options: Options): Promise<Result> {
  const door = await openDoor();
  try {
    return await tryDoor(door, options);
  } finally {
    await door.close();
  }
}

async function tryDoor(door: Door, { seed, scale, say }: Options): Promise<Result> {
  const failures: string[] = [];
  const routes = await readRoutes(door);
  const draw = seeded(seed);
  const before = await door.memory();
  const statuses = new Map<string, number>();
  const each = Math.ceil((requests * scale) / door.guests.length);
  let asked = 0;
  const left = { heavy: Math.ceil(mostHeavy * scale) };
  const [purged, lost] = [new Set<string>(), new Set<string>()];
  for (const guest of door.guests) {
    say(`${guest.name}, ${each} requests`);
    door.receive(guest.name === 'visitor');
    const end = performance.now() + longest / door.guests.length;
    asked += await askAll(door, guest, { routes, draw, each, end, failures, statuses, left, purged });
    failures.push(...(await findLost(door, guest, { purged, lost })));
  }
  const after = await door.memory();
  if (after - before > growth)
    failures.push(`The server's memory grew by ${Math.round((after - before) / 2 ** 20)} MB.`);
  const crowd = { slow: Math.ceil(forces.slow * scale), quick: Math.ceil(forces.quick * scale) };
  say(`${crowd.slow} slow and ${crowd.quick} quick connections`);
  const discarded = door.discarded();
  const owner = door.signIn();
  const kept = door.ids.filter((id) => !purged.has(id) && !lost.has(id));
  const siege = await besiege(door.port, { ...crowd, hold: scale >= 1 ? hold : 0 }, () => look(door, owner, kept));
  if (siege.held < crowd.slow + crowd.quick) failures.push(`Only ${siege.held} connections were held.`);
  if (siege.answered < crowd.quick)
    failures.push(`Only ${siege.answered} of ${crowd.quick} quick connections were answered.`);
  if (scale >= 1 && siege.cut < crowd.slow)
    failures.push(`Only ${siege.cut} of ${crowd.slow} slow connections were cut.`);
  return {
    figures: {
      requests: asked,
      ...Object.fromEntries([...statuses].sort()),
      'photos purged by those who may': [...purged].filter((id) => discarded.has(id)).length,
      'megabytes before': Math.round(before / 2 ** 20),
      'megabytes after': Math.round(after / 2 ** 20),
      'connections held': siege.held,
      'slow connections cut': siege.cut,
      'looks of the owner': siege.looked,
      'longest look in ms': siege.longest,
    },
    lost: lost.size,
    doubled: 0,
    failures: [...failures, ...siege.failures].slice(0, mostFailures),
  };
}

type Routes = [string, Operation][];

async function readRoutes({ ask, ids }: Door): Promise<Routes> {
  const { body } = await ask({ method: 'GET', path: '/api/openapi.json', headers: {} });
  const { paths } = JSON.parse(body.toString()) as { paths: Record<string, Record<string, Operation>> };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
  );
  return [...described, ...protocolRoutes(ids)];
}

interface Round {
  routes: Routes;
  draw: Draw;
  each: number;
  end: number;
  failures: string[];
  statuses: Map<string, number>;
  left: { heavy: number };
  /** The photos purged by permitted viewers. */
  purged: Set<string>;
}

/** Sends requests as a role, several at a time; returns their number. */
async function askAll(door: Door, guest: Guest, round: Round): Promise<number> {
  let asked = 0;
  const line = async (): Promise<void> => {
    while (asked < round.each && performance.now() < round.end && round.failures.length < mostFailures) {
      asked++;
      const [route, operation] = pick(round.draw, round.routes);
      if (heavy.has(route) && round.left.heavy-- <= 0) continue;
      const made = makeRequest(round.draw, route, operation, door.ids);
      const headers = { ...guest.headers, ...made.headers };
      const wrong = await door.ask({ ...made, headers }).then(
        (answer) => {
          const status = statusOf(answer);
          round.statuses.set(status, (round.statuses.get(status) ?? 0) + 1);
          if (guest.mayPurge) for (const id of purgedBy(made, answer, door.ids)) round.purged.add(id);
          return judge(guest, route, made, answer);
        },
        (error: unknown) => `no answer (${String(error)})`,
      );
      if (wrong !== undefined) round.failures.push(`${guest.name}: ${describe(made)}: ${wrong}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, line));
  return asked;
}

/** The category of a response. */
function statusOf({ status, body }: Answer): string {
  if (status === 0) return 'big bodies cut';
  return isBusy(status, body) ? '503 busy' : `${Math.floor(status / 100)}xx`;
}

/** Whether the server responded that all places are taken, as it should instead of using more resources. */
const isBusy = (status: number, body: Buffer): boolean => status === 503 && body.includes('"code":"busy"');

/**
 * The photos that were purged according to a response, or that a peer sent as deleted. The response contains their
 * number, not which ones: all requested ones.
 */
function purgedBy({ path, body }: Asked, { status, body: answer }: Answer, ids: readonly string[]): string[] {
  if (status >= 300 || body === undefined) return [];
  const emptied = path.startsWith('/api/trash/empty') && !answer.includes('"purged":0');
  const deleted = path.startsWith('/db/') && path.includes('/_bulk_docs') && body.includes('"_deleted":true');
  return emptied || deleted ? ids.filter((id) => body.includes(id)) : [];
}

/** The problems of a response. */
function judge(guest: Guest, route: string, asked: Asked, { status, headers, body }: Answer): string | undefined {
  const text = body.toString('latin1');
  if (status >= 500 && !(isBusy(status, body) && bounded.has(route))) return `${status} ${text.slice(0, 300)}`;
  const whole = text + JSON.stringify(headers);
  const sent = asked.path + (asked.body?.toString('latin1') ?? '') + JSON.stringify(asked.headers);
  // A peer gets every document and the blobs that they name, but still sees nothing of the album.
  const isPeers = guest.name === 'token replicate' && /^\/(?:blobs|db)\//.test(asked.path);
  const told = guest.hidden.filter((trace) => !isPeers && whole.includes(trace) && !sent.includes(trace));
  if (told.length > 0) return `tells of ${told.join(', ')}: ${text.slice(0, 300)}`;
  if (/\n\s+at .*\(|node_modules|\.ts:\d/.test(text)) return `shows the code: ${text.slice(0, 300)}`;
  return undefined;
}

/**
 * The originals that were lost during the requests. Each exists byte for byte, or was purged by a permitted viewer, and
 * then is in the archive's trash.
 */
async function findLost(
  { ids, signIn, ask, discarded }: Door,
  guest: Guest,
  { purged, lost }: { purged: ReadonlySet<string>; lost: Set<string> },
): Promise<string[]> {
  const headers = signIn();
  const aside = discarded();
  const failures: string[] = [];
  for (const id of ids.filter((one) => !lost.has(one))) {
    const { status, body } = await ask({ method: 'GET', path: `/originals/${id}`, headers });
    if (createHash('sha256').update(body).digest('hex') === id || (purged.has(id) && aside.has(id))) continue;
    lost.add(id);
    const where = aside.has(id) ? 'lies in the trash of the archive' : 'is not in the trash of the archive';
    failures.push(`${guest.name}: the original of ${id} is gone (${status}); it ${where}.`);
  }
  return failures;
}

/** The owner's use of the album: the requests of its page, with the pictures of these photos. */
async function look({ ask }: Door, headers: Record<string, string>, ids: readonly string[]): Promise<void> {
  const paths = ['/api/home', '/api/timeline/segments', '/api/tiles', ...ids.map((id) => `/media/${id}/thumb`)];
  for (const path of paths) {
    const { status } = await ask({ method: 'GET', path, headers });
    if (status !== 200) throw new Error(`${path} was answered with ${status}`);
  }
}
