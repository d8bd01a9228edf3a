/**
 * Who sees which item of a library as its control documents say it now. Of one state of those documents the decision is opened once,
 * and everything that lists, counts or sends photos asks the same one. Holds nothing that a crash could lose.
 */
import type { Library } from '../library/library.js';
import { house } from '../document/item-id.js';
import { openItemAccess, type ItemAccess, type Onlooker } from './item-access.js';
import { may, type Viewer } from './permissions.js';

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

/** How a viewer looks at items; undefined for those who see none at all. */
export function onlookerOf(viewer: Viewer | undefined, access: ItemAccess): Onlooker | undefined {
  if (!viewer || !may(viewer, 'see')) return undefined;
  switch (viewer.role) {
    case 'owner':
    case 'family': {
      const actsForHouse = viewer.role === 'owner';
      const { person } = viewer;
      // The last owner of this server keeps it whatever another server says of them; before accounts the owner is nobody by name.
      if (actsForHouse && (person === undefined || !access.isMember(person))) return { kind: 'house' };
      return { kind: 'person', person: person ?? '', actsForHouse };
    }
    case 'program':
      return { kind: 'house' };
    case 'visitor':
      return { kind: 'visitor' };
    case 'link':
      return { kind: 'link', of: house };
  }
}
