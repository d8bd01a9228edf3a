/** Homes with accounts, created as people do: with the set-up link and invitations. */
import { expect } from 'vitest';
import { setUp } from '../../src/access/one-time-codes.js';
import { openBrowser, type Browser } from './browser.js';
import { openHome, type Home } from './fixture.js';

/** The password of all people. */
export const good = 'seven green ladders';

/** A home whose owner has just created an account. */
export interface Owned {
  home: Home;
  owner: Browser;
}

/** Opens a home, and creates its first owner with the link. */
export async function openOwned(): Promise<Owned> {
  const home = await openHome();
  const owner = openBrowser(home.app);
  const { code } = home.access.codes.draw(setUp);
  const made = await owner.ask('POST', '/api/setup', { code, name: 'Owner', password: good });
  expect(made.statusCode, made.body).toBe(200);
  return { home, owner };
}

/** Creates an invitation; returns its code. */
export async function codeFor(
  { owner }: Pick<Owned, 'owner'>,
  name: string,
  role: 'owner' | 'family' = 'family',
): Promise<{ id: string; code: string }> {
  const added = await owner.ask('POST', '/api/people', { name, role });
  expect(added.statusCode, added.body).toBe(201);
  const { person, invitation } = added.json<{ person: { id: string }; invitation: { path: string } }>();
  return { id: person.id, code: /^\/invite#(.+)$/.exec(invitation.path)![1]! };
}

/** Invites a person, who accepts. */
export async function invite(
  { home, owner }: Owned,
  name: string,
  role: 'owner' | 'family' = 'family',
): Promise<{ id: string; browser: Browser }> {
  const { id, code } = await codeFor({ owner }, name, role);
  const browser = openBrowser(home.app);
  expect((await browser.ask('POST', '/api/invitation/look', { code })).json()).toEqual({ name });
  expect((await browser.ask('POST', '/api/invitation', { code, password: good })).statusCode).toBe(200);
  return { id, browser };
}
