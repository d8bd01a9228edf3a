/** Random numbers that are the same in every run with the same seed (mulberry32, by Tommy Ettinger, public domain). */

/** Seeded random numbers. */
export interface Dice {
  /** An integer from 0 to `n - 1`. */
  below(n: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** The list in random order. */
  shuffle<T>(list: readonly T[]): T[];
  bytes(length: number): Uint8Array;
}

/** Opens the random numbers of a seed. */
export function openDice(seed: number): Dice {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (n: number): number => Math.floor(next() * n);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (list) => list[below(list.length)]!,
    shuffle(list) {
      const shuffled = [...list];
      for (let n = shuffled.length - 1; n > 0; n--) {
        const other = below(n + 1);
        [shuffled[n], shuffled[other]] = [shuffled[other]!, shuffled[n]!];
      }
      return shuffled;
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  };
}
