/**
 * Runs cases of hostile documents and requests against a real home, directly and through a CouchDB. Each case has its
 * own seed, so that a failing one can be repeated alone.
 */
import { seeded } from '../../torture/seeded.js';
import { odd, type Misbehaviour } from '../sync/strictcouch.js';
import { docOf, requestOf, type Doc, type Draw } from './generate.js';
import { bounds, openWorld, type World } from './world.js';

/** The counts of a trial, and its problems. */
export interface Trial {
  figures: Record<string, number>;
  failures: string[];
}

/** Options of a trial. */
export interface TrialOptions {
  seed: number;
  cases: number;
  /** The URL of a real CouchDB, with name and password. */
  couch?: string;
  say?(line: string): void;
}

type Count = (what: string, n?: number) => void;
/** One kind of case; resolves to immediate problems. */
type Case = (world: World, draw: Draw, count: Count) => Promise<string[]>;

const oddities: readonly (() => Misbehaviour)[] = [
  ...[odd.status(400), odd.status(403), odd.status(404), odd.status(500), odd.status(503), odd.status(200, {})].map(
    (one) => () => one,
  ),
  ...[odd.truncated, odd.cut, odd.reset, odd.page],
  () => odd.redirect('http://127.0.0.1:9/'),
  () => odd.called('text/plain'),
];

function judge(what: string, { status, ms }: { status: number; ms: number }): string[] {
  if (status >= 500) return [`${what} was answered ${status}.`];
  return ms > bounds.answer ? [`${what} took ${Math.round(ms)} ms.`] : [];
}

async function documentsOf(world: World, draw: Draw): Promise<Doc[]> {
  const known = await world.known();
  return Array.from({ length: 1 + Math.floor(draw() * 12) }, () => docOf(draw, known));
}

/** Documents written to the home itself, like a program with a token. */
const direct: Case = async (world, draw, count) => {
  const docs = await documentsOf(world, draw);
  count('documents written to the home', docs.length);
  const answer = await world.db('/_bulk_docs', 'POST', JSON.stringify({ new_edits: false, docs }));
  return judge('_bulk_docs', answer);
};

/** Documents written to the CouchDB: what it accepts arrives over the connection. */
const byCouch: Case = async ({ couch, ...world }, draw, count) => {
  for (const doc of await documentsOf({ couch, ...world }, draw)) {
    const body = JSON.stringify({ new_edits: false, docs: [doc] });
    const headers = { ...couch.headers, 'content-type': 'application/json' };
    const answer = await fetch(`${couch.url}/_bulk_docs`, { method: 'POST', headers, body });
    await answer.text();
    count(answer.ok ? 'documents that the CouchDB took' : 'documents that the CouchDB rejected');
  }
  return [];
};

/** Requests of every route of the protocol. */
const requests: Case = async (world, draw, count) => {
  const known = await world.known();
  const wrong: string[] = [];
  for (let n = 0; n < 25; n++) {
    const { method, path, body } = requestOf(draw, known);
    count('requests');
    const what = `${method} ${path.slice(0, 200)} ${(body ?? '').slice(0, 200)}`;
    const answer = await world.db(path, method, body).catch((error: unknown) => String(error));
    wrong.push(...(typeof answer === 'string' ? [`${what}: ${answer}`] : judge(what, answer)));
  }
  return wrong;
};

/** A CouchDB that misbehaves for a while. Only the fake one does. */
const misbehaving: Case = async (world, draw, count) => {
  const { strict } = world.couch;
  if (!strict) return direct(world, draw, count);
  const how = oddities[Math.floor(draw() * oddities.length)]!();
  const path = ['/_changes', '/_revs_diff', '/_bulk_docs', '/_bulk_get', '/_local', '/'][Math.floor(draw() * 6)]!;
  count('times that the CouchDB misbehaved');
  strict.misbehave((request) => (request.path.startsWith(path) && draw() < 0.8 ? how : undefined));
  await direct(world, draw, count);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  strict.misbehave(undefined);
  return [];
};

const kinds: readonly Case[] = [direct, direct, byCouch, byCouch, requests, misbehaving];

/** Runs cases one after the other in one world, until the first that leaves a problem. */
export async function runHostile({ seed, cases, couch, say = () => undefined }: TrialOptions): Promise<Trial> {
  const trial: Trial = { figures: {}, failures: [] };
  const count: Count = (what, n = 1) => void (trial.figures[what] = (trial.figures[what] ?? 0) + n);
  const world = await openWorld(couch);
  try {
    for (let n = 0; n < cases && trial.failures.length === 0; n++) {
      const draw = seeded(seed + n);
      count('cases');
      const wrong = await kinds[Math.floor(draw() * kinds.length)]!(world, draw, count);
      wrong.push(...(await world.check(seed + n, n % 5 === 4 || n === cases - 1)));
      trial.failures.push(
        ...wrong.map((what) => `case ${n} of seed ${seed} (alone: --seed ${seed + n} --cases 1): ${what}`),
      );
      say(`${n + 1} of ${cases} cases, ${wrong.length} wrong`);
    }
  } finally {
    await world.close();
  }
  return trial;
}
