/** Groups of slots in the columns: items of the same bytes (same-bytes.ts), bursts (bursts.ts). Pure. */

/** Groups of at least two slots by their key (their bytes, the number of their burst), and the group of each slot in one. */
export interface TwinSlots {
  groups: Map<string, number[]>;
  of: Map<number, string>;
}

/** The groups of bursts, with the time taken of each slot whose burst is known by its times. */
export interface BurstSlots extends TwinSlots {
  taken: Map<number, string>;
}

/** No groups. */
export const makeTwinSlots = (): TwinSlots => ({ groups: new Map(), of: new Map() });

/** Removes a slot from its group when its item changes or is removed. */
export function leaveTwins({ groups, of }: TwinSlots, slot: number): void {
  const key = of.get(slot);
  if (key === undefined) return;
  of.delete(slot);
  const left = groups.get(key)!.filter((other) => other !== slot);
  if (left.length > 1) groups.set(key, left);
  else {
    groups.delete(key);
    for (const other of left) of.delete(other);
  }
}

/** Replaces a group; fewer than two slots form no group. */
export function putTwins({ groups, of }: TwinSlots, key: string, slots: number[]): void {
  for (const slot of groups.get(key) ?? []) of.delete(slot);
  if (slots.length < 2) {
    groups.delete(key);
    return;
  }
  groups.set(key, slots);
  for (const slot of slots) of.set(slot, key);
}
