/**
 * Decoder processes: they give the same results as the code in them, and a failure affects only the file that caused
 * it.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { pack } from '../../src/base/sandbox/frames.js';
import { openAnswer, packError, packRendered } from '../../src/photo/decode/decoder-protocol.js';
import { decoderLimits, openDecoders, type Decoders } from '../../src/photo/decode/decoder-pool.js';
import { look, render } from '../../src/photo/decode/render.js';
import { temporaryFolder } from '../folder.js';
import { about, childrenOf, isThere, one, until } from '../processes.js';
import { quarters, shown, waves } from './pictures.js';

const jpeg = { type: 'image/jpeg', family: 'jpeg', name: 'JPEG' };

function open(options: Parameters<typeof openDecoders>[0] = {}): Decoders {
  const decoders = openDecoders({ workers: 1, ...options });
  onTestFinished(() => decoders.close());
  return decoders;
}

async function fileOf(bytes: Promise<Uint8Array> | Uint8Array, name = 'a.jpg'): Promise<string> {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, await bytes);
  return path;
}

const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => {
    const { code, message, hint, path } = error as { code: string; message: string; hint?: string; path?: string };
    return { code, message, hint, path };
  });

it('returns the same pictures and failures as rendering directly', async () => {
  const decoders = open();
  const whole = await waves(900, 700).jpeg().toBuffer();
  const paths = [
    await fileOf(whole, 'a\n"b.jpg'),
    await fileOf(whole.subarray(0, 5000)),
    await fileOf(Buffer.alloc(3000, 'x')),
    join(temporaryFolder(), 'gone.jpg'),
  ];
  for (const path of paths) {
    const [theirs, ours] = [await outcome(decoders.render(path, jpeg)), await outcome(render(path, jpeg))];
    expect(theirs).toEqual(ours);
  }
});

it('returns the same perceptual hash as computing directly, and rejects invalid input', async () => {
  const decoders = open();
  const path = await fileOf(waves(600, 400).webp().toBuffer(), 'thumb.webp');
  expect(Buffer.from(await decoders.look(path))).toEqual(Buffer.from(await look(path)));
  const none = await fileOf(Buffer.alloc(3000, 'x'));
  expect(await outcome(decoders.look(none))).toMatchObject({ code: 'undecodable', path: none });
});

describe('a response', () => {
  const rendered = {
    ...{ width: 3, height: 2, animated: false, thumbhash: 'abc' },
    thumb: { bytes: Buffer.from('thumb'), type: 'image/jpeg', width: 3, height: 2 },
    preview: { bytes: Buffer.from('preview'), type: 'image/jpeg', width: 3, height: 2 },
  } as const;
  const opened = (parts: Uint8Array[]): unknown => {
    const [lengths, text, ...body] = parts;
    expect(lengths).toHaveLength(8);
    return openAnswer({ header: JSON.parse(Buffer.from(text!).toString()), body: Buffer.concat(body) });
  };
  it('is decoded as it was encoded', () => {
    expect(opened(packRendered(rendered))).toEqual({ kind: 'rendered', rendered });
    const error = Object.assign(new Error('gone'), { code: 'ENOENT', syscall: 'open' });
    expect(opened(packError(error))).toEqual({ kind: 'system', code: 'ENOENT', syscall: 'open', said: 'gone' });
  });
  test.each([
    [null],
    ['rendered'],
    [{ kind: 'rendered' }],
    [{ kind: 'failed', code: 'toString', message: 'a', said: '' }],
    [{ kind: 'failed', code: 'io', message: 1, said: '' }],
    [{ kind: 'failed', code: 'io', message: 'x'.repeat(100_000), said: '' }],
    [{ ...rendered, kind: 'rendered', thumb: { ...rendered.thumb, length: 99 }, preview: { length: 1 } }],
    [{ ...rendered, kind: 'rendered', width: -1 }],
    [{ kind: 'looked' }],
  ])('of another shape is rejected: %j', (header) => {
    expect(() => opened(pack(header, [Buffer.from('body')]))).toThrow(TypeError);
  });
});

describe.skipIf(process.platform !== 'linux')('a decoder', () => {
  const own = (before: number[]): number[] => childrenOf(process.pid).filter((pid) => !before.includes(pid));

  it('that crashes on a file fails that file alone, in a sentence', async () => {
    const path = await fileOf(quarters(60, 40).jpeg().toBuffer());
    const before = childrenOf(process.pid);
    const decoders = open();
    await decoders.render(path, jpeg);
    const pid = one(own(before));
    for (const [signal, code] of [
      ['SIGSEGV', 'undecodable'],
      ['SIGKILL', 'busy'],
    ] as const) {
      const victim = own(before).at(-1) ?? pid;
      process.kill(victim, 'SIGSTOP');
      const failed = outcome(decoders.render(path, jpeg));
      process.kill(victim, signal);
      process.kill(victim, 'SIGCONT');
      expect(await failed).toMatchObject({
        code,
        message: expect.stringMatching(/^This JPEG can't be shown: [^/]+\.$/) as string,
      });
      expect(shown(await decoders.render(path, jpeg)).width).toBe(60);
    }
  });

  it('that hangs is killed after its time limit', async () => {
    const path = await fileOf(quarters(60, 40).jpeg().toBuffer());
    const before = childrenOf(process.pid);
    const decoders = open({ limits: { ...decoderLimits, seconds: 3 } });
    // On a machine so busy that even this takes too long, it is retried.
    while (!(await decoders.render(path, jpeg).catch(() => undefined)));
    const pid = one(own(before));
    process.kill(pid, 'SIGSTOP');
    expect(await outcome(decoders.render(path, jpeg))).toMatchObject({ code: 'timeout' });
    await until(() => !isThere(pid));
  });

  it('that needs too much memory fails that file permanently', async () => {
    // Progressive: libjpeg keeps the whole picture in memory, 6 bytes a pixel.
    const plain = sharp({ create: { width: 7000, height: 7000, channels: 3, background: '#357' } });
    const big = await fileOf(plain.jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer());
    const small = await fileOf(quarters(60, 40).jpeg().toBuffer());
    const decoders = open({ limits: { ...decoderLimits, memory: 0 } });
    expect(await outcome(decoders.render(big, jpeg))).toMatchObject({
      code: 'too-large',
      message: "This JPEG can't be shown: it exceeds the memory limit for a photo.",
    });
    // Newer versions of Node need more than this for themselves: the next photo is rendered with a larger limit.
    expect(shown(await open().render(small, jpeg)).width).toBe(60);
  });

  it('ends when idle, finishes its work when all are closed, and ends with us even if we are killed', async () => {
    const path = await fileOf(quarters(60, 40).jpeg().toBuffer());
    const before = childrenOf(process.pid);
    const decoders = open({ idle: 20 });
    await decoders.render(path, jpeg);
    await until(() => own(before).length === 0);
    const script = `
      import { openDecoders } from ${JSON.stringify(join(process.cwd(), 'src/photo/decode/decoder-pool.ts'))};
      const decoders = openDecoders({ workers: 1 });
      const render = () => decoders.render(${JSON.stringify(path)}, ${JSON.stringify(jpeg)});
      console.log((await render()).width);
      process.stdin.on('data', async () => console.log((await render()).width));`;
    const file = join(temporaryFolder(), 'renderer.mts');
    writeFileSync(file, script);
    const parent = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const heard = (): Promise<string> =>
      new Promise((resolve) => parent.stdout.once('data', (text: Buffer) => resolve(text.toString())));
    expect(await heard()).toBe('60\n');
    const pid = one(childrenOf(parent.pid!).filter((child) => /decode.decoder\.[jt]s/.test(about(child, 'cmdline'))));
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.kill(pid, signal);
    parent.stdin.write('again\n');
    expect(await heard()).toBe('60\n');
    expect(isThere(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !isThere(pid));
  });
});

describe('a whole picture', () => {
  it('is written as JPEG, in full size, upright and without metadata', async () => {
    const to = join(temporaryFolder(), 'whole.jpg');
    const heic = { type: 'image/heic', family: 'heif', name: 'HEIC' };
    expect(await open().convert(join(import.meta.dirname, 'heic/turned.heic'), heic, to)).toBe(true);
    const { format, width, height, exif, icc } = await sharp(to).metadata();
    expect({ format, width, height, exif, icc }).toEqual({ format: 'jpeg', width: 160, height: 96 });
  });

  it('that is damaged fails with the same sentence as its renditions', async () => {
    const path = await fileOf((await waves(900, 700).jpeg().toBuffer()).subarray(0, 5000));
    const to = join(temporaryFolder(), 'whole.jpg');
    const [whole, scaled] = [await outcome(open().convert(path, jpeg, to)), await outcome(render(path, jpeg))];
    expect(whole).toEqual(scaled);
  });
});
