/** A server where an owner and two of the family may have libraries of their own, unless the test closes the gate. */
import { onTestFinished } from 'vitest';
import { commandLine } from '../../src/access/actor.js';
import type { PeopleLibraries } from '../../src/library/people-libraries.js';
import { makeHome } from './home.js';

/** Opens one; everything goes when the test ends. */
export async function openPeople() {
  let state: PeopleLibraries = { on: true };
  const gate = { announced: [], heardGuest: () => undefined, heardPeer: () => undefined, state: () => state };
  const home = await makeHome(({ library, blobs }) => ({
    gate,
    room: () => Promise.resolve({ left: 123_456_789, size: 1_000_000_000 }),
    openExport: (people) => ({
      parts: {
        ...{ library, people, original: blobs.original },
        // ExifTool writes real ones: test/cli/export-library.
        sidecar: (_sha256, { edits }) => (edits.title ? () => Promise.resolve(Buffer.from('a sidecar')) : undefined),
      },
      close: () => Promise.resolve(),
    }),
  }));
  onTestFinished(home.close);
  const { access, app } = home;
  const add = (name: string, role: 'owner' | 'family') => {
    const { id } = access.accounts.add({ name, role }, commandLine);
    access.accounts.setPassword(id, 'no hash', commandLine);
    const enter = (): Record<string, string> => {
      const { secret } = access.sessions.start(id, { address: '127.0.0.1', browser: 'a browser' });
      return { cookie: `photospool=${secret}` };
    };
    return { id, enter, headers: enter() };
  };
  const people = { ada: add('ada', 'owner'), ben: add('ben', 'family'), cleo: add('cleo', 'family') };
  const ask = (
    headers: Record<string, string>,
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object,
  ) => app.inject({ method, url, headers, ...(payload && { payload }) });
  return { home, people, ask, close: (off: PeopleLibraries) => void (state = off) };
}
