/**
 * Processes that read what strangers made, with limits that the system holds them to (memory on Linux, written files and CPU
 * time on every Unix). Nothing on disk.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** What is started, and what it may use. */
export interface Confined {
  command: string;
  args: readonly string[];
  /** Its environment, asked at each start. */
  env(): NodeJS.ProcessEnv;
  /** Whether it may write files; a number is how many bytes a file may have. */
  writes: boolean | number;
  limits: {
    /** Bytes of memory that it may write to. */
    memory: number;
    /** Seconds of CPU time, all its threads together. */
    cpu?: number;
  };
  /** For a program that does not look at its input: it is ended when that ends, so it does not outlive us. */
  watched?: boolean;
  /** Whether it gives way to others; only where it is watched. */
  patient?: boolean;
}

/** Words of those whose memory ran out: Perl, V8, GLib, C++, the C library. */
export const outOfMemory = /out of memory|failed to allocate|allocation failed|bad_alloc|cannot allocate memory/i;
/** The shell's exit code for a command that is not there. */
export const noSuchProgram = 127;

const shell = '/bin/sh';

/**
 * The shell stays, waits for the program, and reads our input: that is silent for as long as we live. (Of a program in the
 * background the input is nothing anyway, so it is kept as 3.)
 */
const guarded = (patient: boolean): string => `
  exec 3<&0
  ${patient ? 'nice -n 10 ' : ''}"$0" "$@" 3<&- </dev/null & it=$!
  { read -r _ <&3; kill -9 $it; } >/dev/null 2>&1 & guard=$!
  wait $it; code=$?
  kill -9 $guard 2>/dev/null
  exit $code`;

/**
 * In a process group of its own, deaf to the signals that a terminal or a service unit sends to all at once: whoever asks it
 * to stop wants the item in hand to be finished. A limit that the system refuses, since a stricter one holds, is left out.
 */
export function startConfined(program: Confined): ChildProcessWithoutNullStreams {
  const { command, args, env, limits, writes, watched = false, patient = false } = program;
  const options = { env: env(), stdio: 'pipe', windowsHide: true } as const;
  if (process.platform === 'win32' || !existsSync(shell)) return spawn(command, args, options);
  const wanted = ['-c 0'];
  // In blocks of 512 bytes, as POSIX has it.
  if (writes !== true) wanted.push(`-f ${writes === false ? 0 : Math.ceil(writes / 512)}`);
  // The soft limit says why (SIGXCPU); the hard one would just kill.
  if (limits.cpu !== undefined) wanted.push(`-Ht ${Math.ceil(limits.cpu) + 5}`, `-St ${Math.ceil(limits.cpu)}`);
  if (process.platform === 'linux') wanted.push(`-d ${Math.ceil(limits.memory / 1024)}`);
  const ulimits = wanted.map((limit) => `(ulimit ${limit}) 2>/dev/null && ulimit ${limit}`);
  const script = ["trap '' TERM HUP", ...ulimits, watched ? guarded(patient) : 'exec "$0" "$@"'].join('\n');
  return spawn(shell, ['-c', script, command, ...args], { ...options, detached: true });
}

/** Seconds of CPU time that a process took so far, all its threads together; undefined where the system does not tell (proc(5)). */
export function cpuOf(pid: number | undefined): number | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  try {
    // Behind its name, which may hold anything, the third field comes first; the 14th and 15th count hundredths of a second.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    // It is gone; whoever asks hears of that.
    return undefined;
  }
}

/** Kills a process and, where it leads a group, whatever it started. */
export function killAll(child: ChildProcessWithoutNullStreams): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It leads no group, or is gone: killed alone below, which does nothing where it is gone.
  }
  child.kill('SIGKILL');
}
