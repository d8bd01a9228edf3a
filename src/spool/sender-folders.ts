/**
 * Where in `incoming` lies what somebody sent in, so that it is told from what lies there by itself, which is the owner's: in a
 * hidden folder for each, `.photospool-from/<name>/`, whose `.from.json` says who that is. It is durable before the first file
 * gets its name there, by one rename; so no crash makes one person's file another's. The folder's name is the hash of who they
 * are: of one that was renamed, or whose record is lost, nobody knows, and nobody has no rights.
 */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { below, type Entry, type Files, type Path } from '../base/files.js';
import { nameOf } from '../base/paths.js';
import { own, textOf } from '../document/json-values.js';
import { owner, unknownSender } from '../document/photo-senders.js';

const senders = '.photospool-from';
const record = '.from.json';

/** Whether an entry of `incoming` holds the folders of those who sent something in. */
export const isSenders = ({ name, kind }: Pick<Entry, 'name' | 'kind'>): boolean =>
  name === senders && kind === 'folder';

/** The folder for what somebody sends in, made where it is missing. `by`: as the author of an edit. */
export async function senderFolder(incoming: string, files: Files, by: string): Promise<string> {
  if (by === owner) return incoming;
  const folder = join(incoming, senders, keyOf(by));
  await files.makeFolder(folder);
  if ((await senderOf(files, folder)) !== by)
    await files.replace(join(folder, record), `${JSON.stringify({ format: 1, by })}\n`);
  return folder;
}

/** Who sent in what lies in a folder of `.photospool-from`. */
export async function senderOf(files: Files, folder: Path): Promise<string> {
  const by = textOf(own(parse(await files.readText(below(folder, record))), 'by'));
  return keyOf(by) === nameOf(folder) ? by : unknownSender;
}

const keyOf = (by: string): string => hash('sha256', by, 'hex').slice(0, 32);

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    // Cut short by a disk that did not keep its word: then it is not known who it was.
    return undefined;
  }
}
