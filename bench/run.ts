/** Runs whole programs for benches and measures them from outside. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the checkout, and the built command line. */
export const root = join(import.meta.dirname, '..');
/** The built command line. */
export const cli = join(root, 'dist/cli/main.js');

/**
 * The result of a run: elapsed seconds, the CPU time (s) and the peak resident memory (MiB) of the process and its
 * children, and the bytes that they wrote to disks (MB; not on systems other than Linux, nor to a RAM disk).
 */
export interface Measured {
  seconds: number;
  cpu: number;
  peak: number;
  written: number;
  out: string;
}

/** Resident memory of a process and its descendants, in MiB. Linux. */
export function resident(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, id) => sum + residentOf(id), 0);
}

/** The process ids below a process. Linux. */
export function descendants(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = tryRead(`/proc/${name}/stat`);
    if (stat) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]));
  }
  const below = (id: number): number[] =>
    [...parents].filter(([, parent]) => parent === id).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

function residentOf(pid: number): number {
  // Shared pages are counted once, with the process that maps them: Pss, not Rss.
  const rollup = tryRead(`/proc/${pid}/smaps_rollup`);
  return Number(/^Pss:\s+(\d+)/m.exec(rollup ?? '')?.[1] ?? 0) / 1024;
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** The bytes that this process and the children that have ended wrote to disks, in MB. Linux. */
function writtenSoFar(): number {
  return Number(/^write_bytes: (\d+)/m.exec(tryRead('/proc/self/io') ?? '')?.[1] ?? NaN) / 1e6;
}

/** The CPU time of all ended child processes, and of theirs, in seconds; see proc(5). Linux. */
function cpuSoFar(): number {
  const fields = tryRead('/proc/self/stat')?.split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Runs a command to its end. @throws if its exit code is not 0. */
export function measure(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const [before, cpuBefore] = [writtenSoFar(), cpuSoFar()];
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    let [out, peak] = ['', 0];
    child.stdout.on('data', (part: Buffer) => (out += part.toString()));
    const timer = setInterval(() => (peak = Math.max(peak, resident(child.pid!))), 200);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      const seconds = (performance.now() - began) / 1000;
      const spent = { cpu: cpuSoFar() - cpuBefore, written: writtenSoFar() - before };
      if (code === 0) resolve({ seconds, peak, ...spent, out });
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}`));
    });
  });
}

/** The median. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
