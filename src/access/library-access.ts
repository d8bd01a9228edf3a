/**
 * Decides who sees which item of a library in the present state of its control documents. All lists, counts and
 * transfers of photos share one decision per state. Keeps nothing that a crash could lose.
 */
import type { Library } from '../library/library.js';
import { openItemAccess, type ItemAccess } from './item-access.js';

type Controls = Library['controls'];

const opened = new WeakMap<Controls, { edition: number; access: ItemAccess }>();

/** The decision for the present state of the control documents; each change of one gives a different object. */
export function itemAccess({ controls }: Pick<Library, 'controls'>): ItemAccess {
  const edition = controls.edition();
  const known = opened.get(controls);
  if (known?.edition === edition) return known.access;
  const access = openItemAccess(controls);
  opened.set(controls, { edition, access });
  return access;
}
