/**
 * Gives the files of one shot (RAW and JPEG, photo and clip of a Live Photo) the picture edit that was made before they
 * were together on this server: none of them shows what was cut away. Later edits apply to all of them at once
 * (album/stack-members.ts). The values are copied with their stamps and authors, so several servers make the same
 * copies. A crash leaves a document unchanged; the next start copies.
 */
import { developedAt, developOf } from '../document/develop.js';
import { factsShown } from '../document/facts.js';
import { itemOf, publicIdOf } from '../document/item-id.js';
import { isNewer, mergeEdits } from '../document/merge.js';
import { photoOf, type PhotoDocument } from '../document/photo-document.js';
import { parseStamp } from '../document/stamp.js';
import { earliestSighting } from '../document/time-taken.js';
import type { Library } from '../library/library.js';

/** The dependencies. */
export interface BesideParts {
  library: Library;
  /** The other files of a photo's shot; all by public id (catalog). */
  filesBeside(id: string): string[];
}

/** Copies an edit between an item (the id of its document) and the other files of its shot, in either direction. */
export function developBeside({ library, filesBeside }: BesideParts, id: string): void {
  const item = itemOf(id);
  for (const file of item ? filesBeside(publicIdOf(item)) : []) {
    const other = library.items.find(file);
    if (other === undefined) continue;
    copy(library, id, other);
    copy(library, other, id);
  }
}

function copy(library: Library, from: string, to: string): void {
  const [source, target] = [readPhoto(library, from), readPhoto(library, to)];
  if (!source || !target || !isLacking(target, source)) return;
  const { develop = [] } = source.edits;
  library.update<PhotoDocument>(to, (body) => body && { ...body, edits: mergeEdits(body.edits, { develop }) });
}

function readPhoto(library: Library, id: string): PhotoDocument | undefined {
  const body = library.get(id)?.body;
  return body && !isNewer(body) ? photoOf(body) : undefined;
}

/**
 * Whether a file is shown as its original although another one was edited since. The photo itself follows its RAW or
 * clip only if it arrived after the edit: the author may have had the right to edit those, but not the photo.
 */
function isLacking(target: PhotoDocument, source: PhotoDocument): boolean {
  if (developOf(target) !== 'original' || developOf(source) === 'original') return false;
  const at = developedAt(source.edits) ?? '';
  if ((developedAt(target.edits) ?? '') >= at) return false;
  return !isAhead(target) || Date.parse(earliestSighting(target)?.at ?? '') > (parseStamp(at)?.ms ?? Infinity);
}

/** Whether a file is the one that stands for its shot: neither RAW nor video. */
const isAhead = ({ facts }: PhotoDocument): boolean => !/^(?:video\/|image\/x-)/.test(factsShown(facts).type);
