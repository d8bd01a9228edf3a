/** Videos on a machine without ffmpeg, and after ffmpeg was installed, from the command line. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PhotoView } from '../../src/document/photo-view.js';
import { temporaryFolder } from '../folder.js';
import { noFfmpeg, tinyFilm } from '../video/films.js';
import { makeHome, type TestHome } from './run.js';

const soon = { timeout: 120_000, interval: 200 };

/** A PATH with all programs of this machine except those that process videos. */
function pathWithout(): string {
  const folder = join(temporaryFolder(), 'bin');
  mkdirSync(folder);
  const taken = new Set(['ffmpeg', 'ffprobe']);
  for (const from of (process.env['PATH'] ?? '').split(delimiter)) {
    let names: string[] = [];
    try {
      names = readdirSync(from);
    } catch {
      // A folder in PATH need not exist.
    }
    for (const name of names) if (taken.size < taken.add(name).size) symlinkSync(join(from, name), join(folder, name));
  }
  return folder;
}

const listed = async (home: TestHome): Promise<PhotoView[]> =>
  (await home.run('list', '--json')).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PhotoView);

describe.skipIf(process.platform === 'win32')('a machine without ffmpeg', () => {
  it('keeps videos and lists them; status reports what is missing', async () => {
    const path = pathWithout();
    const home = makeHome({ PATH: path });
    writeFileSync(join(home.incoming, 'MOV_1.mp4'), tinyFilm());
    await home.drop('a.jpg', 1);
    const ran = await home.run('process', '--json');
    expect([ran.code, ran.err]).toEqual([0, '']);
    expect(JSON.parse(ran.out)).toMatchObject({ stored: 2, stuck: 0 });
    expect(readFileSync(join(home.archive, '2024/07/MOV_1.mp4')).equals(tinyFilm())).toBe(true);
    const status = await home.run('status');
    expect(status.out).toContain('missing    ffmpeg and ffprobe: videos are imported, but not shown until installed');
    expect(JSON.parse((await home.run('status', '--json')).out)).toMatchObject({ missing: ['ffmpeg', 'ffprobe'] });
    const server = await home.serve();
    const tiles = (await (await fetch(`${server.url}/api/tiles`)).json()) as { tiles: { id: string; type: string }[] };
    const film = tiles.tiles.find(({ type }) => type === 'video/mp4')!;
    expect(film).toMatchObject({ seconds: 1, unshown: 'no-ffmpeg', width: 64, height: 48 });
    // Browsers that can play the original get it; there is no picture.
    const played = await fetch(`${server.url}/media/${film.id}/video`);
    expect([played.status, Buffer.from(await played.arrayBuffer()).equals(tinyFilm())]).toEqual([200, true]);
    expect((await fetch(`${server.url}/media/${film.id}/thumb`)).status).toBe(404);
    expect(await server.stop()).toBe(0);
  });

  it.skipIf(noFfmpeg)('shows them once it is installed (skipped where there is none)', async () => {
    const home = makeHome({ PATH: pathWithout() });
    writeFileSync(join(home.incoming, 'MOV_1.mp4'), tinyFilm());
    expect((await home.run('process')).code).toBe(0);
    expect(await listed(home)).toMatchObject([{ unshown: 'no-ffmpeg' }]);
    // The same home, with the machine's real PATH.
    const later = makeHome();
    const server = await later.serve('--home', home.folder);
    await expect
      .poll(async () => {
        const { photos } = (await (await fetch(`${server.url}/api/photos`)).json()) as { photos: PhotoView[] };
        return photos[0];
      }, soon)
      .toMatchObject({ renditions: { thumb: { width: 64 }, hover: { type: 'video/mp4' } } });
    expect(await server.stop()).toBe(0);
  });
});
