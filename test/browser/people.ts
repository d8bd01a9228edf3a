/** Actions of people on the sign-in page and in the frame of the page. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { commandLine } from '../../src/access/actor.js';
import type { ServedHome } from './home.js';

/** Signs in by password on the open sign-in page. */
export async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

/** Signs out with the account menu. */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
}

/** The entries of an owner and a family member in the navigation and the settings, with all their rights. */
export const navigationOf = {
  owner: {
    pages: [
      ...[
        'Photos',
        'Explore',
        'Albums',
        'Sharing',
        'Favourites',
        'Videos',
        'Review',
        'Duplicates',
        'Locked photos',
        'Trash',
      ],
      'Settings',
    ],
    sections: [
      ...[
        'Account',
        'Appearance',
        'Library & storage',
        'Phone backup',
        'Import',
        'Family',
        'Access and sharing',
        'Servers',
      ],
      ...['API tokens', 'Security log', 'About'],
    ],
  },
  family: {
    pages: ['Photos', 'Explore', 'Albums', 'Sharing', 'Favourites', 'Videos', 'Locked photos', 'Trash', 'Settings'],
    sections: ['Account', 'Appearance', 'Library & storage', 'Phone backup', 'API tokens', 'About'],
  },
};

/** The entries of the navigation, without their counts; and the sections of the settings, from which it returns. */
export async function readNavigation(page: Page): Promise<{ pages: string[]; sections: string[] }> {
  const read = async (list: string): Promise<string[]> =>
    (await page.locator(`[data-list="${list}"] li a`).allInnerTexts()).map((text) => text.trim().split('\n')[0]!);
  const pages = await read('navigation');
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.locator('[data-list="sections"] li').first().waitFor();
  const sections = await read('sections');
  await page.goBack();
  return { pages, sections };
}

/** Adds a virtual authenticator that confirms everything (CDP, WebAuthn domain). */
export async function addAuthenticator(page: Page): Promise<void> {
  const device = await page.context().newCDPSession(page);
  await device.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
  } as const;
  await device.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...options, isUserVerified: true, automaticPresenceSimulation: true },
  });
}

/** Adds a person to a home; their id, and the cookie of a session of theirs. */
export function addPerson(
  { access }: Pick<ServedHome, 'access'>,
  name: string,
  role: 'owner' | 'family',
): { id: string; cookie: string } {
  const { id } = access.accounts.add({ name, role }, commandLine);
  access.accounts.setPassword(id, 'no hash', commandLine);
  return { id, cookie: access.sessions.start(id, { address: '127.0.0.1', browser: 'a browser' }).secret };
}

/** Opens a window of someone who has signed in (`addPerson`), without loading a page to get there. */
export function signedIn(url: string, cookie: string): BrowserContextOptions {
  const session = {
    ...{ name: 'photospool', value: cookie, domain: new URL(url).hostname, path: '/' },
    ...{ expires: -1, httpOnly: true, secure: false, sameSite: 'Lax' as const },
  };
  return { storageState: { cookies: [session], origins: [] } };
}
