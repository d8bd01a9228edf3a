/**
 * The kinds of photos as a viewer sees them. A photo counts as a Live Photo if the viewer can play its clip, and as RAW
 * if the viewer can see the RAW: for items of the house, their audience decides. For items of a person, only that
 * person counts RAWs beside a JPEG; others count clips without their own audience, which are as visible as the photo. A
 * share link shows no RAW beside a JPEG. In memory only, so a crash loses nothing.
 */
import { house, type Holder } from '../document/item-id.js';
import { audiences } from '../document/photo-document.js';
import { seesAudience, type Sight } from './item-visibility.js';
import { companionShift, kindBit, kindValues } from './photo-flags.js';

/** For a class (by its number) and a value of `kinds`: the bits of `kindBit` visible to the viewer. */
export type KindsSeen = readonly Uint8Array[];

const widest = audiences.length;
const never = widest + 1;

/** Evaluates the kinds for a viewer, once per class. */
export function kindsSeen({ viewer, access, classes, holderOf }: Sight): KindsSeen {
  const { onlooker } = viewer;
  const inHouse = 1 + audiences.findIndex((audience) => seesAudience(access, onlooker, audience)) || never;
  const holds = (holder: Holder): boolean =>
    (onlooker?.kind === 'person' && onlooker.person === holder) ||
    (onlooker?.kind === 'link' && onlooker.of === holder);
  const made = new Map<string, Uint8Array>();
  const tableFor = (raw: number, clip: number): Uint8Array => {
    const key = `${raw} ${clip}`;
    const table = made.get(key) ?? makeTable(raw, clip);
    made.set(key, table);
    return table;
  };
  return Array.from(classes, (_, number) => {
    const holder = holderOf(number);
    if (holder === undefined) return tableFor(never, never);
    const [raw, clip] = holder === house ? [inHouse, inHouse] : holds(holder) ? [1, 1] : [never, widest];
    return tableFor(viewer.scope ? never : raw, clip);
  });
}

/** The bits for each value of `kinds`, if companions count from these audiences. */
function makeTable(raw: number, clip: number): Uint8Array {
  const own = kindBit.screenshot | kindBit.selfie | kindBit.panorama | kindBit['360'] | kindBit.raw;
  const audienceOf = (kinds: number, companion: keyof typeof companionShift): number =>
    (kinds >> companionShift[companion]) & 3;
  return Uint8Array.from({ length: kindValues }, (_, kinds) => {
    const hasRaw = audienceOf(kinds, 'rawBeside') >= raw;
    const plays = audienceOf(kinds, 'clip') >= clip;
    return (kinds & own) | (hasRaw ? kindBit.raw : 0) | (plays ? kindBit.live : 0);
  });
}
