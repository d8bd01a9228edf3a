/**
 * Determines what is at an address: a Photospool server, a CouchDB, or neither. Sends its requests once per connection.
 */
import { PhotospoolError } from '../../base/errors.js';
import { own, textOf } from '../../document/json-values.js';
import { requestJson, hostOf, type Address } from '../couch/json-client.js';
import { keepOne } from './detect-copies.js';
import { couchUrls, type Peer } from './peers.js';

/** A discovered server. */
export type DiscoveredPeer =
  | {
      kind: 'photospool';
      /** The database of documents. */
      photos: Address;
      /** `…/blobs`, with blobs by hash below it. */
      blobs: Address;
      /** The id of its library, and its epoch. */
      server: string;
      epoch: string;
      version: string;
      /** The features that it announces. */
      features: string[];
    }
  | {
      kind: 'couchdb';
      photos: Address;
      /** The database of blobs, `<name>-blobs`. */
      blobs: Address;
      version: string;
    };

/**
 * Asks the server. @throws PhotospoolError `io` if it is neither; `unauthorized`; `config` if it is a public server.
 */
export async function discover(
  peer: Pick<Peer, 'url' | 'authorization'> & Partial<Pick<Peer, 'publish'>>,
  { fetch: fetching, from }: Pick<Address, 'fetch' | 'from'> = {},
): Promise<DiscoveredPeer> {
  const { url, authorization } = peer;
  const at = (url: string): Address => ({
    url,
    ...(authorization !== undefined && { authorization }),
    ...(from && { from }),
    ...(fetching && { fetch: fetching }),
  });
  const ours = await welcome(at(`${url}/db`), '/');
  if (ours && own(ours['vendor'], 'name') === 'Photospool') {
    const photos = at(`${url}/db/photos`);
    if (peer.publish !== true && (await requestJson(photos, '')).status === 404) throw takesPublished(url);
    return {
      kind: 'photospool',
      photos,
      blobs: at(`${url}/blobs`),
      server: textOf(ours['server']),
      epoch: textOf(ours['epoch']),
      version: textOf(own(ours['vendor'], 'version')),
      features: featuresIn(ours['features']),
    };
  }
  const couch = await welcome(at(new URL(url).origin), '/');
  if (couch?.['couchdb'] === 'Welcome' || couch?.['express-pouchdb'] === 'Welcome!') {
    const { photos, blobs } = couchUrls(url);
    return { kind: 'couchdb', photos: at(photos), blobs: at(blobs), version: textOf(couch['version']) };
  }
  throw new PhotospoolError('io', `${hostOf(url)} is neither a Photospool nor a CouchDB server.`, {
    hint: 'Check the address and the port.',
  });
}

/** The features in a response or a note; none if it contains none. */
export const featuresIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

const takesPublished = (url: string): PhotospoolError =>
  new PhotospoolError('config', `${hostOf(url)} is a public server, which accepts only published photos.`, {
    hint: `Add it with \`photospool peers add ${url} --publish\`.`,
  });

async function welcome(address: Address, path: string): Promise<Record<string, unknown> | undefined> {
  try {
    const { status, json } = await requestJson(address, path);
    return status === 200 && typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch (error) {
    // A page instead of JSON also means: not there.
    if (error instanceof PhotospoolError && error.code === 'unsupported') return undefined;
    throw error;
  }
}

/** Creates a database on a CouchDB unless it exists. @throws PhotospoolError. */
export async function makeDatabase(database: Address): Promise<void> {
  const { status } = await requestJson(database, '', { method: 'GET' });
  if (status === 200) return;
  const made = await requestJson(database, '', { method: 'PUT' });
  if ([201, 202, 412].includes(made.status)) return;
  throw new PhotospoolError('io', `The database could not be created at ${hostOf(database.url)} (${made.status}).`, {
    hint: `Create ${database.url} there, or use an account that can create databases.`,
  });
}

/** @throws PhotospoolError `config` if the peer is this server itself, or a copy of it. */
export function checkOther(
  found: DiscoveredPeer,
  url: string,
  { server, epoch }: { server: string; epoch: string },
): void {
  if (found.kind !== 'photospool' || found.server !== server) return;
  if (found.epoch === epoch)
    throw new PhotospoolError('config', `${hostOf(url)} is this server.`, {
      hint: `Remove the connection with \`photospool peers remove ${url}\`.`,
    });
  throw new PhotospoolError('config', `${hostOf(url)} is a copy of this home, with the same library id.`, {
    hint: keepOne,
  });
}
