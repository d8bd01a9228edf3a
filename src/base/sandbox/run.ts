/**
 * Runs a program once on an untrusted file, with limits of time, CPU, memory, output and written bytes. It ends with
 * this process, even if this process is killed. The caller removes partial output.
 */
import type { Why } from './pool.js';
import { killAll, noSuchProgram, outOfMemory, startConfined, type Confined } from './spawn.js';

/** The limits of a run. */
export interface RunLimits {
  /** Seconds of elapsed time. */
  seconds: number;
  /** Seconds of CPU time; default: the elapsed seconds times the number of cores. */
  cpu?: number;
  /** Bytes. */
  memory: number;
  /** Bytes on its standard output. */
  output: number;
  /** Maximum bytes of a file that it writes; 0 if it writes none. */
  file: number;
}

/** The outcome of a run. `said`: the end of its standard error. */
export type Run =
  | { kind: 'done'; output: Buffer; said: string }
  | { kind: 'ended'; why: Why; signal: NodeJS.Signals | null; said: string };

/** How many characters of standard error are kept. */
const lastWords = 2000;

/**
 * Runs a program to its end; `signal` ends it early (`closed`); a `patient` one runs at low priority. Never rejects.
 * The exit code decides whether it succeeded.
 */
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
    // Whatever the program left running (the shell that watches it) ends with its input.
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

/** The shell reports a signal as 128 plus its number; SIGXCPU is 24. */
const isCpuLimit = (code: number | null): boolean => code === 128 + 24;

/** Only the environment variables that programs need to start. */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'].map((name) => [name, process.env[name]] as const);
  return { ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)), LANG: 'C', TZ: 'UTC' };
}
