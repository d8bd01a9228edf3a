/**
 * Where in `incoming` lies what somebody sent in, so that it is told from what lies there by itself, which is the owner's: in a
 * hidden folder for each, `.photospool-from/<name>/`, whose `.from.json` says who that is. It is durable before the first file
 * gets its name there, by one rename; so no crash makes one person's file another's. The folder's name is the hash of who they
 * are: of one that was renamed, or whose record is lost, nobody knows, and nobody has no rights. What was sent for a person lies in
 * `.photospool-for/<name>/` in the same way: older versions leave that alone.
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

/** Whether an entry of `incoming` holds the folders of those who sent something in. */
export const isSenders = ({ name, kind }: Pick<Entry, 'name' | 'kind'>): boolean =>
  (name === senders || name === sendersForPeople) && kind === 'folder';

/** Who sent something in, and the person (a ULID) whose it is; without one it is the house’s. */
export interface Sending {
  /** As the author of an edit. */
  by: string;
  holder?: Holder;
}

/** The folder for what somebody sends in, made where it is missing. */
export async function senderFolder(incoming: string, files: Files, { by, holder }: Sending): Promise<string> {
  if (by === owner && holder === undefined) return incoming;
  const sending: Sending = { by, ...(holder !== undefined && { holder }) };
  const folder = join(incoming, holder === undefined ? senders : sendersForPeople, keyOf(sending));
  await files.makeFolder(folder);
  const known = await senderOf(files, folder);
  if (known.by !== by || known.holder !== holder)
    await files.replace(join(folder, record), `${JSON.stringify({ format: 1, ...sending })}\n`);
  return folder;
}

/** Who sent in what lies in a folder of `.photospool-from` or `.photospool-for`. */
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
    // Cut short by a disk that did not keep its word: then it is not known who it was.
    return undefined;
  }
}
