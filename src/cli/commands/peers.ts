/**
 * `photospool peers`: the servers that this one replicates with. Works beside a running server, which opens and closes
 * connections within two seconds.
 */
import { commandLine } from '../../access/actor.js';
import { systemClock } from '../../base/clock.js';
import { PhotospoolError, printable, sentence, toPhotospoolError } from '../../base/errors.js';
import { removeForeign } from '../../library/unknown-documents.js';
import { describeCopied } from '../../sync/connections/detect-copies.js';
import { discover, type DiscoveredPeer } from '../../sync/connections/discover-peer.js';
import {
  addPeer as keepPeer,
  makePeer,
  openPeers,
  originalsPolicies,
  readAddress,
  type OriginalsPolicy,
  type Peers,
} from '../../sync/connections/peers.js';
import type { QuarantinedDocument } from '../../sync/connections/quarantine.js';
import { hasLibrary, withAccess } from '../with-access.js';
import { print, printJson, say } from '../output.js';
import { exit } from '../exit-codes.js';
import { readSecret } from '../secret-prompt.js';
import { describeElsewhere, describeLink, meshOf, viewPeer, withPeers } from '../../home/manage-peers.js';
import { findServer } from '../../home/running-server.js';
import { counted, lasting } from '../../base/human-format.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';

type Given = Flags & { token?: string; publish?: boolean; originals: string };

/** The verb `peers`. */
export const peers: Verb = (program, run) => {
  const group = program.command('peers').description('Manage connections to other servers');
  addVerb(group, 'add <URL>', 'Connect to a server, or change the settings of a connection')
    .option(
      '--token <TOKEN>',
      'token created on that server with `photospool tokens add NAME --may replicate` (-: read from stdin)',
    )
    .option('--publish', 'only publish public photos there')
    .option('--originals <WHICH>', `originals to replicate: ${originalsPolicies.join(', ')}`, 'all')
    .action((url: string, flags: Given) => run(() => addPeer(url, flags)));
  addVerb(group, 'list', 'List connections').action((flags: Flags) => run(() => listPeers(flags)));
  addVerb(group, 'refused [URL]', 'List documents that were set aside because one side rejects them').action(
    (url: string | undefined, flags: Flags) => run(() => listRefused(url, flags)),
  );
  addVerb(group, 'retry <URL> [ID]', 'Retry the documents of a connection, or one of them').action(
    (url: string, id: string | undefined, flags: Flags) => run(() => retryRefused(url, id, flags)),
  );
  addVerb(
    group,
    'remove-document <URL> <ID>',
    'Permanently remove a document written by another program; never a photo',
  ).action((url: string, id: string, flags: Flags) => run(() => removeDocument(url, id, flags)));
  addVerb(group, 'remove <URL>', 'Remove a connection; received photos are kept').action((url: string, flags: Flags) =>
    run(() => removePeer(url, flags)),
  );
};

async function addPeer(address: string, flags: Given): Promise<number> {
  const config = configOf(flags);
  const token = flags.token === '-' ? await readSecret('token') : flags.token;
  const given = { address, publish: flags.publish === true, originals: originalsOf(flags.originals) };
  const peer = makePeer({ ...given, ...(token !== undefined && { token }) }, systemClock.now());
  const { url } = peer;
  await withPeers(config, (table) => keepPeer(table, peer));
  const found = await discover(peer).catch((error: unknown) => toPhotospoolError(error));
  const problem = found instanceof PhotospoolError ? sentence(found) : undefined;
  if (flags.json)
    printJson({ ...viewPeer(peer), ...(found instanceof PhotospoolError ? { problem } : viewFound(found)) });
  else print(`Added ${printable(url)}${found instanceof PhotospoolError ? '' : `: ${describeFound(found)}`}`);
  if (problem !== undefined) say(`${problem} Photospool connects as soon as possible.`);
  if (!(await findServer(config))) say('No server is running. Start `photospool serve` to connect.');
  return exit.done;
}

async function removePeer(address: string, flags: Flags): Promise<number> {
  const { url } = readAddress(address);
  const removed = await withPeers(configOf(flags), (table) => table.remove(url));
  if (!removed) {
    throw new PhotospoolError('usage', `This server has no connection to ${printable(url)}.`, {
      hint: 'Run `photospool peers list` to see the connections.',
    });
  }
  if (flags.json) printJson({ removed: url });
  else print(`Removed ${printable(url)}`);
  return exit.done;
}

/** The stored address of a peer. @throws PhotospoolError `usage`. */
function knownUrl(table: Peers, address: string): string {
  const { url } = readAddress(address);
  if (table.find(url)) return url;
  throw new PhotospoolError('usage', `This server has no connection to ${printable(url)}.`, {
    hint: 'Run `photospool peers list` to see the connections.',
  });
}

async function listRefused(address: string | undefined, flags: Flags): Promise<number> {
  const config = configOf(flags);
  if (!(await hasLibrary(config))) return exit.done;
  const all = await withPeers(config, (table) => {
    const urls = address === undefined ? table.all().map(({ url }) => url) : [knownUrl(table, address)];
    return urls.map((url) => ({ url, ...table.setAside(url) }));
  });
  for (const { url, documents, count } of all) {
    for (const one of documents) {
      if (flags.json) printJson({ peer: url, ...one });
      else print(describeRefused(url, one, systemClock.now()));
    }
    if (count > documents.length)
      say(`${counted(count - documents.length, 'more document')} set aside for ${printable(url)}.`);
  }
  return exit.done;
}

async function retryRefused(address: string, id: string | undefined, flags: Flags): Promise<number> {
  const config = configOf(flags);
  const tried = await withPeers(config, (table) => table.retry(knownUrl(table, address), id));
  if (tried === 0 && id !== undefined) {
    throw new PhotospoolError('usage', `The document ${printable(id)} is not set aside for that connection.`, {
      hint: 'Run `photospool peers refused` to see the documents that are.',
    });
  }
  if (flags.json) printJson({ tried });
  else print(`Retrying ${counted(tried, 'document')}`);
  if (!(await findServer(config))) say('No server is running. Start `photospool serve` to retry.');
  return exit.done;
}

async function removeDocument(address: string, id: string, flags: Flags): Promise<number> {
  await withAccess(configOf(flags), ({ audit }, { db, library }) => {
    const table = openPeers(db);
    if (!table.isSetAside(knownUrl(table, address), id)) {
      throw new PhotospoolError(
        'usage',
        `The document ${printable(id)} of this server is not set aside for that connection.`,
        {
          hint: 'Run `photospool peers refused` to see the documents that are.',
        },
      );
    }
    removeForeign(library, id, commandLine.by);
    audit.note('document-removed', { who: commandLine.who, detail: id });
  });
  if (flags.json) printJson({ removed: id });
  else print(`Removed ${printable(id)}`);
  return exit.done;
}

/** A quarantined document in a line for a person; `now` in ms. */
function describeRefused(
  url: string,
  { id, rev, reason, direction, since, tries, next }: QuarantinedDocument,
  now: number,
): string {
  const way = direction === 'push' ? `${printable(url)} rejects` : `rejected from ${printable(url)}:`;
  const rest = Date.parse(next) - now;
  const again = rest > 0 ? `next retry in ${lasting(rest)}` : 'retrying now';
  return `${way} ${printable(id)} ${printable(rev)}: ${printable(reason)} (since ${since.slice(0, 10)}, tried ${counted(tries, 'time')}; ${again})`;
}

async function listPeers(flags: Flags): Promise<number> {
  const config = configOf(flags);
  if (!(await hasLibrary(config))) return exit.done;
  const { links, copies, elsewhere } = await meshOf(config, await findServer(config));
  for (const link of links) {
    if (flags.json) printJson(link);
    else print(describeLink(link, systemClock.now()));
  }
  const missing = elsewhere && describeElsewhere(elsewhere);
  if (missing !== undefined && !flags.json) print(`still to be received: ${missing}`);
  for (const copied of copies) say(describeCopied(copied));
  return exit.done;
}

function originalsOf(text: string): OriginalsPolicy {
  const policy = originalsPolicies.find((one) => one === text);
  if (policy) return policy;
  throw new PhotospoolError('usage', `Invalid value for --originals: ${printable(text)}.`, {
    hint: `Use ${originalsPolicies.join(', ')}.`,
  });
}

const viewFound = ({ kind, version }: DiscoveredPeer): object => ({ kind, version });

const describeFound = ({ kind, version }: DiscoveredPeer): string =>
  `${kind === 'photospool' ? 'Photospool' : 'CouchDB'} ${printable(version)}`.trim();
