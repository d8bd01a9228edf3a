/**
 * The folders in `incoming` for uploads, which distinguish them from other files there, which are the owner's: a hidden
 * folder for each sender, `.photospool-from/<name>/`, whose `.from.json` names the sender. That record is durable
 * before the first file is renamed into the folder, so no crash makes one person's file another's. The folder's name is
 * the hash of the sender: if it was renamed, or its record is lost, the sender is unknown and has no rights. Files sent
 * for a person are in `.photospool-for/<name>/` in the same way, which older versions ignore.
 */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { below, type Entry, type Files, type Path } from '../base/files.js';
import { nameOf, parentOf } from '../base/paths.js';
import { own, textOf } from '../document/json-values.js';
import { isPerson, unknownHolder, type Holder } from '../document/item-id.js';
import { owner, unknownSender } from '../document/photo-senders.js';

const senders = '.photospool-from';
const sendersForPeople = '.photospool-for';
const record = '.from.json';

/** Whether an entry of `incoming` contains the folders of senders. */
export const isSenders = ({ name, kind }: Pick<Entry, 'name' | 'kind'>): boolean =>
  (name === senders || name === sendersForPeople) && kind === 'folder';

/** The sender of a file, and its holder, a person (a ULID); without one it is the house’s. */
export interface Sending {
  /** As the author of an edit. */
  by: string;
  holder?: Holder;
}

/** The folder for a sender's files; creates it if it is missing. */
export async function senderFolder(incoming: string, files: Files, { by, holder }: Sending): Promise<string> {
  if (by === owner && holder === undefined) return incoming;
  const sending: Sending = { by, ...(holder !== undefined && { holder }) };
  const folder = pathOfSender(incoming, sending);
  await files.makeFolder(folder);
  const known = await senderOf(files, folder);
  if (known.by !== by || known.holder !== holder)
    await files.replace(join(folder, record), `${JSON.stringify({ format: 1, ...sending })}\n`);
  return folder;
}

/** The path of the folder for a sender's files, whether or not it exists. */
export const pathOfSender = (incoming: string, { by, holder }: Sending): string =>
  by === owner && holder === undefined
    ? incoming
    : join(
        incoming,
        holder === undefined ? senders : sendersForPeople,
        keyOf({ by, ...(holder !== undefined && { holder }) }),
      );

/** The sender of the files in a folder of `.photospool-from` or `.photospool-for`. */
export async function senderOf(files: Files, folder: Path): Promise<Sending> {
  const said = parse(await files.readText(below(folder, record)));
  const [by, holder] = ['by', 'holder'].map((key) => textOf(own(said, key))) as [string, string];
  if (nameOf(parentOf(folder)) === senders) {
    return { by: keyOf({ by }) === nameOf(folder) ? by : unknownSender };
  }
  const isWhole = isPerson(holder) && keyOf({ by, holder }) === nameOf(folder);
  return isWhole ? { by, holder } : { by: unknownSender, holder: unknownHolder };
}

const keyOf = ({ by, holder }: Sending): string =>
  hash('sha256', holder === undefined ? by : `${holder} ${by}`, 'hex').slice(0, 32);

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    // Truncated by an unreliable disk: then the sender is unknown.
    return undefined;
  }
}
