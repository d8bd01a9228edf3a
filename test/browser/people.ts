/** Actions of people on the sign-in page and in the menu. */
import type { Page } from 'playwright-core';

/** Signs in by password on the open sign-in page. */
export async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

/** Signs out with the menu. */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
}

/** The entries of the menu. */
export async function readMenu(page: Page): Promise<string[]> {
  await page.getByRole('button', { name: 'Menu' }).click();
  const items = await page.locator('header nav li').allInnerTexts();
  await page.keyboard.press('Escape');
  return items.map((item) => item.trim());
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
