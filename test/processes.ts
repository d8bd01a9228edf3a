/** Inspects the processes of this machine with Linux's /proc. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Processes whose parent is `parent`. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => Number(/\) \S (\d+)/.exec(about(Number(pid), 'stat'))?.[1]) === parent)
    .map(Number);
}

/** The first of some processes. Throws if there is none: 0 would send a signal to the whole group. */
export function one([pid]: readonly number[]): number {
  if (pid === undefined) throw new Error('there is no such process');
  return pid;
}

/** A file about a process, or nothing: it may end between being listed and being read. */
export function about(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Whether a process is still there. */
export const isThere = (pid: number): boolean => existsSync(`/proc/${pid}`);

/** Waits until `done`; limited by the test's own timeout. */
export async function until(done: () => boolean): Promise<void> {
  while (!done()) await sleep(20);
}
