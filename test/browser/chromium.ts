/**
 * Finds a Chromium and starts it: the one that $CHROMIUM names, the machine's own, or the one that comes with npm, which
 * is unpacked into a temporary folder for the time of the test.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A running browser; `close` also removes what was unpacked. */
export interface RunningBrowser {
  browser: Browser;
  close(): Promise<void>;
}

/** Starts a headless Chromium. */
export async function openChromium(): Promise<RunningBrowser> {
  const own = process.env['CHROMIUM'] ?? installed.find((path) => existsSync(path));
  const folder = own === undefined ? await mkdtemp(join(tmpdir(), 'photospool-chromium-')) : undefined;
  const executablePath = own ?? (await unpack(folder!));
  const env = folder === undefined || existsSync('/etc/fonts') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') };
  const browser = await chromium.launch({ executablePath, args, env: { ...process.env, ...env } });
  return {
    browser,
    async close() {
      await browser.close();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The package unpacks into the system's temporary folder and takes what it finds there: give it one of its own. */
async function unpack(folder: string): Promise<string> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    const { default: packed } = await import('@sparticuz/chromium');
    return await packed.executablePath();
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}
