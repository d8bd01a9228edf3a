/**
 * Finds a Chromium and starts it: the one in $CHROMIUM, that of the machine, or the one from npm, which is unpacked
 * into a temporary folder during the test. Tests prefer the machine's headless shell: the same engine without the
 * windows of a desktop, which cost more than half of the CPU time of a page.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const desktop = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const shell = '/usr/bin/chromium-headless-shell';

/** The launch options of the first Chromium found; `remove` removes the unpacked files. */
async function findChromium(installed: string[]): Promise<{ options: LaunchOptions; remove: () => Promise<void> }> {
  const own = process.env['CHROMIUM'] ?? installed.find((path) => existsSync(path));
  const folder = own === undefined ? await mkdtemp(join(tmpdir(), 'photospool-chromium-')) : undefined;
  const executablePath = own ?? (await unpack(folder!));
  const env = folder === undefined || existsSync('/etc/fonts') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') };
  return {
    options: { executablePath, args, env: { ...process.env, ...env } },
    remove: async () => {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A running browser; `close` also removes the unpacked files. */
export interface RunningBrowser {
  browser: Browser;
  close(): Promise<void>;
}

/** Starts the desktop Chromium headlessly: for measurements and screenshots. */
export async function openChromium(): Promise<RunningBrowser> {
  const { options, remove } = await findChromium(desktop);
  const browser = await chromium.launch(options);
  return { browser, close: () => browser.close().then(remove) };
}

/** The data that a test process needs to start its Chromium; it can be sent to it. */
export interface Prepared {
  executablePath: string;
  /** The folder of the fonts, if the machine has none. */
  fonts?: string;
  /** A folder for the profile; it must outlive the browser. */
  profiles: string;
}

/** Finds the headless Chromium for tests; its profiles are in `profiles`. `remove` removes the unpacked files. */
export async function prepareChromium(profiles: string): Promise<{ prepared: Prepared; remove(): Promise<void> }> {
  const { options, remove } = await findChromium([shell, ...desktop]);
  const fonts = options.env?.['FONTCONFIG_PATH'];
  const prepared = { executablePath: options.executablePath!, profiles, ...(fonts !== undefined && { fonts }) };
  return { prepared, remove };
}

/**
 * Starts a Chromium that ends with this process, even if that is killed: its pipe closes. (A killed process does not
 * close its browser, and leaves the profile in `profiles`.)
 */
export function launchPrepared({ executablePath, fonts, profiles }: Prepared): Promise<Browser> {
  const env = { ...process.env, ...(fonts !== undefined && { FONTCONFIG_PATH: fonts }) };
  const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  return inTemporary(profiles, () => chromium.launch({ executablePath, args, env, ...signals }));
}

/** The package unpacks into the system's temporary folder and uses what it finds there: give it a separate one. */
function unpack(folder: string): Promise<string> {
  return inTemporary(folder, async () => {
    const { default: packed } = await import('@sparticuz/chromium');
    return packed.executablePath();
  });
}

/** Runs `act` with this folder as the system's temporary one. */
async function inTemporary<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    return await act();
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}
