/**
 * The queue for password hashes, which take half a second and 128 MiB each: one is computed at a time. Known people
 * have separate places and come first, so that strangers can't keep the owner out; strangers and visitors of share
 * links take turns. All places are limited, also per person and address. In memory: a restart forgets them.
 */
import { PhotospoolError } from '../base/errors.js';
import { addressGroups } from './address-prefix.js';

/**
 * The origin of a waiting task. `known`: someone with a session, a one-time code or a known browser, by the id of the
 * person. `stranger`: anyone else who signs in, by address. `link`: a visitor of a share link, by address.
 */
export type Waiter = { known: string } | { stranger: string } | { link: string };

/** A queue for work of one kind. */
export interface PasswordQueue {
  /**
   * Runs `work` when it is the task's turn. @throws PhotospoolError `busy` if too many wait, and the error of `work`.
   */
  run<T>(waiter: Waiter, work: () => Promise<T>): Promise<T>;
}

type Kind = 'known' | 'stranger' | 'link';
/** Places in total, including the running one. */
const places: Record<Kind, number> = { known: 10, stranger: 20, link: 10 };
/** Places per person or address (for IPv6: a /64). */
const mostOfOne = 2;
/** Places per /48. */
const mostOfSite = 5;

/** Opens a queue. */
export function openPasswordQueue(): PasswordQueue {
  const waiting: Record<Kind, (() => void)[]> = { known: [], stranger: [], link: [] };
  const taken = new Map<string, number>();
  let working = false;
  let served: Kind = 'link';

  /** Starts the next task. */
  function next(): void {
    const other: Kind = served === 'link' ? 'stranger' : 'link';
    const kind = (['known', other, served] as const).find((one) => waiting[one].length > 0);
    working = kind !== undefined;
    if (kind === undefined) return;
    if (kind !== 'known') served = kind;
    waiting[kind].shift()!();
  }

  return {
    async run(waiter, work) {
      const kind = kindOf(waiter);
      const bounds = boundsOf(waiter);
      if (bounds.some(([key, most]) => (taken.get(key) ?? 0) >= most))
        throw new PhotospoolError('busy', 'Too many people are signing in right now.', {
          hint: 'Try again in a moment.',
        });
      for (const [key] of bounds) taken.set(key, (taken.get(key) ?? 0) + 1);
      try {
        await new Promise<void>((resolve) => {
          waiting[kind].push(resolve);
          if (!working) next();
        });
        return await work();
      } finally {
        for (const [key] of bounds) {
          const left = (taken.get(key) ?? 1) - 1;
          if (left === 0) taken.delete(key);
          else taken.set(key, left);
        }
        next();
      }
    },
  };
}

const kindOf = (waiter: Waiter): Kind => ('known' in waiter ? 'known' : 'stranger' in waiter ? 'stranger' : 'link');

/** The groups in which a waiting task is counted, with the places of each. */
function boundsOf(waiter: Waiter): [key: string, most: number][] {
  const kind = kindOf(waiter);
  const all: [string, number] = [kind, places[kind]];
  if ('known' in waiter) return [all, [`${kind} ${waiter.known}`, mostOfOne]];
  const [narrow, wide] = addressGroups('stranger' in waiter ? waiter.stranger : waiter.link);
  return [
    all,
    [`${kind} ${narrow}`, mostOfOne],
    ...(wide === undefined ? [] : [[`${kind} ${wide}`, mostOfSite] as [string, number]]),
  ];
}
