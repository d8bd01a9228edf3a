/** Libraries of people by command. They are not ready in this version: the tests open the gate. */
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openSqlite } from '../../src/base/sqlite.js';
import { openLibrary } from '../../src/library/library.js';
import { makeHome } from './run.js';

const gate = vi.hoisted(() => ({ ready: true }));
vi.mock(import('../../src/library/people-libraries.js'), async (original) => {
  const real = await original();
  return {
    ...real,
    get peopleLibrariesReady() {
      return gate.ready;
    },
  };
});

async function openPeople(...names: string[]) {
  const home = makeHome();
  for (const [n, name] of names.entries())
    await home.run('users', 'add', name, '--role', n === 0 ? 'owner' : 'family', '--invite');
  return home;
}

/** What commands say, one JSON value a line. */
const values = (out: string): unknown[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

test('tokens act for a person', async () => {
  const home = await openPeople('ada', 'ben');
  const add = ['tokens', 'add', 'phone', '--may', 'read,upload'];
  const made = await home.run(...add, '--for', 'Ben', '--json');
  expect(values(made.out)).toEqual([
    { name: 'phone', may: ['read', 'upload'], for: 'ben', token: expect.stringMatching(/^psp_/) as string },
  ]);
  expect((await home.run(...add)).code).toBe(0);
  const listed = (await home.run('tokens', 'list', '--json')).out;
  expect(values(listed).map((one) => (one as { for?: string }).for)).toEqual(['ben', undefined]);
  expect((await home.run('tokens', 'list')).out).toMatch(/^phone {2}read,upload for ben {2}\(made/);

  for (const [args, said] of [
    [['tokens', 'add', 'x', '--may', 'read', '--for', 'nobody'], /There is nobody called nobody/],
    [['tokens', 'add', 'x', '--may', 'publish', '--for', 'ben'], /token of one person can’t be for/],
    [['tokens', 'revoke', 'phone', '--for', 'ada'], /There is no token called phone that acts for ada/],
  ] as const) {
    const { code, err } = await home.run(...args);
    expect([code, err]).toEqual([2, expect.stringMatching(said)]);
  }
  expect((await home.run('tokens', 'revoke', 'phone', '--for', 'ben')).code).toBe(0);
  expect(values((await home.run('tokens', 'list', '--json')).out)).toHaveLength(1);

  gate.ready = false;
  const { code, err } = await home.run('tokens', 'add', 'desk', '--may', 'read', '--for', 'ben');
  gate.ready = true;
  expect([code, err]).toEqual([
    2,
    expect.stringMatching(/libraries of their own here yet\. This version of Photospool/),
  ]);
});

test('ends of access that are lost are listed and confirmed, where people have libraries', async () => {
  const home = await openPeople('ada', 'ben');
  expect(await home.run('people', 'confirm')).toMatchObject({ code: 0, out: 'No end of access is lost.\n' });
  expect(await home.run('people', 'confirm', 'x')).toMatchObject({ code: 2 });
  const ben = values((await home.run('users', 'list', '--json')).out)[1] as { id: string };
  const key = `person:${ben.id} 001764000000000-0000-k3`;
  const db = openSqlite(join(home.folder, '.photospool', 'library.sqlite'));
  const library = openLibrary(db);
  const gives = {
    [`person:${ben.id} member ${library.stamp()}`]: { at: library.stamp(), by: 'owner', saw: { self: [key] } },
  };
  library.update<object>('library:people', () => ({ format: 1, kind: 'people', gives }));
  db.close();
  const listed = await home.run('people', 'confirm');
  expect(listed.out).toBe(`${key}  ben was removed from the family. 1 document waits for it.\n`);
  expect(values((await home.run('people', 'confirm', key, '--json')).out)).toEqual([
    {
      ...{ set: 'library:people', key, to: `person:${ben.id}`, waiting: 1, confirmed: true },
      sentence: 'ben was removed from the family.',
    },
  ]);
  expect((await home.run('people', 'confirm')).out).toBe('No end of access is lost.\n');

  gate.ready = false;
  const { code, err } = await home.run('people', 'confirm');
  gate.ready = true;
  expect([code, err]).toEqual([2, expect.stringMatching(/libraries of their own here yet/)]);
});
