/**
 * The shared set-up of all browser tests, once before the first of them: the page of `web` (built if outdated), the
 * pictures, and the browser, which each process starts once. Each file has separate windows in it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { prepareChromium, type Prepared } from './chromium.js';
import { makePictures, savePictures } from './pictures.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the built page. */
    page: string;
    /** How to start the browser. */
    chromium: Prepared;
    /** The file of the pictures. */
    pictures: string;
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));

const buildPage = (): void =>
  void execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), 'page'], { stdio: 'inherit' });

/** Prepares; returns the clean-up. Before files run again after a change, the page is built. */
export default async function prepare(project: TestProject): Promise<() => Promise<void>> {
  buildPage();
  project.onTestsRerun(buildPage);
  const folder = await mkdtemp(join(tmpdir(), 'photospool-ground-'));
  const pictures = join(folder, 'pictures.json');
  await savePictures(pictures, await makePictures());
  const { prepared, remove } = await prepareChromium(folder);
  project.provide('page', join(root, 'dist/web'));
  project.provide('pictures', pictures);
  project.provide('chromium', prepared);
  return async () => {
    await remove();
    // A browser that just ended may still write its profile.
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  };
}
