/**
 * Who waits for the hash of a password, which takes half a second and 128 MiB: one is computed at a time. Whoever is known has
 * places of their own and comes first, so that no crowd of strangers keeps the owner out; strangers and visitors of links take
 * turns. Everybody's places are bounded, and so are those of one person and one address. In memory: a restart forgets.
 */
import { PhotospoolError } from '../base/errors.js';
import { addressGroups } from './address-prefix.js';

/**
 * Who waits. `known`: somebody with a session, a one-time code or a browser in which they have signed in before, by the id of
 * the person. `stranger`: anybody who signs in, by their address. `link`: a visitor of a share link, likewise.
 */
export type Waiter = { known: string } | { stranger: string } | { link: string };

/** A queue for work of one kind. */
export interface PasswordQueue {
  /** Does `work` in the waiter's turn. @throws PhotospoolError `busy` where too many wait, and what `work` throws. */
  run<T>(waiter: Waiter, work: () => Promise<T>): Promise<T>;
}

type Kind = 'known' | 'stranger' | 'link';
/** Places of all together, the one in work among them. */
const places: Record<Kind, number> = { known: 10, stranger: 20, link: 10 };
/** Places of a person, or an address (of IPv6: a /64). */
const mostOfOne = 2;
/** Places of a /48. */
const mostOfSite = 5;

/** Opens a queue. */
export function openPasswordQueue(): PasswordQueue {
  const waiting: Record<Kind, (() => void)[]> = { known: [], stranger: [], link: [] };
  const taken = new Map<string, number>();
  let working = false;
  let served: Kind = 'link';

  /** Begins the next one's work. */
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
        throw new PhotospoolError('busy', 'Too many people are signing in.', { hint: 'Try again in a moment.' });
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

/** What a waiter is counted as, with the places of each. */
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
