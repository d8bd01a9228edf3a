/** Which slots of the columns hold items with the same bytes (same-bytes.ts). Pure. */

/** Groups of two slots or more by their bytes, and the group of each slot that is in one. */
export interface TwinSlots {
  groups: Map<string, number[]>;
  of: Map<number, string>;
}

/** No groups. */
export const makeTwinSlots = (): TwinSlots => ({ groups: new Map(), of: new Map() });

/** Takes a slot out of its group: another item is in it now, or none. */
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
