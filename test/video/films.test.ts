/** What ffmpeg makes from videos, and what a hostile file can't make it do. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it, test } from 'vitest';
import { openReader } from '../../src/photo/facts/exiftool.js';
import { identify, headLength, type Format } from '../../src/photo/formats/identify.js';
import { openFilms, type VideoSource } from '../../src/video/transcode.js';
import { isPlayable } from '../../src/video/browser-playback.js';
import { findTools } from '../../src/video/find-ffmpeg.js';
import { temporaryFolder } from '../folder.js';
import { h264, makeFilm, noFfmpeg, tinyFilm, tools } from './films.js';

const films = openFilms(tools);
const reader = openReader({ processes: 1 });
afterAll(() => reader.close());
const mp4: Format = { type: 'video/mp4', family: 'video', name: 'MP4' };

function sourceOf(path: string): VideoSource {
  const found = identify(readFileSync(path).subarray(0, headLength));
  if (found.kind !== 'photo') throw new Error(found.reason);
  return { path, format: found.format, bytes: statSync(path).size };
}

async function colourOf(path: string): Promise<number[]> {
  const { data } = await sharp(path).resize(1, 1).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return [...data];
}

describe('the tools', () => {
  it('are found in PATH, or at the configured path', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'bin'));
    for (const name of ['ffmpeg', 'ffprobe']) writeFileSync(join(folder, 'bin', name), '#!/bin/sh\n', { mode: 0o755 });
    const both = { kind: 'found', tools: { ffmpeg: join(folder, 'bin/ffmpeg'), ffprobe: join(folder, 'bin/ffprobe') } };
    expect(findTools(undefined, join(folder, 'bin'))).toEqual(both);
    expect(findTools(join(folder, 'bin/ffmpeg'), '')).toEqual(both);
    expect(findTools(undefined, folder)).toEqual({ kind: 'missing', missing: ['ffmpeg', 'ffprobe'] });
    expect(findTools(join(folder, 'nothing'), join(folder, 'bin'))).toEqual({ kind: 'missing', missing: ['ffmpeg'] });
  });
});

describe.skipIf(noFfmpeg)('transcodes (skipped where there is no ffmpeg)', () => {
  test.each([
    ['a.mp4', h264, true],
    ['a.mov', h264, false],
    ['a.3gp', ['-c:v', 'mpeg4', '-c:a', 'aac', '-ar', '16000'], false],
    ['a.avi', ['-c:v', 'mjpeg', '-c:a', 'pcm_s16le'], false],
    ['a.mts', ['-c:v', 'mpeg2video', '-c:a', 'ac3', '-f', 'mpegts'], false],
    ['a.m2ts', ['-c:v', 'libx264', '-g', '9', '-c:a', 'ac3', '-f', 'mpegts', '-mpegts_m2ts_mode', '1'], false],
    ['a.mpg', ['-c:v', 'mpeg1video', '-c:a', 'mp2', '-f', 'mpeg'], false],
    ['a.mkv', h264, false],
    ['a.wmv', ['-c:v', 'wmv2', '-c:a', 'wmav2'], false],
  ])('%s has a picture, and is playable in every browser', async (name, args, asItIs) => {
    const folder = temporaryFolder();
    const source = sourceOf(makeFilm(join(folder, name), args, { size: '320x240' }));
    const film = await films.look(source);
    expect(film.pictures).toMatchObject({ width: 320, height: 240 });
    expect(film.seconds).toBeCloseTo(1, 0);
    expect(isPlayable(film, source.format.type)).toBe(asItIs);
    const [poster, hover, play] = ['p.png', 'h.mp4', 'v.mp4'].map((one) => join(folder, one)) as [
      string,
      string,
      string,
    ];
    await films.poster(source, film, 2048, poster);
    expect(await sharp(poster).metadata()).toMatchObject({ format: 'png', width: 320, height: 240 });
    const size = await films.hover(source, film, hover);
    const short = await films.look({ ...sourceOf(hover) });
    expect(short.pictures).toMatchObject({ ...size, codec: 'h264', pixels: 'yuv420p' });
    expect(short).not.toHaveProperty('sound');
    await films.play(source, film, play);
    const played = await films.look(sourceOf(play));
    expect(isPlayable(played, 'video/mp4')).toBe(true);
    expect(played.sound).toMatchObject({ codec: 'aac' });
    // "faststart": the index comes before the data.
    const bytes = readFileSync(play).toString('latin1');
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
  });

  it('of short videos are made in one run, equal to those made one by one', async () => {
    const folder = temporaryFolder();
    const args = ['-c:v', 'mpeg4', '-c:a', 'mp3'];
    const source = sourceOf(makeFilm(join(folder, 'a.avi'), args, { size: '320x240', seconds: 3 }));
    const film = await films.look(source);
    const [hover, play, alone] = ['h.mp4', 'v.mp4', 'w.mp4'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const sizes = await films.together(source, film, hover, play);
    expect(sizes).toEqual({ hover: { width: 320, height: 240 }, video: { width: 320, height: 240 } });
    const [short, whole] = [await films.look(sourceOf(hover)), await films.look(sourceOf(play))];
    // It starts a little into the video, like a preview made alone.
    expect(short.seconds).toBeCloseTo(2.6, 0);
    expect(short).not.toHaveProperty('sound');
    expect(whole).toMatchObject({ pictures: { codec: 'h264' }, sound: { codec: 'aac' } });
    expect(whole.seconds).toBeCloseTo(3, 0);
    await films.hover(source, film, alone);
    expect((await films.look(sourceOf(alone))).seconds).toBeCloseTo(short.seconds, 1);
    // Longer videos, and those that need no encoding, are not made together.
    expect(await films.together(source, { ...film, seconds: 60 }, hover, play)).toBeUndefined();
    const copyable = sourceOf(makeFilm(join(folder, 'b.mov'), h264));
    expect(await films.together(copyable, await films.look(copyable), hover, play)).toBeUndefined();
  });

  it('of rotated videos are upright, rotated once', async () => {
    const folder = temporaryFolder();
    const flat = makeFilm(join(folder, 'a.mp4'), [...h264, '-an'], { size: '320x240' });
    const turned = join(folder, 'b.mp4');
    const { ffmpeg } = (tools as { tools: { ffmpeg: string } }).tools;
    execFileSync(ffmpeg, ['-v', 'error', '-display_rotation', '90', '-i', flat, '-c', 'copy', turned]);
    const source = sourceOf(turned);
    const film = await films.look(source);
    expect(film.pictures).toMatchObject({ width: 240, height: 320 });
    await films.poster(source, film, 2048, join(folder, 'p.png'));
    expect(await sharp(join(folder, 'p.png')).metadata()).toMatchObject({ width: 240, height: 320 });
    await films.hover(source, film, join(folder, 'h.mp4'));
    expect((await films.look(sourceOf(join(folder, 'h.mp4')))).pictures).toMatchObject({ width: 240, height: 320 });
  });

  it('keep their colours', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'tiny.mp4');
    writeFileSync(path, tinyFilm());
    const source = sourceOf(path);
    await films.poster(source, await films.look(source), 2048, join(folder, 'p.png'));
    // Most of the frames considered are blue.
    const [red = 255, green = 255, blue = 0] = await colourOf(join(folder, 'p.png'));
    expect(blue).toBeGreaterThan(240);
    expect(Math.max(red, green)).toBeLessThan(16);
  });

  it('made for everyone contain no metadata of the original', async () => {
    const folder = temporaryFolder();
    const args = [
      ...h264,
      '-movflags',
      'use_metadata_tags',
      '-metadata',
      'location=+52.01+004.36/',
      '-metadata',
      'title=secret',
    ];
    const source = sourceOf(makeFilm(join(folder, 'a.mp4'), args));
    expect(readFileSync(source.path).includes('+52.01')).toBe(true);
    await films.play(source, await films.look(source), join(folder, 'v.mp4'));
    const made = readFileSync(join(folder, 'v.mp4'));
    expect([made.includes('+52.01'), made.includes('secret')]).toEqual([false, false]);
  });
});

describe.skipIf(noFfmpeg)('a video without its metadata (skipped where there is no ffmpeg)', () => {
  const { ffmpeg } = (tools as { tools: { ffmpeg: string } }).tools;
  /** A hash of each decoded frame. */
  const picturesOf = (path: string): string =>
    execFileSync(ffmpeg, ['-v', 'error', '-i', path, '-map', '0:v', '-f', 'framemd5', '-'])
      .toString()
      .replace(/^#.*\n/gm, '');
  /** What an encoder or a camera writes between the frames: an SEI message of 16 bytes and a text. */
  const spoken = ['-bsf:v', 'h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+zq-serial'];
  const words = [
    '-movflags',
    'use_metadata_tags',
    '-metadata',
    'location=+52.01+004.36/',
    '-metadata',
    'artist=zq-owner',
  ];

  test.each([
    ['a.mp4', 'video/mp4', [...h264, ...spoken]],
    ['a.mov', 'video/quicktime', [...h264, ...spoken]],
    ['a.mov', 'video/quicktime', ['-c:v', 'libx265', '-preset', 'ultrafast', '-tag:v', 'hvc1', '-c:a', 'aac']],
  ])('%s (%s) has the same frames and no text', async (name, type, args) => {
    const folder = temporaryFolder();
    const source = sourceOf(makeFilm(join(folder, name), [...args, ...words]));
    const before = readFileSync(source.path).toString('latin1');
    expect(before).toMatch(/\+52\.01/);
    expect(before).toMatch(/zq-owner/);
    const made = join(folder, 'bare.bin');
    expect(await films.bare(source, await films.look(source), made)).toBe(true);
    const after = readFileSync(made).toString('latin1');
    expect(after).not.toMatch(/\+52\.01|zq-|x264|Lavf/);
    expect(sourceOf(made).format.type).toBe(type);
    expect(picturesOf(made)).toBe(picturesOf(source.path));
    const tags = await reader.ask(made);
    const told = tags.kind === 'answer' ? Object.entries(tags.answer) : [];
    expect(told.length).toBeGreaterThan(10);
    expect(told.filter(([tag]) => /^(?:UserData|Keys|ItemList|XMP|ExifIFD|GPS)/.test(tag))).toEqual([]);
  });

  it('is not made of formats that may contain text among their frames', async () => {
    const folder = temporaryFolder();
    for (const [name, args] of [
      ['a.avi', ['-c:v', 'mjpeg', '-an']],
      ['a.mov', ['-c:v', 'mjpeg', '-an']],
    ] as const) {
      const source = sourceOf(makeFilm(join(folder, name), args));
      expect(await films.bare(source, await films.look(source), join(folder, 'bare.bin'))).toBe(false);
    }
  });
});

describe.skipIf(noFfmpeg)('hostile files (skipped where there is no ffmpeg)', () => {
  /** A video next to the hostile file, of which nothing may become visible. */
  function secretIn(folder: string): string {
    return makeFilm(join(folder, 'secret.mp4'), [...h264, '-an'], { size: '128x96' });
  }

  test.each([
    [
      'an HLS playlist',
      (secret: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${secret}\n#EXT-X-ENDLIST\n`,
    ],
    ['a playlist of the network', () => '#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n'],
    ['a list of files', (secret: string) => `ffconcat version 1.0\nfile '${secret}'\n`],
    ['a DASH manifest', (secret: string) => `<?xml version="1.0"?><MPD><BaseURL>file://${secret}</BaseURL></MPD>`],
  ])('%s named .mp4 is not opened', async (_name, text) => {
    const folder = temporaryFolder();
    const path = join(folder, 'a.mp4');
    writeFileSync(path, text(secretIn(folder)));
    expect(identify(readFileSync(path))).toMatchObject({ kind: 'foreign' });
    // Nor if it was detected as one of these.
    for (const name of ['MP4', 'AVI', 'MPEG transport stream (MTS)', 'WebM', 'MPEG video', 'Windows Media (WMV)']) {
      await expect(films.look({ path, format: { ...mp4, name }, bytes: 1 })).rejects.toMatchObject({
        code: 'undecodable',
      });
    }
  });

  it('a video that refers to another file shows nothing of it', async () => {
    const folder = temporaryFolder();
    const secret = makeFilm(join(folder, 'secrets.mov'), [...h264, '-an', '-vf', 'drawbox=c=red:t=fill']);
    const path = join(folder, 'a.mov');
    // The same video without its own frames: they can only come from the other file.
    const film = withAlias(readFileSync(secret), 'secrets.mov');
    writeFileSync(path, film.fill(0, 64, film.indexOf('moov', 0, 'latin1') - 4));
    const source = { ...sourceOf(secret), path };
    const shown = films.look(source).then((found) => films.poster(source, found, 512, join(folder, 'p.png')));
    await expect(shown).rejects.toMatchObject({ code: 'undecodable' });
    // It would be visible if references were followed: the protected file really is there.
    const { ffmpeg } = (tools as { tools: { ffmpeg: string } }).tools;
    const follow = ['-v', 'error', '-enable_drefs', '1', '-i', path, '-frames:v', '1', join(folder, 'q.png')];
    execFileSync(ffmpeg, follow, { stdio: 'ignore' });
    expect((await colourOf(join(folder, 'q.png')))[0]).toBeGreaterThan(200);
  });

  it('an unlisted codec inside a video is not decoded', async () => {
    const path = makeFilm(join(temporaryFolder(), 'a.mkv'), ['-c:v', 'ffvhuff', '-an'], { size: '64x48' });
    const source = sourceOf(path);
    const film = await films.look(source).catch(() => undefined);
    if (film)
      await expect(films.poster(source, film, 512, `${path}.png`)).rejects.toMatchObject({ code: 'undecodable' });
  });
});

/**
 * Makes the data reference of a video (QuickTime, "Data Reference Atoms") an alias of a file next to it. Its `moov` is
 * its end.
 */
function withAlias(film: Buffer, name: string): Buffer {
  const path = Buffer.from(`:${name}`);
  const record = Buffer.alloc(150);
  record.writeUInt16BE(1, 10 + 1 + 27 + 12 + 1 + 63 + 16);
  record.writeUInt16BE(1, 10 + 1 + 27 + 12 + 1 + 63 + 16 + 2);
  record.write(name, 10 + 1 + 27 + 12 + 1, 'latin1');
  record[10 + 1 + 27 + 12] = name.length;
  const told = Buffer.alloc(4);
  told.writeUInt16BE(2, 0);
  told.writeUInt16BE(path.length, 2);
  const head = Buffer.from('\0\0\0\0alis\0\0\0\0', 'latin1');
  const alias = Buffer.concat([head, record, told, path, Buffer.from([0xff, 0xff, 0, 0])]);
  alias.writeUInt32BE(alias.length, 0);
  const at = film.indexOf('url \0\0\0\x01', film.indexOf('vmhd', 0, 'latin1'), 'latin1') - 4;
  const changed = Buffer.concat([film.subarray(0, at), alias, film.subarray(at + 12)]);
  for (const box of ['moov', 'trak', 'mdia', 'minf', 'dinf', 'dref']) {
    const start = changed.lastIndexOf(box, at, 'latin1') - 4;
    changed.writeUInt32BE(changed.readUInt32BE(start) + alias.length - 12, start);
  }
  return changed;
}
