/**
 * Child processes that parse untrusted files, with limits enforced by the system (memory on Linux, written files and
 * CPU time on every Unix). Nothing on disk.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** The program and its limits. */
export interface Confined {
  command: string;
  args: readonly string[];
  /** Its environment, evaluated at each start. */
  env(): NodeJS.ProcessEnv;
  /** Whether it may write files; a number is the maximum size of a file in bytes. */
  writes: boolean | number;
  limits: {
    /** Bytes of memory that it may write to. */
    memory: number;
    /** Seconds of CPU time over all threads. */
    cpu?: number;
  };
  /** For a program that ignores its input: it is killed when the input ends, so it does not outlive this process. */
  watched?: boolean;
  /** Runs at low priority; only with `watched`. */
  patient?: boolean;
}

/** Messages of programs that ran out of memory: Perl, V8, GLib, C++, the C library. */
export const outOfMemory = /out of memory|failed to allocate|allocation failed|bad_alloc|cannot allocate memory/i;
/** The shell's exit code for a missing command. */
export const noSuchProgram = 127;

const shell = '/bin/sh';

/**
 * The shell stays, waits for the program, and reads our input, which stays open without data while we run. (A program
 * in the background gets an empty input, so ours is kept as descriptor 3.)
 */
const guarded = (patient: boolean): string => `
  exec 3<&0
  ${patient ? 'nice -n 10 ' : ''}"$0" "$@" 3<&- </dev/null & it=$!
  { read -r _ <&3; kill -9 $it; } >/dev/null 2>&1 & guard=$!
  wait $it; code=$?
  kill -9 $guard 2>/dev/null
  exit $code`;

/**
 * Starts it in its own process group, which ignores the signals that a terminal or a service unit sends to all
 * processes at once: on a stop request the item in progress should finish. A limit that the system rejects because a
 * stricter one holds is skipped.
 */
export function startConfined(program: Confined): ChildProcessWithoutNullStreams {
  const { command, args, env, limits, writes, watched = false, patient = false } = program;
  const options = { env: env(), stdio: 'pipe', windowsHide: true } as const;
  if (process.platform === 'win32' || !existsSync(shell)) return spawn(command, args, options);
  const wanted = ['-c 0'];
  // In blocks of 512 bytes, as in POSIX.
  if (writes !== true) wanted.push(`-f ${writes === false ? 0 : Math.ceil(writes / 512)}`);
  // The soft limit reports the reason (SIGXCPU); the hard limit just kills.
  if (limits.cpu !== undefined) wanted.push(`-Ht ${Math.ceil(limits.cpu) + 5}`, `-St ${Math.ceil(limits.cpu)}`);
  if (process.platform === 'linux') wanted.push(`-d ${Math.ceil(limits.memory / 1024)}`);
  const ulimits = wanted.map((limit) => `(ulimit ${limit}) 2>/dev/null && ulimit ${limit}`);
  const script = ["trap '' TERM HUP", ...ulimits, watched ? guarded(patient) : 'exec "$0" "$@"'].join('\n');
  return spawn(shell, ['-c', script, command, ...args], { ...options, detached: true });
}

/** CPU seconds that a process used so far over all threads; undefined if the system does not provide it (proc(5)). */
export function cpuOf(pid: number | undefined): number | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  try {
    // After the process name, which may contain anything, the third field is first; the 14th and 15th count hundredths
    // of a second.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    // The process has ended; its exit event informs the caller.
    return undefined;
  }
}

/** Kills a process and, if it leads a group, all its children. */
export function killAll(child: ChildProcessWithoutNullStreams): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It leads no group or has ended: killed alone below, which does nothing if it has ended.
  }
  child.kill('SIGKILL');
}
