/** Which items exist for whoever asks the catalog: what access says of them (access/item-access.ts), asked once for what many items have in common. Pure. */
import { openItemAccess, type ItemAccess, type Onlooker } from '../access/item-access.js';
import { house } from '../document/item-id.js';
import type { Audience } from '../document/photo-document.js';

/** The decision where there are no people: the house sees everything, others what is public. */
export const accessOfNobody: ItemAccess = openItemAccess({
  find: () => undefined,
  isThere: () => false,
  hasAlbum: () => false,
});

/** Whether items of the house with an audience exist for somebody. */
export const seesAudience = (
  access: ItemAccess,
  onlooker: Onlooker | undefined,
  audience: Audience,
  trashed = false,
): boolean =>
  onlooker !== undefined &&
  access.maySee(onlooker, {
    item: { holder: house, sha256: '' },
    ...{ audience, trashed, archived: false, locked: false, guest: false, saw: {}, entries: [] },
  });
