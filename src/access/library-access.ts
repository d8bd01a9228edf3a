/**
 * Who sees which item of a library as its control documents say it now. Of one state of those documents the decision is opened once,
 * and everything that lists, counts or sends photos asks the same one. Holds nothing that a crash could lose.
 */
import type { Library } from '../library/library.js';
import { openItemAccess, type ItemAccess } from './item-access.js';

type Controls = Library['controls'];

const opened = new WeakMap<Controls, { edition: number; access: ItemAccess }>();

/** The decision for the newest state of the control documents; another object after each change of one. */
export function itemAccess({ controls }: Pick<Library, 'controls'>): ItemAccess {
  const edition = controls.edition();
  const known = opened.get(controls);
  if (known?.edition === edition) return known.access;
  const access = openItemAccess(controls);
  opened.set(controls, { edition, access });
  return access;
}
