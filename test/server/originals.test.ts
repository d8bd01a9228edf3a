/** Unmodified originals: however they are requested, only those who may have them get a byte. */
import { rm } from 'node:fs/promises';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { photoId, type Facts, type PhotoDocument } from '../../src/document/photo-document.js';
import { shareHome, type Home } from './fixture.js';
import { may } from './expected.js';
import { linkHeader, openDoors, roles, type Guests, type RoleName } from './roles.js';

/** In the bytes of every original of this test, twice, and nowhere else. */
const secret = 'serial number 4711';

const originalOf = (name: string): Buffer => Buffer.from(`${secret} of ${name}, ${secret}`);

let guests: Guests;
const ids: string[] = [];
const shared = shareHome(async (home) => {
  guests = await openDoors(home, []);
  const add = async (name: string, type: string, facts: Partial<Facts>): Promise<void> => {
    const original = originalOf(name);
    const id = await home.add({ name: `${name}.bin`, type, tags: ['zqprivatekept'], original });
    home.library.update<PhotoDocument>(
      photoId(id),
      (body) => body && { ...body, facts: { ...body.facts, ...facts }, edits: {} },
    );
    ids.push(id);
  };
  await add('picture', 'image/jpeg', {});
  await add('raw', 'image/x-nikon-nef', {});
  await add('film', 'video/mp4', { seconds: 3, playable: true });
  await add('other film', 'video/x-msvideo', { seconds: 3 });
  await add('motion', 'image/jpeg', { motion: { at: 1, bytes: originalOf('motion').length - 1 } });
});

interface Paths {
  paths: Record<string, Record<string, unknown>>;
}
let reads: string[];
beforeAll(async () => {
  const { paths } = (await shared().app.inject('/api/openapi.json')).json<Paths>();
  reads = Object.keys(paths).filter((path) => path.includes('{id}') && 'get' in paths[path]!);
});

const renditions = ['thumb', 'preview', 'hover', 'video'];

/** All requests that read a photo by its id. */
const readsOf = (id: string): string[] =>
  reads.flatMap((path) => {
    const at = path.replace('{id}', id);
    return at.includes('{rendition}') ? renditions.map((one) => at.replace('{rendition}', one)) : [at];
  });

/** Sends a request in a role, below the address of its share link if it has one. */
function ask(home: Home, role: RoleName, url: string, more: object = {}) {
  const { [linkHeader]: link, ...headers } = guests.headersOf(role);
  const at = link === undefined ? url : `/s/${link}${url}`;
  return home.app.inject({
    ...more,
    url: at,
    headers: { ...headers, ...('headers' in more && (more.headers as object)) },
  });
}

/** The requests by which a role got bytes of unmodified originals. */
async function waysOf(home: Home, role: RoleName): Promise<string[]> {
  const ways = new Set<string>();
  const note = (way: string, { body }: { body: string }): void => {
    if (body.includes(secret)) ways.add(way);
  };
  for (const id of ids) {
    for (const url of readsOf(id)) {
      const way = url.replace(id, '*');
      note(way, await ask(home, role, url));
      note(`part of ${way}`, await ask(home, role, url, { headers: { range: `bytes=0-${3 * secret.length}` } }));
      note(`?download of ${way}`, await ask(home, role, `${url}?download=`));
    }
    await ask(home, role, `/api/photos/${id}/original`, { method: 'POST' });
  }
  const ticket = await ask(home, role, '/api/downloads', { method: 'POST', payload: { ids } });
  if (ticket.statusCode === 201) note('ZIP', await ask(home, role, ticket.json<{ path: string }>().path));
  return [...ways].sort();
}

describe('the bytes of an original', () => {
  it.each(roles)('are out of reach without access to originals: %s', async (role) => {
    const home = shared();
    const ways = await waysOf(home, role);
    // What belongs to the owner does not exist for the family.
    const gets = role !== 'family' && role !== 'editor' && may.original.includes(role);
    expect(ways).toEqual(
      gets
        ? ['/media/*/hover', '/media/*/video', '/originals/*', 'ZIP']
            .flatMap((way) => (way === 'ZIP' ? [way] : [way, `part of ${way}`, `?download of ${way}`]))
            .sort()
        : [],
    );
  });

  it('are in no ZIP of another viewer with the ticket', async () => {
    const home = shared();
    const made = await ask(home, 'link originals details', '/api/downloads', { method: 'POST', payload: { ids } });
    const { path } = made.json<{ path: string }>();
    for (const role of roles.filter((one) => one !== 'link originals details')) {
      const got = await ask(home, role, path);
      expect(got.body, role).not.toContain(secret);
      expect(got.statusCode, role).toBeGreaterThanOrEqual(400);
    }
  });

  it('if missing, reveal path and name only to those who may know them', async () => {
    const home = shared();
    const original = Buffer.from(`${secret} that is gone`);
    const id = await home.add({ name: 'ada-at-home.jpg', tags: ['zqprivatekept'], original });
    const { path } = home.library.local.originals.find(id)!;
    const { bare } = home.made;
    onTestFinished(() => {
      home.made.bare = bare!;
    });
    home.made.bare = (place) => Promise.reject(new Error(`ENOENT: no such file, open '${place}'`));
    await rm(home.parts.blobs.original(path), { force: true });
    for (const role of roles.filter((one) => may.see.includes(one))) {
      const got = await ask(home, role, `/originals/${id}`);
      // The photo of that link is not in this home, so the link is over.
      expect(got.statusCode, role).toBe(role === 'link photo' ? 401 : 404);
      if (!may.spool.includes(role)) expect(got.body, role).not.toContain(path);
      if (!may.spool.includes(role)) expect(got.body, role).not.toContain(home.folder);
      if (!may.details.includes(role)) expect(got.body, role).not.toContain('ada-at-home');
    }
  });
});
