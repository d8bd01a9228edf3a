/**
 * The flags of `photospool edit` for the fields of photos: title, tags, audience, archive, trash… The values are
 * checked where they are changed (album/edit-photos.ts), except for errors that only a command can make. Pure.
 */
import type { Command } from 'commander';
import type { PhotoEdit } from '../album/edit-photos.js';
import { readTaken } from '../album/parse-time-taken.js';
import { PhotospoolError, printable } from '../base/errors.js';
import { audiences, type Audience } from '../document/photo-document.js';

/** The flags, as returned by commander. */
export interface FieldFlags {
  title?: string;
  description?: string;
  taken?: string;
  rating?: string;
  favourite?: boolean;
  tag?: string[];
  untag?: string[];
  audience?: string;
  archive?: boolean;
  unarchive?: boolean;
  trash?: boolean;
  restore?: boolean;
}

const several = (value: string, before: string[] = []): string[] => [...before, value];

/** Adds the flags to a command. */
export function addFieldFlags(command: Command): Command {
  return command
    .option('--title <TEXT>', 'new title')
    .option('--description <TEXT>', 'new description (Markdown)')
    .option('--taken <TIME>', 'date and time of the photo, such as 2024-07-01T12:00 or 2024-07-01T12:00+02:00')
    .option('--rating <N>', 'rating, 0 to 5')
    .option('--favourite', 'add to favourites (of the person with --for, otherwise of the family library)')
    .option('--no-favourite', 'remove from those favourites')
    .option('--tag <TAG>', 'add a tag; can be repeated', several)
    .option('--untag <TAG>', 'remove a tag; can be repeated', several)
    .option('--audience <WHO>', 'who can see the photos: private, family or public')
    .option('--archive', 'hide the photos from the timeline')
    .option('--unarchive', 'show archived photos in the timeline again')
    .option('--trash', 'move the photos to the trash')
    .option('--restore', 'restore the photos from the trash');
}

/**
 * The change according to the flags; empty if there are none. @throws PhotospoolError `usage`, or `invalid` for a time.
 */
export function fieldsOf(flags: FieldFlags): PhotoEdit {
  const { title, description, taken, favourite, tag, untag } = flags;
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(taken !== undefined && { taken: readTaken(taken) }),
    ...(flags.rating !== undefined && { rating: ratingOf(flags.rating) }),
    ...(favourite !== undefined && { favourite }),
    ...((tag ?? untag) && { tags: { add: tag ?? [], remove: untag ?? [] } }),
    ...(flags.audience !== undefined && { audience: audienceOf(flags.audience) }),
    ...either('archived', flags, 'archive', 'unarchive'),
    ...either('trashed', flags, 'trash', 'restore'),
  };
}

/** A field that one flag sets and another clears. */
function either(
  field: 'archived' | 'trashed',
  flags: FieldFlags,
  yes: 'archive' | 'trash',
  no: 'unarchive' | 'restore',
): PhotoEdit {
  if (flags[yes] && flags[no]) throw new PhotospoolError('usage', `--${yes} and --${no} contradict each other.`);
  return flags[yes] || flags[no] ? { [field]: flags[yes] === true } : {};
}

function ratingOf(text: string): number {
  if (/^[0-5]$/.test(text)) return Number(text);
  throw new PhotospoolError('usage', `Invalid rating: ${printable(text)}.`, { hint: 'Use a whole number, 0 to 5.' });
}

function audienceOf(text: string): Audience {
  const found = audiences.find((audience) => audience === text);
  if (found) return found;
  throw new PhotospoolError('usage', `Invalid audience: ${printable(text)}.`, { hint: `Use ${audiences.join(', ')}.` });
}
