/**
 * The expected responses of the routes of locked photos to all viewers, according to the naive model
 * (test/access/people-truth.ts).
 */
import { openPasswords } from '../../src/access/password-hash.js';
import { itemId, publicIdOf, type Item } from '../../src/document/item-id.js';
import { flag } from '../access/people-truth.js';
import { items, type Heard } from '../access/people-world.js';
import type { Home } from './home.js';
import { markOf, traces, type Asked, type Asker, type Check } from './people-asking.js';

/** All comparisons for one viewer, in the current state of a server. */
export function lockedChecks(home: Home, server: Heard, { name, opened }: Asker, asked: Asked): Check[] {
  const here = items.filter((item) => server.documents.has(itemId(item)));
  const shown = opened ? here.filter((item) => opened(server, item)) : [];
  asked.locked += shown.length;
  const fail = (what: string): never => {
    throw new Error(`${name}: ${what}`);
  };
  async function ask(url: string): Promise<{ status: number; body: string }> {
    const { statusCode, body, headers } = await home.app.inject({ url, headers: { authorization: `Bearer ${name}` } });
    asked.answers++;
    for (const item of items)
      for (const trace of shown.includes(item) ? [] : traces(item))
        if (!url.includes(trace) && body.includes(trace)) fail(`${url} tells of ${markOf(item)}`);
    if (!String(headers['cache-control']).includes('no-store')) fail(`${url} may be stored`);
    return { status: statusCode, body };
  }
  const isTrashed = (item: Item): boolean => flag(server, itemId(item), 'trashed');
  const lists = (
    [
      ['', shown.filter((item) => !isTrashed(item))],
      ['is:trashed', shown.filter(isTrashed)],
    ] as const
  ).flatMap(([q, wanted]) =>
    ['photos', 'tiles'].map((list): Check => async () => {
      const { status, body } = await ask(`/api/locked/${list}?q=${encodeURIComponent(q)}&limit=1000`);
      if (!opened && status !== 403) fail(`locked ${list}: ${status}`);
      const found = opened ? (JSON.parse(body) as Record<string, { id: string }[]>)[list]! : [];
      const [one, other] = [found.map(({ id }) => id), wanted.map(publicIdOf)].map((ids) => JSON.stringify(ids.sort()));
      if (one !== other) fail(`locked ${list} of “${q}”: ${one!} for ${other!}`);
    }),
  );
  const nowhere = 'e'.repeat(64);
  const ofItem = (item: Item): Check[] =>
    (
      [
        ['/api/locked/photos/', ''],
        ['/api/locked/photos/', '/history'],
        ['/locked/media/', '/thumb'],
        ['/locked/originals/', ''],
      ] as const
    ).map(([before, after]): Check => async () => {
      const id = publicIdOf(item);
      const answer = await ask(`${before}${id}${after}`);
      if (!opened && answer.status !== 403) fail(`${before}${markOf(item)}${after}: ${answer.status}`);
      if (shown.includes(item)) {
        if (before === '/api/locked/photos/' && answer.status !== 200) fail(`${markOf(item)}: ${answer.status}`);
        return;
      }
      const none = await ask(`${before}${nowhere}${after}`);
      if (answer.status !== none.status || answer.body.replaceAll(id, nowhere) !== none.body)
        fail(`${before}${markOf(item)}${after} is told from what does not exist: ${answer.body.slice(0, 300)}`);
    });
  // Without opened locked photos a viewer is rejected before a photo is looked up: one photo of each person is enough.
  return [...lists, ...items.filter(({ sha256 }) => opened ?? sha256 === 'f'.repeat(64)).flatMap(ofItem)];
}

const pin = '804261';

/** Opens the locked photos of a person in a new session; returns its id. */
export async function openLocked({ access, db }: Home, person: string): Promise<string> {
  const { id } = access.sessions.start(person, { address: '127.0.0.1', browser: 'a browser' });
  const hash = await openPasswords({ cost: { ln: 4, r: 8, p: 1 } }).hash(pin, { known: person });
  const put = 'INSERT OR REPLACE INTO access_pin (person, pin, edition, doubted) VALUES (?, ?, 1, 0)';
  db.prepare(put).run(person, hash);
  const { kind } = await access.lockedFolder.open(id, { pin }, { address: '127.0.0.1', browser: '' });
  if (kind !== 'confirmed') throw new Error(`The locked photos did not open: ${kind}.`);
  return id;
}
