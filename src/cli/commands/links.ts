/**
 * `photospool links`: share links, and the photos that guests sent through them. Works beside a running server;
 * requires no sign-in, like `albums`.
 */
import { actorOf } from '../../access/actor.js';
import type { GuestLimits } from '../../access/guest-uploads.js';
import { mayLink } from '../../access/permissions.js';
import type { Share } from '../../access/share-links.js';
import { openGuestPhotos, type GuestSender } from '../../album/guest-photos.js';
import { limitsOf, linkScope, targetOf } from '../../album/link-scope.js';
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
import { photosDone, report, withSharing, type ForFlags, type SharingParts } from '../with-sharing.js';

type LinkFlags = ForFlags & {
  album?: string;
  photos?: string[];
  search?: string;
  title?: string;
  expires?: string | false;
  password?: boolean;
  originals?: boolean;
  unedited?: boolean;
  details?: boolean;
  uploads?: boolean;
  maxPhotos?: string;
  maxBytes?: string;
  maxPhotosPerDay?: string;
  maxBytesPerDay?: string;
};

/** The verb `links`. */
export const links: Verb = (program, run) => {
  const group = program
    .command('links')
    .description('Manage shared links and the photos that guests uploaded through them');
  const on = (
    text: string,
    about: string,
    work: (parts: SharingParts, args: string[], flags: LinkFlags) => number | Promise<number>,
  ) => {
    const verb = addVerb(group, text, about).option('--for <NAME>', 'person to act for (default: the family library)');
    if (text === 'create')
      verb
        .option('--album <ALBUM>', 'shared album to link to')
        .option('--photos <PHOTO...>', 'photos to link to')
        .option('--search <QUERY>', 'search of the family library to link to')
        .option('--title <TEXT>', 'heading shown to visitors')
        .option('--expires <DATE>', 'expiry date (UTC)')
        .option('--password', 'protect the link with a password (prompted for, or read from stdin)')
        .option('--originals', 'allow visitors to download originals')
        .option('--unedited', 'with --originals: include the unedited originals of edited photos')
        .option('--details', 'show visitors file names, positions, places and tags')
        .option('--uploads', 'accept uploads from guests, subject to approval')
        .option('--max-photos <N>', 'with --uploads: maximum number of photos (default: 1000)')
        .option('--max-bytes <N>', 'with --uploads: maximum size in bytes (default: 20 GiB)')
        .option('--max-photos-per-day <N>', 'with --uploads: maximum number of photos in 24 hours (default: 500)')
        .option('--max-bytes-per-day <N>', 'with --uploads: maximum size in bytes in 24 hours (default: 10 GiB)');
    if (text.startsWith('edit'))
      verb
        .option('--title <TEXT>', 'new heading; an empty one removes it')
        .option('--expires <DATE>', 'new expiry date (UTC)')
        .option('--no-expires', 'remove the expiry date')
        .option('--password', 'set a new password (prompted for, or read from stdin)')
        .option('--no-password', 'remove the password')
        .option('--originals', 'allow visitors to download originals')
        .option('--no-originals', 'no longer allow visitors to download originals')
        .option('--unedited', 'with originals: include the unedited originals of edited photos')
        .option('--no-unedited', 'with originals: offer edited photos only as edited')
        .option('--details', 'show visitors file names, positions, places and tags')
        .option('--no-details', 'no longer show visitors file names, positions, places and tags')
        .option('--no-uploads', 'no longer accept uploads from guests');
    if (text.startsWith('approve')) verb.option('--album <ALBUM>', 'album to add the photos to');
    verb.action((...given: unknown[]) => {
      const [flags, args] = [given.at(-2) as LinkFlags, given.slice(0, -2).flat() as string[]];
      return run(() => withSharing(flags, (parts) => work(parts, args, flags)));
    });
  };
  on('list', 'List shared links', ({ access, who }, _, flags) => {
    for (const share of access.shares.list()) if (mayLink(who, share.holder ?? house)) tell(share, flags);
    return exit.done;
  });
  on('create', 'Create a shared link and print its path once', (parts, _, flags) => create(parts, flags));
  on('edit <LINK>', 'Change the options of a shared link', (parts, [id], flags) => editLink(parts, id!, flags));
  on('renew <LINK>', 'Create a new path for a shared link; the previous one stops working', (parts, [id], flags) =>
    renewLink(parts, id!, flags),
  );
  on('revoke <LINK>', 'Revoke a shared link immediately', ({ access, who }, [id], flags) => {
    const share = shareOf({ access, who }, id!);
    const revoked = share !== undefined && access.shares.revoke(share.id, actorOf(who));
    const sentence = revoked ? 'Link revoked. It no longer works.' : 'No link has this id. Nothing was changed.';
    return report({ revoked }, sentence, flags);
  });
  on('waiting', 'List guest photos waiting for approval', (parts, _, flags) => waiting(parts, flags));
  on('approve <PHOTO...>', 'Approve guest photos', (parts, ids, flags) => {
    const done = guestsOf(parts).approve(parts.who, parts.photos(ids), flags.album);
    return report(done, photosDone(done, 'approved'), flags);
  });
  on('decline <PHOTO...>', 'Decline guest photos, and move new ones to the trash', async (parts, ids, flags) => {
    const done = await guestsOf(parts).decline(parts.who, parts.photos(ids));
    return report(done, photosDone(done, 'declined'), flags);
  });
};

const guestsOf = ({ records, access }: SharingParts) =>
  openGuestPhotos({
    ...{ library: records.library, catalog: records.catalog, clock, gate: openHomeGate(records) },
    ...{ albumOf: (link) => access.guests.albumOf(link), known: access.knownFromGuests },
  });

/** A link that the viewer may change; undefined if there is none. */
const shareOf = ({ access, who }: Pick<SharingParts, 'access' | 'who'>, id: string): Share | undefined =>
  access.shares.list().find((one) => one.id === id && mayLink(who, one.holder ?? house));

const noLink = (): PhotospoolError =>
  new PhotospoolError('usage', 'There is no such link.', { hint: 'Run `photospool links list` to see the links.' });

const withoutOriginals = (): PhotospoolError =>
  new PhotospoolError('usage', 'Only a link with originals can include unedited ones.', { hint: 'Add --originals.' });

async function editLink({ access, who }: SharingParts, id: string, flags: LinkFlags): Promise<number> {
  const link = shareOf({ access, who }, id);
  if (!link) throw noLink();
  const { title, expires, password, originals, unedited, details, uploads } = flags;
  if (unedited === true && !(originals ?? link.originals)) throw withoutOriginals();
  const change = {
    ...(title !== undefined && { title: title.trim() }),
    ...(expires !== undefined && { expires: expires === false ? null : dateOf(expires) }),
    ...(originals !== undefined && { originals }),
    ...(unedited !== undefined && { unedited }),
    ...(details !== undefined && { details }),
    ...(uploads === false && { uploads: null }),
    ...(password === false && { password: null }),
    ...(password === true && { password: await askPassword('the link') }),
  };
  if (Object.keys(change).length === 0)
    throw new PhotospoolError('usage', 'No change was given.', {
      hint: 'Run `photospool links edit --help` for the options.',
    });
  const share = await access.shares.change(id, change, actorOf(who));
  if (!share) throw noLink();
  tell(share, flags);
  return exit.done;
}

function renewLink({ access, who }: SharingParts, id: string, flags: LinkFlags): number {
  const made = shareOf({ access, who }, id) && access.shares.renew(id, actorOf(who));
  if (!made) throw noLink();
  if (flags.json) printJson({ id, path: `/s/${made.secret}` });
  else print(`/s/${made.secret}`);
  return exit.done;
}

/** A date, in ms. @throws PhotospoolError `usage`. */
function dateOf(text: string): number {
  const date = Date.parse(text);
  if (!Number.isNaN(date)) return date;
  throw new PhotospoolError('usage', `Invalid date: ${printable(text)}.`, { hint: 'Use a date such as 2027-01-31.' });
}

async function create(
  { access, albums, records, who, photos: completed }: SharingParts,
  flags: LinkFlags,
): Promise<number> {
  const { album, photos, search, title = '', originals = false, unedited = false, details = false } = flags;
  if (unedited && !originals) throw withoutOriginals();
  const expires = typeof flags.expires === 'string' ? dateOf(flags.expires) : undefined;
  const wanted = {
    ...(album !== undefined && { album }),
    ...(photos && { photos: completed(photos) }),
    ...(search && { search }),
    title,
  };
  const scope = linkScope({ library: records.library, albums }, who, wanted);
  const password = flags.password ? await askPassword('the link') : undefined;
  const { share, secret } = await access.shares.make(
    {
      ...{ ...scope, originals, unedited, details, ...limitsOf(uploadsOf(flags)) },
      ...(password !== undefined && { password }),
      ...(expires !== undefined && { expires }),
    },
    actorOf(who),
  );
  if (flags.json) printJson({ id: share.id, path: `/s/${secret}` });
  else print(`/s/${secret}`);
  return exit.done;
}

/**
 * The uploads that the link accepts. @throws PhotospoolError `usage` for a limit that is not a number, or without
 * `--uploads`.
 */
function uploadsOf({ uploads, maxPhotos, maxBytes, maxPhotosPerDay, maxBytesPerDay }: LinkFlags) {
  const given = { photos: maxPhotos, bytes: maxBytes, photosPerDay: maxPhotosPerDay, bytesPerDay: maxBytesPerDay };
  const limits: Partial<GuestLimits> = {};
  for (const name of Object.keys(given) as (keyof GuestLimits)[]) {
    const text = given[name];
    if (text === undefined) continue;
    if (uploads !== true)
      throw new PhotospoolError('usage', 'Upload limits need a link that accepts uploads.', {
        hint: 'Add --uploads.',
      });
    if (!/^[1-9]\d{0,14}$/.test(text))
      throw new PhotospoolError('usage', `Invalid limit: ${printable(text)}.`, {
        hint: 'Use a whole number of at least 1.',
      });
    limits[name] = Number(text);
  }
  return uploads === true && limits;
}

function tell({ id, scope, title, created, expires, uploads, ...share }: Share, { json }: LinkFlags): void {
  const { originals, unedited, details } = share;
  const utc = (ms: number): string => new Date(ms).toISOString();
  const until = expires !== undefined && { expires: utc(expires) };
  const gives = { originals, unedited, details, uploads: uploads !== undefined };
  if (json) printJson({ id, ...targetOf(scope), title, created: utc(created), ...until, ...gives });
  else print(`${id}  ${printable(title) || 'untitled'}  ${printable(Object.values(targetOf(scope)).join(''))}`);
}

async function waiting(parts: SharingParts, { json }: LinkFlags): Promise<number> {
  const { catalog } = parts.records;
  await catalog.load();
  const guests = guestsOf(parts);
  const tell = (id: string, from: readonly GuestSender[], at?: number): void => {
    if (json) printJson({ id, from, ...(at !== undefined && { known: new Date(at).toISOString() }) });
    else
      print(
        `${id}  ${from.map(({ guest, link }) => printable(guest ?? link)).join(', ')}${at === undefined ? '' : '  (already in the library)'}`,
      );
  };
  for (const { id, from, at } of guests.known(parts.who)) tell(id, from, at);
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = catalog.page(parseQuery('is:guest'), {
      ...{ limit: 1_000, viewer: sightOf(parts.who) },
      ...(cursor !== undefined && { cursor }),
    });
    for (const id of page.ids) tell(id, guests.senders(id));
    cursor = page.next;
  }
  return exit.done;
}
