/**
 * Decides who sees which item of a library in the current state of its control documents. All lists, counts and
 * transfers of photos share one decision per state. In memory only, so a crash loses nothing.
 */
import type { Library } from '../library/library.js';
import { openItemAccess, type ItemAccess } from './item-access.js';

type Controls = Library['controls'];

const opened = new WeakMap<Controls, { edition: number; access: ItemAccess }>();

/** The decision for the current state of the control documents; each change to one gives a different object. */
export function itemAccess({ controls }: Pick<Library, 'controls'>): ItemAccess {
  const edition = controls.edition();
  const known = opened.get(controls);
  if (known?.edition === edition) return known.access;
  const access = openItemAccess(controls);
  opened.set(controls, { edition, access });
  return access;
}
