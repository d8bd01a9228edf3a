/** Folders of people, over HTTP. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectError } from './fixture.js';
import { openPeople } from './people-home.js';

test('an owner assigns folders to people, and unassigns them', async () => {
  const { home, people, ask, close } = await openPeople();
  const { ada, ben, cleo } = people;
  const [own, incoming] = [{ id: ben.id, name: 'ben' }, join(home.folder, 'incoming')];
  const given = await ask(ada.headers, 'POST', '/api/folders', { person: ben.id });
  expect([given.statusCode, given.json()]).toEqual([201, { folder: '@ben', person: own }]);
  expect(existsSync(join(incoming, '@ben'))).toBe(true);
  const scans = { person: ben.id, folder: 'scans/ben' };
  expect((await ask(ada.headers, 'POST', '/api/folders', scans)).statusCode).toBe(201);
  expect((await ask(ada.headers, 'GET', '/api/folders')).json()).toEqual({
    folders: ['@ben', 'scans/ben'].map((folder) => ({ folder, person: own })),
  });
  expectError(await ask(ada.headers, 'POST', '/api/folders', { ...scans, person: cleo.id }), 409, 'conflict');
  expectError(await ask(ada.headers, 'POST', '/api/folders', { person: 'nobody' }), 404, 'not-found');
  expectError(await ask(ada.headers, 'POST', '/api/folders', { ...scans, folder: '../x' }), 400, 'invalid');

  await writeFile(join(incoming, 'scans/ben/1.jpg'), 'x');
  expectError(await ask(ada.headers, 'DELETE', '/api/folders/scans%2Fben'), 409, 'conflict');
  expect((await ask(ada.headers, 'DELETE', '/api/folders/%40ben')).json()).toEqual({ takenBack: true });
  expectError(await ask(ada.headers, 'DELETE', '/api/folders/%40ben'), 404, 'not-found');

  close({ on: false, reason: 'cabin.example runs an older version. Upgrade it.' });
  expectError(await ask(ada.headers, 'POST', '/api/folders', { person: ben.id }), 409, 'conflict');
  expect(existsSync(join(incoming, '@cleo'))).toBe(false);
});
