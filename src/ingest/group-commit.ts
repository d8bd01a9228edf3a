/**
 * Group commit: the writes of photos that are ready at about the same time share one durable transaction, so that the
 * pages of their tables and indexes are written once for all of them, and flushed once. A write waits for the photos
 * that are about to follow, but not for long; a single write does not wait. A crash leaves all writes of a group, or
 * none.
 */
import { yieldToEventLoop } from '../base/async/yield.js';
import { systemClock, type Clock } from '../base/clock.js';
import { PhotospoolError } from '../base/errors.js';
import type { Library } from '../library/library.js';

/** A photo with a write to come. */
export interface Member {
  /**
   * Runs `write` in the transaction of its group, just after `check`; resolves to its result when the group is durable.
   * Rejects with the error of either; then nothing of it is written, and other members are not affected. `write` may
   * run twice, the first time rolled back.
   */
  commit<T>(write: () => T, check?: () => Promise<void>): Promise<T>;
  /** Groups no longer wait for it. */
  leave(): void;
}

/** Announces a write, so that the group of earlier ones waits for it. */
export type GroupCommit = () => Member;

interface Waiting {
  write: () => unknown;
  check: () => Promise<void>;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

/** Opens the group commit of a library. A write waits at most `patience` ms for those announced. */
export function openGroupCommit(
  library: Pick<Library, 'transaction'>,
  patience: number,
  clock: Clock = systemClock,
): GroupCommit {
  const announced = new Set<Member>();
  let waiting: Waiting[] = [];
  let timer: AbortController | undefined;

  function close(): void {
    timer?.abort();
    timer = undefined;
    const group = waiting;
    waiting = [];
    void commitGroup(group, library);
  }

  function closeIfComplete(): void {
    if (waiting.length > 0 && announced.size === 0) close();
  }

  function closeInTime(): void {
    const { signal } = (timer = new AbortController());
    void clock.sleep(patience, signal).then(() => {
      if (!signal.aborted) close();
    });
  }

  return () => {
    const member: Member = {
      commit: <T>(write: () => T, check = () => Promise.resolve()) =>
        new Promise<T>((resolve, reject) => {
          waiting.push({ write, check, resolve: resolve as Waiting['resolve'], reject });
          announced.delete(member);
          closeIfComplete();
          if (waiting.length === 1) closeInTime();
        }),
      leave() {
        announced.delete(member);
        closeIfComplete();
      },
    };
    announced.add(member);
    return member;
  };
}

/** Commits the writes whose checks succeed. Never rejects. */
async function commitGroup(group: readonly Waiting[], library: Pick<Library, 'transaction'>): Promise<void> {
  const checks = await Promise.allSettled(group.map(({ check }) => check()));
  const ready = group.filter(({ reject }, n) => {
    const outcome = checks[n]!;
    if (outcome.status === 'rejected') reject(outcome.reason);
    return outcome.status === 'fulfilled';
  });
  if (ready.length > 1 && commitTogether(ready, library)) return;
  for (const { write, resolve, reject } of ready) {
    try {
      resolve(library.transaction(write));
    } catch (error) {
      reject(error);
    }
    await yieldToEventLoop();
  }
}

/** Commits all writes in one transaction; false if one failed, which rolled back all. If the database failed, all fail. */
function commitTogether(ready: readonly Waiting[], library: Pick<Library, 'transaction'>): boolean {
  try {
    const results = library.transaction(() => ready.map(({ write }) => write()));
    ready.forEach(({ resolve }, n) => resolve(results[n]));
    return true;
  } catch (error) {
    if (!isOfDatabase(error)) return false;
    for (const { reject } of ready) reject(error);
    return true;
  }
}

/** Locked, full, an error of the disk: each single write would wait as long and fail in the same way. */
const isOfDatabase = (error: unknown): boolean =>
  error instanceof PhotospoolError && ['locked', 'disk-full', 'io', 'read-only'].includes(error.code);
