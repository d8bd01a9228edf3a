/**
 * Runs a program once over what a stranger made, bounded in time, CPU, memory, what it says and what it writes. It ends with
 * this process, also where that is killed. What it wrote so far is the caller's to remove.
 */
import type { Why } from './pool.js';
import { killAll, noSuchProgram, outOfMemory, startConfined, type Confined } from './spawn.js';

/** What a run may use. */
export interface RunLimits {
  /** Seconds by the clock. */
  seconds: number;
  /** Seconds of CPU time; as many as there are cores for each second where it is not said. */
  cpu?: number;
  /** Bytes. */
  memory: number;
  /** Bytes on its standard output. */
  output: number;
  /** Bytes of a file that it writes; 0 where it writes none. */
  file: number;
}

/** What became of a run. `said`: the last words on its standard error. */
export type Run =
  | { kind: 'done'; output: Buffer; said: string }
  | { kind: 'ended'; why: Why; signal: NodeJS.Signals | null; said: string };

/** How much of its last words is kept, in characters. */
const lastWords = 2000;

/** Runs a program to its end; `signal` ends it before (`closed`); a `patient` one gives way to others. Never rejects. Whatever it does, its exit code decides. */
export function runOnce(
  command: string,
  args: readonly string[],
  limits: RunLimits,
  {
    signal,
    env = environment,
    patient = false,
  }: { signal?: AbortSignal; env?: Confined['env']; patient?: boolean } = {},
): Promise<Run> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve({ kind: 'ended', why: 'closed', signal: null, said: '' });
    const { memory, cpu, file } = limits;
    const child = startConfined({
      command,
      args,
      env,
      writes: file,
      limits: { memory, ...(cpu !== undefined && { cpu }) },
      watched: true,
      patient,
    });
    const parts: Buffer[] = [];
    let size = 0;
    let said = '';
    let why: Why | undefined;
    const kill = (reason: Why): void => {
      why ??= reason;
      killAll(child);
    };
    const stop = (): void => kill('closed');
    const timer = setTimeout(() => kill('time'), limits.seconds * 1000);
    signal?.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', (part: Buffer) => {
      size += part.length;
      if (size > limits.output) kill('output');
      else parts.push(part);
    });
    child.stderr.on('data', (part: Buffer) => (said = `${said}${part.toString()}`.slice(-lastWords)));
    child.stdin.on('error', () => undefined);
    // Whatever it left behind (the shell that watched it) ends with its input.
    child.once('exit', () => child.stdin.end());
    const finish = (code: number | null, ended: NodeJS.Signals | null): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      if (why === undefined && code === 0) return resolve({ kind: 'done', output: Buffer.concat(parts), said });
      why ??=
        code === noSuchProgram ? 'start' : outOfMemory.test(said) ? 'memory' : isCpuLimit(code) ? 'time' : 'crash';
      resolve({ kind: 'ended', why, signal: ended, said });
    };
    child.once('error', () => {
      why ??= 'start';
      finish(null, null);
    });
    child.once('close', finish);
  });
}

/** The shell tells a signal as 128 and its number; SIGXCPU is 24. */
const isCpuLimit = (code: number | null): boolean => code === 128 + 24;

/** Nothing of our environment but what programs need to start. */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'].map((name) => [name, process.env[name]] as const);
  return { ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)), LANG: 'C', TZ: 'UTC' };
}
