/**
 * The shared set-up of all browser tests, once before the first of them: the page of `web` (built if outdated), the
 * pictures, and one running browser. Each file has separate windows in it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { serveChromium } from './chromium.js';
import { makePictures, savePictures } from './pictures.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the built page. */
    page: string;
    /** The address of the browser. */
    chromium: string;
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
  const chromium = await serveChromium();
  project.provide('page', join(root, 'dist/web'));
  project.provide('pictures', pictures);
  project.provide('chromium', chromium.url);
  return async () => {
    await chromium.close();
    await rm(folder, { recursive: true, force: true });
  };
}
