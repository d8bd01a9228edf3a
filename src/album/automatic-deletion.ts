/**
 * Deletes photos that were in the trash for the chosen days, as if the person who chose had emptied the trash: with the
 * same code, rights and author. docs/album.md describes the rule. The days are stored before anything is deleted, and
 * each photo is checked again and purged separately; after a crash, the next run deletes the rest.
 */
import type { Audit } from '../access/audit-log.js';
import type { Actor } from '../access/actor.js';
import { mayOn, type Viewer } from '../access/permissions.js';
import type { Senders } from '../access/sender-permissions.js';
import { yieldToEventLoop } from '../base/async/yield.js';
import { PhotospoolError } from '../base/errors.js';
import type { Catalog } from '../catalog/catalog.js';
import { shownEdit } from '../document/edits.js';
import { house, type Holder } from '../document/item-id.js';
import type { Body, Stamp } from '../document/photo-document.js';
import { newestStamp, stampBehind } from '../document/stamp.js';
import type { Library } from '../library/library.js';
import type { TrashChoice, TrashedPhoto, TrashPeriod } from '../library/trash-days.js';
import { emptyTrash, type Discarder } from './empty-trash.js';
import { readPhotos } from './find-photos.js';
import { nameOfRemoved } from './storage-totals.js';

/** The dependencies of automatic deletion. */
export interface DeletionParts {
  library: Library;
  catalog: Pick<Catalog, 'trashed'>;
  archive: Discarder;
  senders: Senders;
  audit: Pick<Audit, 'note'>;
  /** ms since 1970 */
  now: number;
}

/** The number of photos read at once. */
const atOnce = 500;

/** A holder's choice, as long as the person who made it may empty that trash. */
export function choiceInForce(
  { library, senders }: Pick<DeletionParts, 'library' | 'senders'>,
  holder: Holder,
): TrashChoice | undefined {
  const choice = library.local.trashDays.choice(holder);
  return choice && mayOn(senders(choice.by), 'trash', holder) ? choice : undefined;
}

/**
 * Chooses after how many days photos are deleted from a holder's trash; undefined for never. `by`: as `authorOf` writes
 * it. Audited. @throws PhotospoolError `forbidden` if the viewer may not empty that trash.
 */
export function chooseDeletion(
  { library, audit }: Pick<DeletionParts, 'library' | 'audit'>,
  viewer: Viewer,
  choice: { holder: Holder; days: TrashPeriod | undefined },
  { by, who, address }: Actor,
): void {
  const { holder, days } = choice;
  if (!mayOn(viewer, 'trash', holder)) throw new PhotospoolError('forbidden', 'You can’t empty this trash.');
  library.transaction(() => {
    if (library.local.trashDays.choice(holder)?.days === days) return;
    library.local.trashDays.choose(holder, days && { days, by });
    const detail = `${nameOf(library, holder)}: ${days === undefined ? 'never' : `after ${days} days`}`;
    audit.note('trash-changed', { who, detail, ...(address !== undefined && { address }) });
  });
}

/**
 * The days until photos (public ids) are deleted, 0 for today; without those that are not in the trash, and those of
 * holders without a choice. The caller checks that they are visible to the viewer.
 */
export function daysLeft(
  parts: Pick<DeletionParts, 'library' | 'senders' | 'now'>,
  ids: readonly string[],
): { id: string; days: number }[] {
  const { library, now } = parts;
  return trashedAmong(library, ids).flatMap(({ id, holder, ...photo }) => {
    const days = choiceInForce(parts, holder) && library.local.trashDays.left(holder, photo, now);
    return days === undefined ? [] : [{ id, days }];
  });
}

/**
 * Counts the day, records which photos are in the trash of holders with a choice, and purges those that have been there
 * long enough. Ends the choice of a person who has lost the right to empty that trash. Returns the number of purged
 * photos. An error with one photo does not stop the others. @throws the first error, at the end.
 */
export async function deleteOld(parts: DeletionParts, signal?: AbortSignal): Promise<number> {
  const { library, now } = parts;
  const { trashDays } = library.local;
  const choices = trashDays.choices();
  let purged = 0;
  const failures: unknown[] = [];
  if (choices.length > 0) trashDays.count(now);
  for (const { holder } of choices) {
    if (!choiceInForce(parts, holder)) endChoice(parts, holder);
    else
      for (const id of await oldOnes(parts, holder)) {
        if (signal?.aborted) return purged;
        try {
          purged += await purgeOld(parts, holder, id);
        } catch (error) {
          failures.push(error);
        }
      }
  }
  if (failures.length > 0) throw failures[0];
  return purged;
}

/** Records which photos are in a holder's trash; returns those whose days are over. */
async function oldOnes({ library, catalog, now }: DeletionParts, holder: Holder): Promise<string[]> {
  const ids = catalog.trashed(holder);
  const there: (TrashedPhoto & { id: string })[] = [];
  for (let at = 0; at < ids.length; at += atOnce) {
    there.push(...trashedAmong(library, ids.slice(at, at + atOnce)));
    await yieldToEventLoop();
  }
  const { trashDays } = library.local;
  library.transaction(() => trashDays.see(holder, there, now));
  return there.filter((photo) => trashDays.left(holder, photo, now) === 0).map(({ id }) => id);
}

/**
 * Purges one photo if the conditions still hold: the choice, the right, and that it is in the trash by the same edit.
 */
async function purgeOld(parts: DeletionParts, holder: Holder, id: string): Promise<number> {
  const { library, archive, senders, now } = parts;
  const choice = choiceInForce(parts, holder);
  const viewer = choice && senders(choice.by);
  const [photo] = trashedAmong(library, [id]);
  if (!viewer || !photo || library.local.trashDays.left(holder, photo, now) !== 0) return 0;
  return (await emptyTrash(library, archive, viewer, [id], (body) => stampOfOld(library, body))).purged;
}

/** The purge applies to the newest edit known here: one that has not arrived at this server is newer, and stays. */
function stampOfOld(library: Library, body: Body): Stamp {
  const [behind, now] = [stampBehind(newestStamp(body) ?? '', library.epoch), library.stampAfter(body)];
  return behind !== '' && behind < now ? behind : now;
}

function endChoice({ library, audit }: DeletionParts, holder: Holder): void {
  library.transaction(() => {
    library.local.trashDays.choose(holder, undefined);
    const detail = `${nameOf(library, holder)}: never, because the person who chose can’t empty it any more`;
    audit.note('trash-changed', { detail });
  });
}

const nameOf = (library: Library, holder: Holder): string =>
  holder === house ? 'family library' : `library of ${nameOfRemoved(library, holder)}`;

/** Those photos that are in the trash, with the edit that put them there. */
function trashedAmong(library: Library, ids: readonly string[]): (TrashedPhoto & { id: string; holder: Holder })[] {
  return readPhotos(library, ids).flatMap(({ id, document, item, body }) => {
    const edit = shownEdit(body.edits, 'trashed');
    return edit?.value === true ? [{ id, document, holder: item.holder, edit: edit.at }] : [];
  });
}
