/** The status of the spool as visible to a viewer: other people's files only as numbers. Pure. */
import { house, publicIdOf, type Holder } from '../document/item-id.js';
import type { DoneItem, Sees, SpoolStatus } from './spool-interface.js';
import { groupsOf } from './stuck-groups.js';

/** The default: only the house’s files are visible. */
export const ofHouse: Sees = (holder) => holder === house;

/** The visible items, without their holders. */
export function seenOf<T extends { holder?: Holder }>(items: readonly T[], sees: Sees = ofHouse): T[] {
  return items
    .filter(({ holder = house }) => sees(holder))
    .map((item) => {
      const { holder: _holder, ...rest } = item;
      return rest as T;
    });
}

/** Responses identify photos by their public ids. */
const withPublicId = (item: DoneItem): DoneItem =>
  item.holder === undefined ? item : { ...item, sha256: publicIdOf({ holder: item.holder, sha256: item.sha256 }) };

/** A status as visible to a viewer. */
export function statusFor(status: SpoolStatus, sees: Sees = ofHouse): SpoolStatus {
  const { waiting, work, ignored, recent } = status;
  const stuck = seenOf(status.stuck, sees);
  const shown = { waiting: seenOf(waiting, sees), work: seenOf(work, sees), stuck };
  const others = {
    waiting: waiting.length - shown.waiting.length,
    work: work.length - shown.work.length,
    stuck: status.stuck.length - stuck.length,
  };
  const isAlone = others.waiting + others.work + others.stuck === 0;
  return {
    ...{ ...status, ...shown, ignored: seenOf(ignored, sees), recent: seenOf(recent.map(withPublicId), sees) },
    groups: isAlone ? status.groups : groupsOf(stuck),
    ...(!isAlone && { others }),
  };
}
