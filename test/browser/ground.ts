/**
 * What all browser tests share, made once before the first of them: the page as it is in `web` (built where it is not up
 * to date), the pictures, and one running browser. Each file has windows of its own in it and sees no other's.
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
    /** Where the browser listens. */
    chromium: string;
    /** The file of the pictures. */
    pictures: string;
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));

const buildPage = (): void =>
  void execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), 'page'], { stdio: 'inherit' });

/** Prepares; returns what takes it all away again. Before files run again because something changed, the page is built. */
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
