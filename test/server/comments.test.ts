import { beforeAll, describe, expect, it } from 'vitest';
import { commentId, commentPrefix, longestComment } from '../../src/document/comment.js';
import type { Body } from '../../src/document/photo-document.js';
import type { CommentSeen } from '../../src/album/photo-comments.js';
import { expectError, shareHome } from './fixture.js';
import { exists, kinds, openDoors, type Guests, type Kind, type RoleName } from './roles.js';

let guests: Guests;
const shared = shareHome(async (home) => {
  guests = await openDoors(home, kinds);
});
const kindOf = (audience: Kind['audience'], trashed = false): Kind =>
  kinds.find((kind) => kind.audience === audience && kind.trashed === trashed)!;

async function call(role: RoleName, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: object) {
  const url = `/api/photos/${path}`;
  return shared().app.inject({ method, url, headers: guests.headersOf(role), ...(payload && { payload }) });
}
async function list(role: RoleName, id: string): Promise<CommentSeen[]> {
  const response = await call(role, 'GET', `${id}/comments`);
  expect(response.statusCode, response.body).toBe(200);
  return response.json<{ comments: CommentSeen[] }>().comments;
}
async function add(role: RoleName, id: string, text: string): Promise<CommentSeen> {
  const response = await call(role, 'POST', `${id}/comments`, { text });
  expect(response.statusCode, response.body).toBe(201);
  return response.json<CommentSeen>();
}

describe('comments', () => {
  it('are listed oldest first, with a name, and marked as own for their author', async () => {
    const { id } = kindOf('family');
    const first = await add('family', id, ' **Delft**, was it? ');
    const second = await add('editor', id, 'Gouda.');
    expect(first).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/) as string,
      text: '**Delft**, was it?',
      by: { name: 'family' },
      added: '2026-11-24T10:00:00.000Z',
      mine: true,
    });
    const told = await list('editor', id);
    expect(told.map(({ text, mine }) => [text, mine])).toEqual([
      ['comment zqfamilykept', false],
      ['**Delft**, was it?', false],
      ['Gouda.', true],
    ]);
    expect(told[2]).toEqual(second);
    // Ids of people are only for those who manage them.
    expect((await list('owner', id)).map(({ by }) => by)).toEqual([
      { name: 'The owner' },
      { name: 'family', id: guests.people.family },
      { name: 'editor', id: guests.people.editor },
    ]);
    expect((await list('token read', id)).map(({ mine }) => mine)).toEqual([false, false, false]);
  });

  it('are changed by their author, and deleted by the owner, too', async () => {
    const { id } = kindOf('family');
    const { id: comment } = await add('family', id, 'first words');
    const path = `${id}/comments/${comment}`;
    for (const role of ['editor', 'owner', 'token edit'] as const)
      expectError(await call(role, 'PATCH', path, { text: 'not mine' }), 403, 'forbidden');
    expectError(await call('editor', 'DELETE', path), 403, 'forbidden');
    const changed = await call('family', 'PATCH', path, { text: 'other words' });
    expect(changed.json()).toMatchObject({ text: 'other words', edited: true, mine: true });
    expect((await call('owner', 'DELETE', path)).json()).toEqual({ removed: true });
    for (const method of ['PATCH', 'DELETE'] as const)
      expectError(await call('family', method, path, { text: 'again' }), 404, 'not-found');
    expect(JSON.stringify(shared().library.get(commentId(id, comment)))).not.toContain('words');
    const own = await add('family', id, 'mine');
    expect((await call('family', 'DELETE', `${id}/comments/${own.id}`)).statusCode).toBe(200);
    expect((await list('family', id)).map(({ text }) => text)).not.toContain('mine');
  });

  it('of a home without accounts belong to the owner', async () => {
    const { id } = kindOf('private');
    const [comment] = await list('owner', id);
    expect(comment).toMatchObject({ by: { name: 'The owner' }, mine: true });
    const changed = await call('owner', 'PATCH', `${id}/comments/${comment!.id}`, { text: 'comment changed' });
    expect(changed.statusCode).toBe(200);
  });

  it('exist only for viewers of the photo, and not for visitors', async () => {
    for (const role of ['visitor', 'family', 'editor'] as const) {
      for (const kind of kinds.filter((one) => !exists(role, one))) {
        expectError(await call(role, 'GET', `${kind.id}/comments`), 404, 'not-found');
        if (role === 'visitor') continue;
        const [comment] = await list('owner', kind.id);
        for (const [method, path] of [
          ['POST', `${kind.id}/comments`],
          ['PATCH', `${kind.id}/comments/${comment!.id}`],
          ['DELETE', `${kind.id}/comments/${comment!.id}`],
        ] as const) {
          const hidden = expectError(await call(role, method, path, { text: 'x' }), 404, 'not-found');
          const none = await call(role, method, path.replace(kind.id, 'f'.repeat(64)), { text: 'x' });
          expect(hidden).toEqual(expectError(none, 404, 'not-found'));
        }
      }
    }
    const { id } = kindOf('public');
    expect(await list('visitor', id)).toEqual([]);
    expectError(await call('visitor', 'POST', `${id}/comments`, { text: 'x' }), 403, 'forbidden');
  });

  it('name a program only to those who manage tokens, and do not name removed people', async () => {
    const { id } = kindOf('public');
    await add('token edit', id, 'by a program');
    const { library } = shared();
    const stored = [...library.scan(commentPrefix(id))].at(-1)!;
    const ghost = { ...stored.body, by: 'person:01JD0000000000000000000009' };
    library.update(commentId(id, '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'), () => ghost as unknown as Body);
    const names = async (role: RoleName) => (await list(role, id)).slice(-2).map(({ by }) => by);
    expect(await names('owner')).toEqual([{ name: 'edit' }, { name: 'Former member' }]);
    expect(await names('family')).toEqual([{ name: 'A program' }, { name: 'Former member' }]);
  });

  it('have 1 to 8,000 characters, unchanged', async () => {
    const { id } = kindOf('public');
    for (const text of ['', ' \n', 'x'.repeat(longestComment + 1)])
      expectError(await call('family', 'POST', `${id}/comments`, { text }), 400, 'invalid');
    expectError(await call('family', 'POST', `${id}/comments`, {}), 400, 'invalid');
    const hostile = '<script>alert(1)</script>\u202e';
    expect(await add('family', id, hostile)).toMatchObject({ text: hostile });
  });

  describe('on a photo with a thousand', () => {
    const { id } = kindOf('family');
    beforeAll(() => {
      const { library } = shared();
      const { body } = [...library.scan(commentPrefix(id))][0]!;
      library.transaction(() => {
        for (let n = 0; n < 1_000; n++)
          library.update(commentId(id, `00000000000000000000000${100 + n}`), () => ({ ...body, n }));
      });
    });

    it('are rejected', async () => {
      expectError(await call('family', 'POST', `${id}/comments`, { text: 'one more' }), 409, 'conflict');
    });
  });

  it('on photos in the trash are read and deleted, but neither added nor changed', async () => {
    const { id } = kindOf('private', true);
    const [comment] = await list('owner', id);
    const path = `${id}/comments/${comment!.id}`;
    for (const role of ['owner', 'token edit'] as const) {
      const refused = await call(role, 'POST', `${id}/comments`, { text: 'late' });
      expectError(refused, 409, 'conflict');
      expect(refused.json()).toMatchObject({ error: { message: 'This photo is in the trash.' } });
    }
    expectError(await call('owner', 'PATCH', path, { text: 'late' }), 409, 'conflict');
    // Viewers who can’t see the photo get no hint that it exists.
    for (const role of ['family', 'editor'] as const)
      expectError(await call(role, 'POST', `${id}/comments`, { text: 'late' }), 404, 'not-found');
    expect(await list('owner', id)).toHaveLength(1);
    expect((await call('owner', 'DELETE', path)).json()).toEqual({ removed: true });
    expect(await list('owner', id)).toEqual([]);
  });
});
