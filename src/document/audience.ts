/**
 * The audience is the one field where the newest value may be the wrong one: a photo must not become public by a race.
 * Each value tells which ones it was made in sight of (`over` and `saw`, together a version vector by epoch). Values that
 * no other has seen stand side by side, and the narrowest of them is shown.
 *
 * "Has seen" is a partial order, so the unseen values of a union are those of the unions of the unseen: merging in any
 * order keeps the same ones.
 */
import { compareText } from './json.js';
import { audiences, type Audience, type Edit, type Stamp } from './photo.js';
import { epochOf } from './stamp.js';

/** The newest stamp by epoch that an edit was made in sight of. */
function sightOf(edit: Edit<unknown>): Map<string, Stamp> {
  const sight = new Map<string, Stamp>();
  for (const stamp of [edit.over, ...(Array.isArray(edit.saw) ? edit.saw : [])]) {
    if (typeof stamp !== 'string') continue;
    const known = sight.get(epochOf(stamp));
    if (known === undefined || stamp > known) sight.set(epochOf(stamp), stamp);
  }
  return sight;
}

/** The edits that no other one of them has seen, in the order given. */
export function unseen<T extends Edit<unknown>>(edits: readonly T[]): T[] {
  const sights = edits.map((edit) => ({ at: edit.at, sight: sightOf(edit) }));
  return edits.filter((edit) => {
    const epoch = epochOf(edit.at);
    return !sights.some(({ at, sight }) => at > edit.at && (sight.get(epoch) ?? '') >= edit.at);
  });
}

/** What a new audience edit says it has seen: all that the document holds. `over` is the one that is shown. */
export function sightFor(edits: readonly Edit<unknown>[], over: Stamp | undefined): Stamp[] {
  const newest = new Map<string, Stamp>();
  for (const edit of edits) {
    for (const [epoch, stamp] of [...sightOf(edit), [epochOf(edit.at), edit.at] as const]) {
      if (stamp > (newest.get(epoch) ?? '')) newest.set(epoch, stamp);
    }
  }
  return [...newest.values()].filter((stamp) => stamp !== over).sort(compareText);
}

/**
 * The edit whose audience is shown: of the unseen ones the narrowest, of equals the newest. A value that this version does
 * not know counts as private.
 */
export function shownAudience(edits: readonly Edit<Audience>[]): Edit<Audience> | undefined {
  const width = (edit: Edit<Audience>): number => Math.max(0, audiences.indexOf(edit.value));
  const shown = unseen(edits).sort((a, b) => width(a) - width(b) || compareText(b.at, a.at))[0];
  return shown && { ...shown, value: audiences[width(shown)]! };
}
