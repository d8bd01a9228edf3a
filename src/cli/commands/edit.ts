/**
 * `photospool edit`: changes photos as the web app does: titles, tags, audience and other fields, rotating and
 * cropping; and undoes it. Works beside a running server, which makes the pictures; otherwise the next server does. It
 * requires no sign-in, because anyone who can run it can read the files; without `--for` it acts for the house. A crash
 * leaves some photos edited; running it again completes it.
 */
import { readFileSync } from 'node:fs';
import { local, personViewer } from '../../access/viewer.js';
import type { PhotoEdit, PhotosChange } from '../../album/edit-photos.js';
import { editShots } from '../../album/edit-shots.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { isDevelop, normalDevelop, type Crop } from '../../document/develop.js';
import { readUndo } from '../../server/files/saved-undo.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';
import { personCalled, withAccess } from '../with-access.js';
import { addFieldFlags, fieldsOf, type FieldFlags } from '../field-flags.js';
import { photosDone, photosIn, report } from '../with-sharing.js';

interface EditFlags extends Flags, FieldFlags {
  for?: string;
  rotate?: string;
  crop?: string;
  straighten?: string;
  original?: boolean;
  undo?: string;
}

/** The verb `edit`. */
export const edit: Verb = (program, run) => {
  addFieldFlags(addVerb(program, 'edit [PHOTO...]', 'Edit photos; the original files never change'))
    .option('--rotate <DEGREES>', 'turn clockwise: 90, 180, 270 or -90')
    .option('--crop <LEFT,TOP,WIDTH,HEIGHT>', 'part to keep, as fractions of the upright original: 0.1,0,0.8,1')
    .option('--straighten <DEGREES>', 'turn the picture clockwise in its frame, from -45 to 45')
    .option('--original', 'show the original again')
    .option('--undo <FILE>', 'undo an edit: FILE holds what it printed with --json')
    .option('--for <NAME>', 'person to act for (default: the family library)')
    .action((ids: string[], flags: EditFlags) => run(() => editPhotos(ids, flags)));
};

function editPhotos(ids: readonly string[], flags: EditFlags): Promise<number> {
  const each = flags.undo === undefined ? [{ ...changeOf(flags), ids }] : undoIn(flags.undo);
  if (each.every((change) => change.ids.length === 0)) throw wrong('No photo was given.', 'Give the ids of photos.');
  return withAccess(configOf(flags), async (access, records) => {
    const { library, catalog } = records;
    const account = flags.for === undefined ? undefined : personCalled(access, flags.for);
    const person = account && access.people.find(account.id);
    const who = person ? personViewer(person, access.settings.read()) : local;
    catalog.catchUp(library.lastChange());
    await catalog.load();
    const complete = photosIn(records, who);
    const changes = each.map(({ ids, ...change }) => ({ ...change, ids: complete(ids) }));
    const done = await editShots(records, who, changes, true);
    return report(done, photosDone(done, flags.undo === undefined ? 'edited' : 'changed back'), flags);
  });
}

/** The change in the options. @throws PhotospoolError `usage`. */
function changeOf(flags: EditFlags): PhotoEdit {
  const change = { ...fieldsOf(flags), ...pictureOf(flags) };
  if (Object.keys(change).length > 0) return change;
  throw wrong('No change was given.', 'Run `photospool edit --help` for the options.');
}

/** The edit of the picture. Rotating keeps a crop; a crop or an angle replaces the previous one. */
function pictureOf({ rotate, crop, straighten, original = false }: EditFlags): PhotoEdit {
  const turns = rotate === undefined ? undefined : turnsOf(rotate);
  const isFramed = crop !== undefined || straighten !== undefined;
  if (original && (isFramed || turns !== undefined)) throw wrong('--original can’t be combined with other edits.');
  if (original) return { develop: null };
  if (!isFramed) return turns === undefined ? {} : { turn: turns };
  const value = {
    ...(turns !== undefined && { rotate: (turns + 4) % 4 }),
    ...(crop !== undefined && { crop: cropOf(crop) }),
    ...(straighten !== undefined && { straighten: Number(straighten) }),
  };
  if (!isDevelop(value))
    throw wrong('This crop or angle is not valid.', 'A crop lies within 0 to 1, an angle within -45 to 45.');
  return { develop: normalDevelop(value) ?? null };
}

function turnsOf(degrees: string): number {
  const turns = Number(degrees) / 90;
  if (degrees.trim() !== '' && Number.isInteger(turns) && turns !== 0 && Math.abs(turns) < 4) return turns;
  throw wrong(`Photos can’t be rotated by ${printable(degrees)} degrees.`, 'Use 90, 180, 270 or -90.');
}

function cropOf(text: string): Crop {
  const [left, top, width, height, ...more] = text.split(',').map(Number);
  if (height !== undefined && more.length === 0) return { left: left!, top: top!, width: width!, height };
  throw wrong(`${printable(text)} is not a crop.`, 'Write four fractions: --crop 0.1,0,0.8,1');
}

/** The changes that undo an edit, from its output. @throws PhotospoolError `usage`. */
function undoIn(file: string): PhotosChange[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new PhotospoolError('usage', `${printable(file)} can’t be read.`, { cause: error });
  }
  const changes = readUndo(text);
  if (!changes)
    throw wrong(
      `${printable(file)} doesn’t contain an edit.`,
      'Use a file with the output of `photospool edit --json`.',
    );
  return changes;
}

const wrong = (message: string, hint?: string): PhotospoolError =>
  new PhotospoolError('usage', message, hint === undefined ? {} : { hint });
