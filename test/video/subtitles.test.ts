/** Videos with text in a separate track, as drones and camcorders write them. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { headLength, identify } from '../../src/photo/formats/identify.js';
import { openFilms } from '../../src/video/transcode.js';
import { temporaryFolder } from '../folder.js';
import { h264, makeFilm, noFfmpeg, tools } from './films.js';

const films = openFilms(tools);

describe.skipIf(noFfmpeg)('a video with subtitles (skipped where there is no ffmpeg)', () => {
  test.each([
    ['a.mp4', 'mov_text'],
    ['a.mov', 'mov_text'],
    ['a.mkv', 'srt'],
  ])('%s (%s) has a picture and plays, without them', async (name, codec) => {
    const folder = temporaryFolder();
    const bare = makeFilm(join(folder, 'bare.mp4'), h264, { size: '320x240' });
    const words = join(folder, 'a.srt');
    writeFileSync(words, '1\n00:00:00,000 --> 00:00:00,900\nGPS (52.01, 4.36) zq-word\n\n');
    const path = join(folder, name);
    const { ffmpeg } = (tools as { tools: { ffmpeg: string } }).tools;
    execFileSync(ffmpeg, ['-v', 'error', '-i', bare, '-i', words, '-c', 'copy', '-c:s', codec, path]);
    expect(readFileSync(path).includes('zq-word')).toBe(true);
    const found = identify(readFileSync(path).subarray(0, headLength));
    if (found.kind !== 'photo') throw new Error(found.reason);
    const source = { path, format: found.format, bytes: statSync(path).size };
    const film = await films.look(source);
    expect(film).toMatchObject({ pictures: { codec: 'h264', width: 320 }, sound: { codec: 'aac' } });
    await films.poster(source, film, 2048, join(folder, 'p.png'));
    expect(await sharp(join(folder, 'p.png')).metadata()).toMatchObject({ width: 320, height: 240 });
    await films.play(source, film, join(folder, 'v.mp4'));
    expect(readFileSync(join(folder, 'v.mp4')).includes('zq-word')).toBe(false);
  });
});
