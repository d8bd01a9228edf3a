/**
 * The processes that a test run started and that outlive it. They are recognised by a mark at the end of PATH, which
 * all processes inherit, even those without any other environment variable (ExifTool, the decoders). Linux only:
 * elsewhere none is found. A process with a replaced PATH is not found.
 */
import { readdirSync } from 'node:fs';
import { delimiter } from 'node:path';
import { about } from './processes.js';

/** A process that still runs. */
export interface Leftover {
  pid: number;
  /** Its command line. */
  command: string;
}

/** The time in ms that processes have to notice the end of their parent. */
const patience = 5000;

/** Marks all processes started from now on, and returns the mark: a folder that does not exist, at the end of PATH. */
export function markProcesses(): string {
  const mark = `/nowhere/photospool-tests-${process.pid}`;
  process.env['PATH'] = `${process.env['PATH'] ?? ''}${delimiter}${mark}`;
  return mark;
}

/** The processes with a mark, without this one and zombies. */
export function leftovers(mark: string): Leftover[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => about(Number(pid), 'environ').split('\0').some(isMarked(mark)))
    .map((pid) => ({ pid: Number(pid), command: about(Number(pid), 'cmdline').split('\0').join(' ').trim() }));
}

const isMarked =
  (mark: string) =>
  (variable: string): boolean =>
    variable.startsWith('PATH=') && variable.slice(5).split(delimiter).includes(mark);

/**
 * Waits a while for the processes with a mark to end, kills the others, and returns them. Blocks; for the end of a run.
 */
export function endLeftovers(mark: string): Leftover[] {
  const until = Date.now() + patience;
  let left = leftovers(mark);
  while (left.length > 0 && Date.now() < until) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    left = leftovers(mark);
  }
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
  return left;
}
