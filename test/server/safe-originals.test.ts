/** Which originals are safe here, asked before they are deleted from a phone. */
import { expect, test } from 'vitest';
import { itemId, publicIdOf, type Holder } from '../../src/document/item-id.js';
import { photoId, type PhotoDocument } from '../../src/document/photo-document.js';
import { expectError } from './fixture.js';
import { openPeople } from './people-home.js';

test('people learn it of their own photos and of those of the house that they see, and of no others', async () => {
  const { home, people, ask } = await openPeople();
  const { ada, ben, cleo } = people;
  const { library } = home;
  const [family, secret] = [await home.add(), await home.add()];
  const away = await home.add({ away: true });
  for (const [id, audience] of [
    [family, 'family'],
    [away, 'family'],
    [secret, 'private'],
  ] as const)
    expect((await ask(ada.headers, 'PATCH', `/api/photos/${id}`, { audience })).statusCode).toBe(200);
  const { body } = library.get<PhotoDocument>(photoId(family))!;
  let count = 0;
  /** A person’s own photo whose original is here. */
  function own(holder: Holder, field?: 'trashed'): string {
    const sha256 = (++count).toString(16).padStart(64, '0');
    library.local.originals.put({ ...library.local.originals.find(family)!, sha256, path: `own/${sha256}` });
    const edit = { value: true, at: library.stamp(), by: `person:${holder}` };
    library.update<PhotoDocument>(itemId({ holder, sha256 }), () => ({
      ...{ ...body, edits: field === undefined ? {} : { [field]: [edit] } },
    }));
    return sha256;
  }
  const bens = [own(ben.id), own(ben.id, 'trashed'), own(ben.id)];
  await home.access.signing.setPassword(ben.id, 'three green boats', { by: 'owner', who: 'a test' });
  const headers = ben.enter();
  const pin = { pin: '483920', password: 'three green boats' };
  expect((await ask(headers, 'PUT', '/api/locked/pin', pin)).statusCode).toBe(200);
  const locked = { ids: [publicIdOf({ holder: ben.id, sha256: bens[2]! })] };
  expect((await ask(headers, 'POST', '/api/photos/lock', locked)).statusCode).toBe(200);
  const cleos = own(cleo.id);
  const sha256 = [family, secret, away, ...bens, cleos, '0'.repeat(64)];
  const states = async (headers: Record<string, string>): Promise<unknown> =>
    (await ask(headers, 'POST', '/api/uploads/safe', { sha256 })).json<{ states: unknown }>().states;
  expect(await states(headers)).toEqual(['safe', null, null, 'safe', 'trashed', null, null, null]);
  expect(await states(cleo.headers)).toEqual(['safe', null, null, null, null, null, 'safe', null]);
  expect(await states(ada.headers)).toEqual(['safe', 'safe', null, null, null, null, null, null]);

  // Two items with the same bytes: one outside the trash is enough.
  library.update<PhotoDocument>(itemId({ holder: ben.id, sha256: family }), () => ({
    ...{ ...body, edits: { trashed: [{ value: true, at: library.stamp(), by: `person:${ben.id}` }] } },
  }));
  expect(await states(headers)).toEqual(['safe', null, null, 'safe', 'trashed', null, null, null]);
  const made = await ask(headers, 'POST', '/api/tokens', { name: 'Phone', may: ['upload'], for: 'me' });
  // A token that can’t see photos does not learn which there are.
  const { token } = made.json<{ token: string }>();
  expect(await states({ authorization: `Bearer ${token}` })).toEqual(Array.from(sha256, () => null));
  const all = Array.from({ length: 501 }, () => family);
  expectError(await ask(headers, 'POST', '/api/uploads/safe', { sha256: all }), 400, 'invalid');
});
