/**
 * The processes that a run of the tests started and that outlive it. They are known by a mark at the end of PATH, which all
 * processes inherit, also those that are given nothing else of the environment (ExifTool, the decoders). Linux only: elsewhere
 * none is found. One whose PATH was set anew is not seen.
 */
import { readdirSync } from 'node:fs';
import { delimiter } from 'node:path';
import { about } from './processes.js';

/** A process that is still there. */
export interface Leftover {
  pid: number;
  /** Its command line. */
  command: string;
}

/** ms that processes get to notice that those who started them have ended. */
const patience = 5000;

/** Marks all processes that are started from now on, and returns the mark: a folder that does not exist, at the end of PATH. */
export function markProcesses(): string {
  const mark = `/nowhere/photospool-tests-${process.pid}`;
  process.env['PATH'] = `${process.env['PATH'] ?? ''}${delimiter}${mark}`;
  return mark;
}

/** The processes with a mark, without this one and those that have ended and only wait to be noticed. */
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

/** Waits a while for the processes with a mark to end, kills those that do not, and returns them. Blocks; for the end of a run. */
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
      // It has ended since.
    }
  }
  return left;
}
