/** A program that misbehaves in every way a decoder can, and what happens to those running next to it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { openBounded, type Bounded, type Crew, type Limits, type Program } from '../../src/base/sandbox/pool.js';
import { pack, ReceivedFrame, unpack } from '../../src/base/sandbox/frames.js';
import { temporaryFolder } from '../folder.js';
import { childrenOf, until } from '../processes.js';

const linux = process.platform === 'linux';
const posix = process.platform !== 'win32';

/** Responds with the requested line, unless that is a command. */
const script = `
  const does = {
    hang() {},
    babble() { process.stdout.write('x'.repeat(1 << 16), does.babble); },
    swell() { const all = []; for (;;) all.push(Buffer.alloc(16 << 20, 1)); },
    abort() { process.abort(); },
    leave() { process.exit(3); },
    nonsense() { process.stdout.write('nonsense\\n'); },
    write(path) { require('node:fs').writeFileSync(path, 'written'); },
    pid() { process.stdout.write(process.pid + '\\n'); },
    // Works a fifth of the time, as on a machine that is busy with others, for so many seconds of CPU time.
    share(seconds) {
      const used = () => (({ user, system }) => (user + system) / 1e6)(process.cpuUsage());
      const end = used() + Number(seconds);
      const turn = () => {
        for (const until = used() + 0.05; used() < until; );
        if (used() < end) setTimeout(turn, 200);
        else process.stdout.write('at last\\n');
      };
      turn();
    },
    say(text) { process.stdout.write(text + '\\n'); },
    slow(text) { process.stdout.write(text.slice(0, 1)); setImmediate(() => process.stdout.write(text.slice(1) + '\\n')); },
  };
  process.on('SIGTERM', () => undefined);
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const [what, ...more] = line.split(' ');
    does[what](more.join(' '));
  });`;

function open(
  limits: Partial<Limits> = {},
  crew: Partial<Crew> = {},
  command = process.execPath,
): Bounded<string, string> {
  const program: Program<string, string> = {
    command,
    args: ['-e', script],
    env: () => ({ PATH: process.env['PATH'] }),
    writes: false,
    limits: { seconds: 30, memory: 2 ** 31, output: 1 << 20, ...limits },
    write: (question) => `${question}\n`,
    read(received) {
      const text = received.bytes().toString();
      if (text === 'nonsense\n') throw new Error('no answer');
      return text.endsWith('\n') ? text.trimEnd() : undefined;
    },
  };
  const bounded = openBounded(program, { size: 1, idle: 30_000, uses: 100, ...crew });
  onTestFinished(() => bounded.close());
  return bounded;
}

const say = (text: string): unknown => ({ kind: 'answer', answer: text });

it('answers each question, however the answer is split', async () => {
  const bounded = open();
  const asked = ['say a', 'slow bcd', 'say ä'].map((question) => bounded.ask(question));
  expect(await Promise.all(asked)).toEqual([say('a'), say('bcd'), say('ä')]);
});

test.each([
  ['hang', 'time', { seconds: 1 }],
  ['babble', 'output', {}],
  ['abort', 'crash', {}],
  ['leave', 'crash', {}],
  ['nonsense', 'crash', {}],
  ...(linux ? [['swell', 'memory', {}] as const] : []),
] as const)('one that should %s ends alone (%s), and the next question is answered', async (question, why, limits) => {
  // Starting may take longer than a second on a busy machine, which would count as a timeout: so only `hang` has this
  // limit.
  const bounded = open(limits);
  const failed = bounded.ask(question);
  expect(await failed).toMatchObject({ kind: 'ended', why });
  const next = open();
  expect(await next.ask('say next')).toEqual(say('next'));
  if (question !== 'hang') expect(await bounded.ask('say again')).toEqual(say('again'));
});

describe.skipIf(!linux)('on a busy machine (Linux)', () => {
  it('a working process gets more time by the clock', async () => {
    expect(await open({ seconds: 2, longest: 300 }).ask('share 1')).toEqual(say('at last'));
  });

  test.each([
    ['only so much', 'share 1000', { seconds: 1, longest: 3 }],
    ['none, where it does not work', 'hang', { seconds: 4, longest: 300 }],
    ['none, where it has had its time', 'share 1000', { seconds: 1, longest: 300 }],
  ])('%s', async (_, question, limits) => {
    expect(await open(limits).ask(question)).toMatchObject({ kind: 'ended', why: 'time' });
  });

  it('reports whether the process used all of its CPU time or waited', async () => {
    expect(await open({ seconds: 1, longest: 300 }).ask('share 1000')).toMatchObject({ why: 'time', worked: true });
    expect(await open({ seconds: 4, longest: 300 }).ask('hang')).not.toHaveProperty('worked');
  });
});

it('keeps the others running while one crashes', async () => {
  const bounded = open({}, { size: 2 });
  const questions = ['say 1', 'abort', 'say 2', 'leave', 'say 3', 'say 4'];
  const replies = await Promise.all(questions.map((question) => bounded.ask(question)));
  expect(replies.map((reply) => (reply.kind === 'answer' ? reply.answer : reply.why))).toEqual([
    ...['1', 'crash', '2', 'crash', '3', '4'],
  ]);
});

describe('with patience', () => {
  it('questions take turns with one process while it answers', async () => {
    const bounded = open({}, { size: 2, patience: 1_000_000 });
    const [first, ...others] = await Promise.all(['pid', 'pid', 'pid'].map((question) => bounded.ask(question)));
    expect(others).toEqual([first, first]);
  });

  it('one that is held up delays the others only so long', async () => {
    const bounded = open({}, { size: 2, patience: 100 });
    let ended = false;
    const held = bounded.ask('hang').then((reply) => {
      ended = true;
      return reply;
    });
    expect(await Promise.all([bounded.ask('say a'), bounded.ask('say b')])).toEqual([say('a'), say('b')]);
    expect(ended).toBe(false);
    await bounded.close();
    expect(await held).toMatchObject({ kind: 'ended', why: 'closed' });
  });

  it('a process that crashed is replaced at once', async () => {
    const bounded = open({}, { size: 2, patience: 1_000_000 });
    expect(await Promise.all([bounded.ask('abort'), bounded.ask('say a')])).toMatchObject([
      { kind: 'ended', why: 'crash' },
      say('a'),
    ]);
  });
});

it('reports a missing program', async () => {
  const bounded = open({}, {}, 'no-such-program-anywhere');
  expect(await bounded.ask('say a')).toMatchObject({ kind: 'ended', why: 'start' });
});

test.skipIf(!posix)('prevents writing files', async () => {
  const path = join(temporaryFolder(), 'written');
  expect(await open().ask(`write ${path}`)).toMatchObject({ kind: 'ended', why: 'crash' });
  expect(existsSync(path) ? readFileSync(path, 'utf8') : '').toBe('');
});

test.skipIf(!posix)('ignores the signals that end a whole unit', async () => {
  const bounded = open();
  const reply = await bounded.ask('pid');
  if (reply.kind !== 'answer') throw new Error('it did not answer');
  process.kill(Number(reply.answer), 'SIGTERM');
  expect(await bounded.ask('pid')).toEqual(reply);
});

it('replaces a process after its number of uses', async () => {
  const bounded = open({}, { uses: 2 });
  const pids = [await bounded.ask('pid'), await bounded.ask('pid'), await bounded.ask('pid')];
  expect(pids[1]).toEqual(pids[0]);
  expect(pids[2]).not.toEqual(pids[0]);
});

test.skipIf(!linux)('leaves no process when idle, nor when closed during work', async () => {
  const before = childrenOf(process.pid);
  const own = (): number[] => childrenOf(process.pid).filter((pid) => !before.includes(pid));
  const bounded = open({}, { idle: 20, size: 2 });
  await Promise.all([bounded.ask('say a'), bounded.ask('say b')]);
  await until(() => own().length === 0);
  const asked = [bounded.ask('hang'), bounded.ask('hang'), bounded.ask('say c')];
  await until(() => own().length === 2);
  await bounded.close();
  expect(await Promise.all(asked)).toMatchObject([{ why: 'closed' }, { why: 'closed' }, { why: 'closed' }]);
  expect(await bounded.ask('say d')).toMatchObject({ why: 'closed' });
  expect(own()).toEqual([]);
});

it('assembles frames from any pieces, and accepts only one', () => {
  const whole = Buffer.concat(pack({ a: 'ä' }, [Buffer.from('one'), Buffer.from('two')]));
  for (let step = 1; step <= whole.length; step++) {
    const received = new ReceivedFrame();
    for (let at = 0; at < whole.length; at += step) {
      expect(unpack(received)).toBeUndefined();
      received.add(whole.subarray(at, at + step));
    }
    expect(unpack(received)).toEqual({ header: { a: 'ä' }, body: Buffer.from('onetwo') });
    expect(received.tail(4).toString()).toBe('etwo');
    received.add(Buffer.from('x'));
    expect(() => unpack(received)).toThrow(RangeError);
  }
});
