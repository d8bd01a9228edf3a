/** The order of the albums in their list, stored in this browser. */
import { readChoice, writeChoice } from '../../lib/stored-choice.js';

/** By the newest photo, by name, or by the number of photos. */
const orders = ['newest', 'name', 'count'] as const;
export type ListOrder = (typeof orders)[number];

/** The properties that albums are sorted by. */
export interface Listed {
  /** As shown. */
  name: string;
  count: number;
  /** When its newest photo was taken; of an album without photos when it was created. ISO 8601. */
  latest?: string | undefined;
}

const kept = 'photospool.albums';

export const listOrder = (): ListOrder => readChoice(kept, orders);
export const keepListOrder = (order: ListOrder): void => writeChoice(kept, order);

/** Compares two albums by their newest photos, the newest first. */
export const newestFirst = (a: Pick<Listed, 'latest'>, b: Pick<Listed, 'latest'>): number => {
  const [one, other] = [a.latest ?? '', b.latest ?? ''];
  return one === other ? 0 : one > other ? -1 : 1;
};

/** Compares two albums in an order; equal ones are sorted by name. */
export function compareAlbums(order: ListOrder, a: Listed, b: Listed): number {
  const by = { newest: () => newestFirst(a, b), name: () => 0, count: () => b.count - a.count }[order]();
  return by || a.name.localeCompare(b.name);
}
