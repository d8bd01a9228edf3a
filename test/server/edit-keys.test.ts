/** Edits under a key: one whose answer was lost is sent again, and not made twice (docs/offline.md). */
import { expect, it } from 'vitest';
import { openPeople } from './people-home.js';

it('an edit sent again under its key changes nothing, also what was edited since; keys are of one person', async () => {
  const { home, ask, people } = await openPeople();
  const id = await home.add();
  const edit = async (who: typeof people.ada, title: string, key?: string) =>
    (await ask(who.headers, 'PATCH', '/api/photos/each', { each: [{ ids: [id], title }], undo: true, key })).json<{
      changed: number;
    }>().changed;
  const title = async () => (await ask(people.ada.headers, 'GET', `/api/photos/${id}`)).json<{ title: string }>().title;
  expect(await edit(people.ada, 'made offline', 'key-one-1')).toBe(1);
  expect(await edit(people.ada, 'made since')).toBe(1);
  expect(await edit(people.ada, 'made offline', 'key-one-1')).toBe(0);
  expect(await title()).toBe('made since');
  const { accounts } = home.access;
  accounts.change(people.ben.id, { canEdit: true }, { by: 'owner', who: 'x' });
  await ask(people.ada.headers, 'PATCH', `/api/photos/${id}`, { audience: 'family' });
  expect(await edit(people.ben, 'of somebody else', 'key-one-1')).toBe(1);
  expect(await edit(people.ada, 'later', 'key-two-2')).toBe(1);
  expect(await title()).toBe('later');
});
