/**
 * `photospool links`: share links, and the photos that guests sent through them. Works beside a running server; nobody
 * is asked who they are, as for `albums`.
 */
import { actorOf } from '../../access/actor.js';
import { mayLink } from '../../access/permissions.js';
import type { Share } from '../../access/share-links.js';
import { openGuestPhotos } from '../../album/guest-photos.js';
import { limitsOf, linkScope } from '../../album/link-scope.js';
import { sightOf } from '../../album/visibility.js';
import { systemClock as clock } from '../../base/clock.js';
import { PhotospoolError, printable } from '../../base/errors.js';
import { parseQuery } from '../../catalog/search-parser.js';
import { house } from '../../document/item-id.js';
import { openHomeGate } from '../../home/open-gate.js';
import { addVerb, type Verb } from '../command.js';
import { exit } from '../exit-codes.js';
import { print, printJson } from '../output.js';
import { askPassword } from '../secret-prompt.js';
import { report, withSharing, type ForFlags, type SharingParts } from '../with-sharing.js';

type LinkFlags = ForFlags & {
  album?: string;
  photos?: string[];
  search?: string;
  title?: string;
  expires?: string;
  password?: boolean;
  originals?: boolean;
  details?: boolean;
  uploads?: boolean;
};

/** The verb `links`. */
export const links: Verb = (program, run) => {
  const group = program.command('links').description('share links, and what guests sent through them');
  const on = (
    text: string,
    about: string,
    work: (parts: SharingParts, args: string[], flags: LinkFlags) => number | Promise<number>,
  ) => {
    const verb = addVerb(group, text, about).option('--for <NAME>', 'acts for a person (default: for the house)');
    if (text === 'create')
      verb
        .option('--album <ALBUM>', 'shares an album with members')
        .option('--photos <PHOTO...>', 'shares these photos, as an album without a name')
        .option('--search <QUERY>', 'shares what a search of the house finds')
        .option('--title <TEXT>', 'the heading that visitors see')
        .option('--expires <DATE>', 'ends the link then (UTC)')
        .option('--password', 'asks for a password; without a terminal it is the first line of stdin')
        .option('--originals', 'also gives originals')
        .option('--details', 'also shows file names, positions, places and tags')
        .option('--uploads', 'accepts photos from guests, which wait for approval');
    if (text.startsWith('approve')) verb.option('--album <ALBUM>', 'puts them into this album');
    verb.action((...given: unknown[]) => {
      const [flags, args] = [given.at(-2) as LinkFlags, given.slice(0, -2).flat() as string[]];
      return run(() => withSharing(flags, (parts) => work(parts, args, flags)));
    });
  };
  on('list', 'lists them', ({ access, who }, _, flags) => {
    for (const share of access.shares.list()) if (mayLink(who, share.holder ?? house)) tell(share, flags);
    return exit.done;
  });
  on('create', 'makes one and prints its path, this once', (parts, _, flags) => create(parts, flags));
  on('revoke <LINK>', 'ends one, at once', ({ access, who }, [id], flags) => {
    const share = access.shares.list().find((one) => one.id === id && mayLink(who, one.holder ?? house));
    return report({ revoked: share !== undefined && access.shares.revoke(share.id, actorOf(who)) }, flags);
  });
  on('waiting', 'lists the photos of guests that wait for approval', (parts, _, flags) => waiting(parts, flags));
  on('approve <PHOTO...>', 'approves photos of guests', (parts, ids, flags) =>
    report(guestsOf(parts).approve(parts.who, ids, flags.album), flags),
  );
  on('decline <PHOTO...>', 'moves photos of guests to the trash', async (parts, ids, flags) =>
    report(await guestsOf(parts).decline(parts.who, ids), flags),
  );
};

const guestsOf = ({ records, access }: SharingParts) =>
  openGuestPhotos({
    ...{ library: records.library, clock, gate: openHomeGate(records) },
    albumOf: (link) => access.guests.albumOf(link),
  });

async function create({ access, albums, records, who }: SharingParts, flags: LinkFlags): Promise<number> {
  const { album, photos, search, title = '', originals = false, details = false } = flags;
  const expires = flags.expires === undefined ? undefined : Date.parse(flags.expires);
  if (Number.isNaN(expires)) throw new PhotospoolError('usage', `${printable(flags.expires!)} is not a date.`);
  const wanted = { ...(album !== undefined && { album }), ...(photos && { photos }), ...(search && { search }), title };
  const scope = linkScope({ library: records.library, albums }, who, wanted);
  const password = flags.password ? await askPassword('the link') : undefined;
  const { share, secret } = await access.shares.make(
    {
      ...{ ...scope, originals, details, ...limitsOf(flags.uploads) },
      ...(password !== undefined && { password }),
      ...(expires !== undefined && { expires }),
    },
    actorOf(who),
  );
  if (flags.json) printJson({ id: share.id, path: `/s/${secret}` });
  else print(`/s/${secret}`);
  return exit.done;
}

function tell({ id, scope, title, created, expires, uploads }: Share, { json }: LinkFlags): void {
  const utc = (ms: number): string => new Date(ms).toISOString();
  const until = expires !== undefined && { expires: utc(expires) };
  if (json) printJson({ id, ...scope, title, created: utc(created), ...until, uploads: uploads !== undefined });
  else print(`${id}  ${printable(title) || 'untitled'}  ${printable(Object.values(scope).join(''))}`);
}

async function waiting(parts: SharingParts, { json }: LinkFlags): Promise<number> {
  const { catalog } = parts.records;
  await catalog.load();
  const guests = guestsOf(parts);
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = catalog.page(parseQuery('is:guest'), {
      ...{ limit: 1_000, viewer: sightOf(parts.who) },
      ...(cursor !== undefined && { cursor }),
    });
    for (const id of page.ids) {
      const from = guests.senders(id);
      if (json) printJson({ id, from });
      else print(`${id}  ${from.map(({ guest, link }) => printable(guest ?? link)).join(', ')}`);
    }
    cursor = page.next;
  }
  return exit.done;
}
