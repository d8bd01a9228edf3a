/** Decisions about a video: from ffprobe's output, sizes, and what browsers play. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { hoverSize, playSize, posterAt, readAbilities } from '../../src/video/ffmpeg-arguments.js';
import { isCopyable, isPlayable } from '../../src/video/browser-playback.js';
import { readProbe, type Film } from '../../src/video/ffprobe.js';

const stream = (change: object = {}): object => ({
  index: 0,
  codec_type: 'video',
  codec_name: 'h264',
  pix_fmt: 'yuv420p',
  width: 1920,
  height: 1080,
  avg_frame_rate: '30/1',
  ...change,
});
const film = (change: object = {}, ...others: object[]): Film =>
  readProbe(JSON.stringify({ streams: [stream(change), ...others], format: { duration: '4.5' } }))!;
const sound = (codec_name: string): object => ({ index: 1, codec_type: 'audio', codec_name });

describe('the output of ffprobe', () => {
  it('is a video with its length', () => {
    expect(film({}, sound('aac'))).toMatchObject({
      seconds: 4.5,
      pictures: { index: 0, codec: 'h264', width: 1920, height: 1080, rate: 30, matrix: false, primaries: false },
      sound: { index: 1, codec: 'aac' },
    });
  });

  test.each([
    [{ side_data_list: [{ rotation: -90 }] }, 1080, 1920],
    [{ side_data_list: [{}, { rotation: 90 }] }, 1080, 1920],
    [{ side_data_list: [{ rotation: 180 }] }, 1920, 1080],
    [{ width: 1440, sample_aspect_ratio: '4:3' }, 1920, 1080],
    [{ sample_aspect_ratio: '0:1' }, 1920, 1080],
    [{ width: 720, height: 576, sample_aspect_ratio: '16:15', side_data_list: [{ rotation: 90 }] }, 576, 768],
  ])('%j is displayed at %d × %d', (change, width, height) => {
    expect(film(change).pictures).toMatchObject({ width, height });
  });

  it('ignores covers, unknown tracks, and impossible sizes', () => {
    expect(film({ disposition: { attached_pic: 1 } }, stream({ index: 2 })).pictures.index).toBe(2);
    expect(film({ codec_name: 'unknown' }, stream({ index: 1 })).pictures.index).toBe(1);
    expect(film({ width: 1e9 }, stream({ index: 1 })).pictures.index).toBe(1);
    expect(readProbe(JSON.stringify({ streams: [sound('aac')] }))).toBeUndefined();
  });

  it('may be anything', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.dictionary(fc.constantFrom('width', 'height', 'codec_name', 'side_data_list'), fc.jsonValue()),
        (text, change) => {
          readProbe(text);
          readProbe(JSON.stringify({ streams: [stream(change)] }));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('browsers', () => {
  test.each([
    ['video/mp4', {}, 'aac', true],
    ['video/mp4', {}, undefined, true],
    ['video/x-m4v', { pix_fmt: 'yuvj420p' }, 'mp3', true],
    ['video/webm', { codec_name: 'vp9' }, 'opus', true],
    ['video/quicktime', {}, 'aac', false],
    ['video/mp4', { codec_name: 'hevc' }, 'aac', false],
    ['video/mp4', { pix_fmt: 'yuv420p10le' }, 'aac', false],
    ['video/mp4', { pix_fmt: 'yuv422p' }, 'aac', false],
    ['video/mp4', { color_transfer: 'arib-std-b67' }, 'aac', false],
    ['video/mp4', {}, 'ac3', false],
    ['video/webm', { codec_name: 'vp9' }, 'aac', false],
    ['video/mp2t', {}, 'aac', false],
    ['constructor', {}, 'aac', false],
  ])('%s of %j with %s: %s', (type, change, audio, plays) => {
    expect(isPlayable(film(change, ...(audio === undefined ? [] : [sound(audio)])), type)).toBe(plays);
  });

  it('need only another container for some', () => {
    expect(isCopyable(film({}, sound('aac')))).toBe(true);
    expect(isCopyable(film({}, sound('pcm_s16le')))).toBe(false);
  });
});

describe('sizes', () => {
  test.each([
    [1920, 1080, 1920, 1080],
    [3840, 2160, 1920, 1080],
    [2160, 3840, 1080, 1920],
    [3000, 3000, 1080, 1080],
    [641, 359, 642, 360],
    [1, 1, 2, 2],
  ])('%d × %d is transcoded to %d × %d', (width, height, wide, high) => {
    expect(playSize(film({ width, height }))).toEqual({ width: wide, height: high });
  });

  it('of a hover fit a tile', () => {
    expect(hoverSize(film())).toEqual({ width: 568, height: 320 });
    expect(hoverSize(film({ width: 8000, height: 500 }))).toEqual({ width: 640, height: 40 });
  });

  it('the frame is taken within the video', () => {
    expect(posterAt(film())).toBe(1);
    expect(posterAt({ ...film(), seconds: 0.4 })).toBeCloseTo(0.1);
  });
});

describe('a build of ffmpeg', () => {
  it('is identified by its lists', () => {
    const x264 = ' V....D libx264              libx264 H.264 / AVC (codec h264)\n';
    const open = ' V....D libopenh264          OpenH264 (codec h264)\n';
    const filters =
      ' .SC zscale            V->V       Apply resizing.\n .S. tonemap           V->V       Conversion.\n';
    expect(readAbilities(open + x264)).toMatchObject({
      h264: expect.arrayContaining(['libx264']) as unknown,
      tonemap: false,
    });
    expect(readAbilities(open + filters)).toMatchObject({
      h264: expect.arrayContaining(['libopenh264']) as unknown,
      tonemap: true,
    });
    expect(readAbilities('')).toEqual({ tonemap: false });
  });
});
