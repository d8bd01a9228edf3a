/**
 * `photospool peers`: the servers that this one replicates with. Works beside a running server, which makes and ends its links
 * within two seconds.
 */
import { systemClock } from '../../base/clock.js';
import { PhotospoolError, printable, sentence, toPhotospoolError } from '../../base/errors.js';
import { describeCopied } from '../../replication/copies.js';
import { discover, type Found } from '../../replication/discover.js';
import { addPeer as keepPeer, makePeer, originalsPolicies, readAddress } from '../../replication/peers.js';
import type { OriginalsPolicy } from '../../replication/peers.js';
import { hasLibrary } from '../access.js';
import { exit, print, printJson, say } from '../output.js';
import { readSecret } from '../prompt.js';
import { describeElsewhere, describeLink, meshOf, viewPeer, withPeers } from '../peers.js';
import { findServer } from '../running.js';
import { addVerb, configOf, type Flags, type Verb } from '../verb.js';

type Given = Flags & { token?: string; publish?: boolean; originals: string };

/** The verb `peers`. */
export const peers: Verb = (program, run) => {
  const group = program.command('peers').description('servers that photos and edits are exchanged with');
  addVerb(group, 'add <URL>', 'exchanges everything with the server there, from now on; or says anew how')
    .option('--token <TOKEN>', 'a token that was made there with `photospool tokens add`; - reads it from stdin')
    .option('--publish', 'sends what is public there, and nothing else')
    .option('--originals <WHICH>', `which originals go over: ${originalsPolicies.join(', ')}`, 'all')
    .action((url: string, flags: Given) => run(() => addPeer(url, flags)));
  addVerb(group, 'list', 'lists them').action((flags: Flags) => run(() => listPeers(flags)));
  addVerb(group, 'remove <URL>', 'ends the exchange; what came stays').action((url: string, flags: Flags) =>
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
  else print(`${printable(url)} is added${found instanceof PhotospoolError ? '' : `: ${describeFound(found)}`}`);
  if (problem !== undefined) say(`${problem} The link is made as soon as it can be.`);
  if (!(await findServer(config))) say('No server is running here; `photospool serve` makes the link.');
  return exit.done;
}

async function removePeer(address: string, flags: Flags): Promise<number> {
  const { url } = readAddress(address);
  const removed = await withPeers(configOf(flags), (table) => table.remove(url));
  if (!removed) {
    throw new PhotospoolError('usage', `${printable(url)} is no peer of this server.`, {
      hint: '`photospool peers list` shows them.',
    });
  }
  if (flags.json) printJson({ removed: url });
  else print(`${printable(url)} is removed`);
  return exit.done;
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
  if (missing !== undefined && !flags.json) print(`not here yet: ${missing}`);
  for (const copied of copies) say(describeCopied(copied));
  return exit.done;
}

function originalsOf(text: string): OriginalsPolicy {
  const policy = originalsPolicies.find((one) => one === text);
  if (policy) return policy;
  throw new PhotospoolError('usage', `--originals can't be ${printable(text)}.`, {
    hint: `It takes ${originalsPolicies.join(', ')}.`,
  });
}

const viewFound = ({ kind, version }: Found): object => ({ kind, version });

const describeFound = ({ kind, version }: Found): string =>
  `${kind === 'photospool' ? 'Photospool' : 'CouchDB'} ${printable(version)}`.trim();
