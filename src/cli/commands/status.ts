/** `photospool status`: files in incoming, in work, stuck, done. Reads the disk; changes nothing. */
import { readHistory, type Past } from '../../backup/backup-history.js';
import { systemClock } from '../../base/clock.js';
import { printable } from '../../base/errors.js';
import { openFiles } from '../../base/files.js';
import { describeCopied, type CopiedHome } from '../../sync/connections/detect-copies.js';
import type { OthersFiles, SpoolStatus, StuckItem, WaitingItem } from '../../spool/spool-interface.js';
import { statusFor } from '../../spool/spool-view.js';
import { readStatus } from '../../spool/spool-status.js';
import { findTools } from '../../video/find-ffmpeg.js';
import { viewHome } from '../../home/open-read-only.js';
import { countDone } from '../../library/items-of-bytes.js';
import type { PeopleLibraries } from '../../library/people-libraries.js';
import { print, printJson } from '../output.js';
import { exit } from '../exit-codes.js';
import { askServer, findServer } from '../../home/running-server.js';
import { clockTime, counted, lasting, sized } from '../../base/human-format.js';
import { describeElsewhere, describeLink, meshOf, type Elsewhere, type PeerOverview } from '../../home/manage-peers.js';
import { addVerb, configOf, type Flags, type Verb } from '../command.js';

/** The verb `status`. */
export const status: Verb = (program, run) => {
  addVerb(program, 'status', 'Show the status of imports, servers and backups').action((flags: Flags) =>
    run(() => showStatus(flags)),
  );
};

async function showStatus(flags: Flags): Promise<number> {
  const config = configOf(flags);
  const server = await findServer(config);
  const view = await viewHome(config);
  const personOf = view?.library.local.personFolders.find;
  const spool = server
    ? await askServer<SpoolStatus>(server, 'GET', '/api/spool')
    : statusFor(await readStatus(config.incoming, config.work, openFiles(), personOf && { personOf }));
  const done = view ? countDone(view.library) : 0;
  const today = view?.library.local.today.count() ?? spool.today;
  view?.close();
  const { links: peers, copies, elsewhere, people } = await meshOf(config, server);
  const [backup] = await readHistory(config.data, openFiles());
  const tools = findTools(config.ffmpeg);
  const missing = tools.kind === 'missing' ? tools.missing : [];
  const told = {
    ...{ ...spool, today, peers, copies, missing },
    ...{ ...(elsewhere && { elsewhere }), ...(people && { people }), ...(backup && { backup }) },
  };
  if (flags.json) printJson(asJson(told, done, server?.url));
  else for (const line of describe(told, done, server?.url, systemClock.now())) print(line);
  return exit.done;
}

function asJson(spool: SpoolStatus, done: number, url: string | undefined): object {
  const { stored: _stored, duplicates: _duplicates, rate, recent, ...told } = spool;
  return { ...told, done, ...(url !== undefined && { rate, recent, server: url }) };
}

/** The last completed backup that this home recorded. */
interface Remembered {
  backup?: Past;
  /** The peers, with their connections if a server runs. */
  peers?: PeerOverview[];
  /** Missing programs of the machine: without them videos are kept, but not shown. */
  missing?: string[];
  /** Homes of which two copies exist. */
  copies?: CopiedHome[];
  /** Blobs that documents name and that are not here, if a server runs. */
  elsewhere?: Elsewhere;
  /** Whether people may have personal libraries, if a server that can tell runs. */
  people?: PeopleLibraries;
}

/** The maximum number of waiting files listed. */
const shown = 5;

/** The status in lines for a person. `now` in ms. */
export function describe(
  spool: SpoolStatus & Remembered,
  done: number,
  url: string | undefined,
  now: number,
): string[] {
  const {
    incoming,
    waiting,
    work,
    stuck,
    groups,
    ignored,
    today,
    rate,
    held,
    backup,
    peers = [],
    copies = [],
    missing = [],
    elsewhere,
    people,
    others,
  } = spool;
  const away = elsewhere && describeElsewhere(elsewhere);
  const since = (utc: string): string => lasting(now - Date.parse(utc));
  const waits = ({ name, since: at, bytes }: WaitingItem): string =>
    `  ${printable(name)}: ${sized(bytes)}, for ${since(at)}`;
  return [
    url === undefined ? 'no server running' : `album at   ${url}`,
    `incoming   ${counted(incoming, 'file')}`,
    ...(held ? [`  Importing is paused until ${clockTime(held.until, now)}: ${held.reason}`] : []),
    ...waiting.slice(0, shown).map(waits),
    ...(incoming > shown ? [`  and ${counted(incoming - shown, 'more', 'more')}`] : []),
    `in work    ${counted(work.length, 'file')}`,
    ...work.map(({ name, step, since: at }) => `  ${printable(name)}: ${step} for ${since(at)}`),
    `stuck      ${counted(stuck.length, 'file')}`,
    ...(groups.length > 1
      ? groups.map(({ code, title, count }) => `  ${counted(count, 'file')}: ${title} (--reason ${code})`)
      : []),
    ...stuck.map((item) => `  ${printable(item.name)}: ${printable(item.reason)} ${describeTries(item, now)}`),
    ...(others ? [`others     ${describeOthers(others)}`] : []),
    `skipped    ${counted(ignored.length, 'file')}`,
    ...ignored.map(({ name, reason }) => `  ${printable(name)}: ${printable(reason)}`),
    `done       ${counted(done, 'photo')}`,
    `today      ${counted(today.stored, 'photo')}, ${counted(today.duplicates, 'duplicate')}${rate > 0 ? `, now ${rate} a minute` : ''}`,
    backup ? `backup     ${since(backup.at)} ago, in ${printable(backup.folder)}` : 'backup     none yet',
    ...peers.map((peer) => `peer       ${describeLink(peer, now)}`),
    ...(away === undefined ? [] : [`elsewhere  ${away} still to be received`]),
    ...(missing.length > 0
      ? [`missing    ${missing.join(' and ')}: videos are imported, but not shown until installed`]
      : []),
    ...(people?.on === false ? [`people     personal libraries are off: ${people.reason}`] : []),
    ...copies.map((copied) => `copies     ${describeCopied(copied)}`),
  ];
}

const describeOthers = ({ waiting, work, stuck }: OthersFiles): string =>
  `${counted(waiting + work + stuck, 'file')} of other people: ${waiting} incoming, ${work} in work, ${stuck} stuck`;

function describeTries({ attempts, next, failed, asIs }: StuckItem, now: number): string {
  const last = failed === undefined ? '' : `, last ${lasting(now - Date.parse(failed))} ago`;
  const goesOn =
    next === undefined
      ? 'run `photospool retry NAME` to retry'
      : `next retry ${Date.parse(next) <= now ? 'now' : `in ${lasting(Date.parse(next) - now)} (${clockTime(next, now)})`}`;
  const damaged =
    asIs === undefined
      ? ''
      : ` Will be imported as is ${Date.parse(asIs) <= now ? 'now' : `in ${lasting(Date.parse(asIs) - now)}`}, or immediately with \`photospool retry --as-is\`.`;
  return `Tried ${counted(attempts, 'time')}${last}; ${goesOn}.${damaged}`;
}
