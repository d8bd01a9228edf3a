/**
 * Moves an original from its claim into the archive: hash, identify, render, inspect, record, archive. Every step is
 * idempotent. Durable in this order: the original (by the spool), its renditions, its document with the reservation,
 * the move into the archive, the local row `here`; documents and rows of several originals together (group-commit.ts).
 * A crash between any two leaves a claim whose ingest is repeated, with the same result.
 */
import { basename, dirname } from 'node:path';
import { PhotospoolError, printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { house, itemId } from '../document/item-id.js';
import { photoOf } from '../document/photo-document.js';
import { earliestSighting } from '../document/time-taken.js';
import type { OriginalRow } from '../library/local-tables.js';
import { makePhoto, openSidecar } from './process-original.js';
import { recordSighting } from './record-original.js';
import { openGroupCommit, type Member } from './group-commit.js';
import { hasItem, holderOf, itemOfArrival, type Recorded } from './arrival-holder.js';
import { isOwnClaim, settleReservation, settleReservations } from './reservations.js';
import { isSidecarName } from './sidecars/match-sidecars.js';
import type { Bringing } from './sidecars/ingest-sidecars.js';
import type { ArrivingFile, IngestHooks } from './arriving-file.js';
import type { IngestParts } from './ingest-parts.js';

/**
 * The outcome for the holder: `stored` even if the archive had the bytes for others, `duplicate` only if this holder
 * had them. `waiting`: another claim is importing the same bytes. `sidecar`: the file is the sidecar of a photo.
 */
export type IngestOutcome =
  | { kind: 'stored'; sha256: string; path: string; bytes: number; sidecar?: true }
  | { kind: 'duplicate'; sha256: string; path: string; bytes: number }
  | { kind: 'waiting'; sha256: string; claim: string };

/** Handing a claim over to another `work` folder preserves its name, which is unique. */
const isSame = (one: string, other: string): boolean => basename(one) === basename(other);

/** How long the write of a photo may wait for others to be committed with it, in ms. */
const patience = 1000;

/** Ingests arrivals; the same bytes are never processed twice at the same time. */
export type Ingest = (arrival: ArrivingFile, hooks: IngestHooks) => Promise<IngestOutcome>;

type Looked = NonNullable<Awaited<ReturnType<Files['statExact']>>>;

/** A hash, with the file's state at that time. */
interface Hashed {
  sha256: string;
  sha1?: string;
  bytes: number;
  before: Looked | undefined;
}

/**
 * Opens the ingest of a home and settles reservations that were interrupted. The returned function throws a
 * PhotospoolError if an item must stay in its claim.
 */
export async function openIngest(parts: IngestParts): Promise<Ingest> {
  const { files, library } = parts;
  const { originals } = library.local;
  const recording = openGroupCommit(library, patience, parts.clock);
  const { unchanged, bring } = openBringing(parts);
  const inHand = new Map<string, Promise<unknown>>();
  await settleReservations({ ...parts, originals });

  return async (arrival, hooks) => {
    hooks.step('hash');
    const before = await files.statExact(arrival.file);
    const done = before ? undefined : await finished(parts, arrival);
    if (done) return done;
    const hashes = await files.hash(arrival.file, 'sha1');
    const { sha256 } = hashes;
    await unchanged(arrival, before);
    for (let other; (other = inHand.get(sha256));) await other;
    const member = recording();
    const work = bring(arrival, { ...hashes, before }, hooks, member).finally(() => member.leave());
    inHand.set(
      sha256,
      work.catch(() => undefined),
    );
    try {
      return await work;
    } finally {
      inHand.delete(sha256);
    }
  };
}

type Originals = IngestParts['library']['local']['originals'];

/** Whether the archive has these bytes; a reservation whose claim is gone is settled by the files on the disk. */
async function isHere(parts: IngestParts, sha256: string, claim: string): Promise<boolean> {
  const { library, archive, files } = parts;
  const { originals } = library.local;
  const row = originals.find(sha256);
  if (!row) return false;
  if (row.state === 'here') {
    if (await files.stat(archive.resolve(row.path))) return true;
    originals.remove(sha256);
    return false;
  }
  if (row.claim === claim) return false;
  if (isSame(row.claim, claim)) {
    originals.takeOver(sha256, row.claim, claim);
    return false;
  }
  // A claim in the same folder is this processor's own, and idle, because these bytes are locked by the caller.
  if (dirname(row.claim) === dirname(claim) && (await parts.claimed(row.claim))) {
    originals.takeOver(sha256, row.claim, claim);
    return false;
  }
  const state = await settleReservation(row, { ...parts, originals });
  if (state === 'dead') originals.takeOver(sha256, row.claim, claim);
  return state === 'here';
}

/** Ensures that the archived file is the hashed one. */
function openChecks({ archive, files }: IngestParts, originals: Originals) {
  /** @throws PhotospoolError `changing` if a file has changed since it was hashed. */
  async function unchanged(arrival: ArrivingFile, before: Hashed['before']): Promise<void> {
    const now = await files.statExact(arrival.file);
    // Unlike mtime, which sync tools set, ctime can't be set back.
    if (now && before && same(now, before) && now.ctimeNs === before.ctimeNs) return;
    throw changing(arrival);
  }

  /**
   * A file that was written to during its move into the archive differs from the hashed one: it is moved back into its
   * claim. A copy from another filesystem is verified by its hash instead.
   */
  async function takeBack(
    arrival: ArrivingFile,
    before: Hashed['before'],
    path: string,
    reserved?: string,
  ): Promise<void> {
    const to = archive.resolve(path);
    const now = await files.statExact(to);
    if (!now || !before || now.ino !== before.ino || now.dev !== before.dev || same(now, before)) return;
    await files.move(to, arrival.file);
    if (reserved !== undefined) originals.release(reserved, arrival.claim);
    throw changing(arrival);
  }
  return { unchanged, takeBack };
}

/** Moves recorded files to their reserved places. */
function openMoving({ library, archive, clock }: IngestParts, takeBack: ReturnType<typeof openChecks>['takeBack']) {
  const { originals } = library.local;
  const arriving = openGroupCommit(library, patience, clock);

  /** False if an unknown file has taken the place. */
  return async (arrival: ArrivingFile, before: Hashed['before'], path: string, sha256: string): Promise<boolean> => {
    const member = arriving();
    try {
      if ((await archive.place(arrival.file, path, sha256)) !== 'placed') return false;
      await takeBack(arrival, before, path, sha256);
      await member.commit(() => originals.arrived(sha256));
      return true;
    } finally {
      member.leave();
    }
  };
}

/** Moves a hashed file to its place. */
function openBringing(parts: IngestParts) {
  const { library, archive, files } = parts;
  const { originals } = library.local;
  const { unchanged, takeBack } = openChecks(parts, originals);
  const move = openMoving(parts, takeBack);

  /**
   * Sets a file aside whose bytes are in the archive. `isNew`: its holder did not have them, so it counts as stored.
   */
  async function setAside(
    arrival: ArrivingFile,
    { before, ...hashes }: Hashed,
    hooks: IngestHooks,
    isNew: boolean,
    sidecar?: Bringing,
  ): Promise<IngestOutcome> {
    const { sha256, bytes } = hashes;
    hooks.step('archive');
    await unchanged(arrival, before);
    if (sidecar) sidecar.attach(sha256);
    else recordSighting(parts, hashes, arrival);
    const path = await archive.setAside(arrival.file, arrival.name, sha256, (to) => hooks.setAside(to), arrival.aside);
    await takeBack(arrival, before, path);
    // Counting the files of other holders would reveal who already had the bytes.
    if (holderOf(arrival) === house && (!isNew || !sidecar)) library.local.today.add(isNew ? 'stored' : 'duplicates');
    return { kind: isNew ? 'stored' : 'duplicate', sha256, path, bytes, ...(isNew && sidecar && { sidecar: true }) };
  }

  async function bring(
    arrival: ArrivingFile,
    hashed: Hashed,
    hooks: IngestHooks,
    recorder: Member,
  ): Promise<IngestOutcome> {
    const { sha256, sha1, bytes } = hashed;
    let { before } = hashed;
    const sidecar = await openSidecar(parts, arrival, hooks);
    const here = await isHere(parts, sha256, arrival.claim);
    const row = originals.find(sha256);
    const known = sidecar ? sidecar.isKnown(sha256) : hasItem(library, arrival, sha256);
    let isNew = arrival.newBytes === sha256 || (known && isFirst(library, arrival, row));
    if (here && known) return setAside(arrival, hashed, hooks, isNew, sidecar);
    if (row?.state === 'reserved' && row.claim !== arrival.claim) return { kind: 'waiting', sha256, claim: row.claim };
    const original = { sha256, bytes, modified: Date.parse(arrival.modified) };
    const reserve: () => Recorded = sidecar
      ? () => sidecar.record(archive, original)
      : await makePhoto(parts, arrival, { ...original, ...(sha1 !== undefined && { sha1 }) }, hooks);
    // After a crash, the record alone would not show that the bytes are new to their holder if the archive has them for
    // others.
    if (!known && !isNew && (here || arrival.holder !== undefined)) await hooks.markNew(sha256);
    for (;;) {
      hooks.step('record');
      const place = await recorder.commit(reserve, () => unchanged(arrival, before));
      isNew ||= place.isNew;
      if (place.kind === 'other') return { kind: 'waiting', sha256, claim: place.claim };
      if (place.kind === 'here') return setAside(arrival, hashed, hooks, isNew, sidecar);
      hooks.step('archive');
      if (await move(arrival, before, place.path, sha256))
        return { kind: 'stored', sha256, path: place.path, bytes, ...(sidecar && { sidecar: true }) };
      // An unknown file took that place between the reservation and the move: reserves another one.
      originals.release(sha256, arrival.claim);
      // The attempt made the file read-only, which changes its ctime.
      const now = await files.statExact(arrival.file);
      if (now && before && same(now, before)) before = now;
    }
  }
  return { unchanged, bring };
}

/**
 * Whether a photo of the house was recorded by this same arrival in an attempt before a crash, and a person’s claim
 * with the same bytes was the first in the archive: it still counts as stored.
 */
function isFirst(library: IngestParts['library'], arrival: ArrivingFile, row: OriginalRow | undefined): boolean {
  if (arrival.holder !== undefined || !row || !isOwnClaim(row.claim)) return false;
  const photo = photoOf(library.get(itemId(itemOfArrival(arrival, row.sha256)))?.body);
  const first = photo && earliestSighting(photo);
  return first?.at === arrival.seen && first.name === arrival.name && first.server === library.server;
}

/** The outcome if a previous attempt moved the file into the archive, and failed only afterwards. */
async function finished(
  parts: IngestParts,
  { claim, aside, newBytes, name }: ArrivingFile,
): Promise<IngestOutcome | undefined> {
  const { library, archive, files } = parts;
  const { originals } = library.local;
  const row = broughtBy(originals, claim);
  if (row?.state === 'here' || (row && (await settleReservation(row, { ...parts, originals })) === 'here'))
    return {
      ...{ kind: 'stored', sha256: row.sha256, path: row.path, bytes: row.bytes },
      ...(isSidecarName(row.path) && { sidecar: true }),
    };
  if (aside === undefined || !archive.occupied(aside)) return undefined;
  const { sha256, bytes } = await files.hash(archive.resolve(aside));
  if (newBytes !== sha256) return { kind: 'duplicate', sha256, path: aside, bytes };
  return { kind: 'stored', sha256, path: aside, bytes, ...(isSidecarName(name) && { sidecar: true }) };
}

/** The row of a claim's file. Scans all rows: this only happens after a failure in the last step. */
function broughtBy(originals: Originals, claim: string): OriginalRow | undefined {
  for (const row of originals.all()) if (isSame(row.claim, claim)) return row;
  return undefined;
}

const same = (a: Looked, b: Looked): boolean => a.size === b.size && a.mtimeNs === b.mtimeNs && a.ino === b.ino;

const changing = ({ name, file }: ArrivingFile): PhotospoolError =>
  new PhotospoolError('changing', `${printable(name)} is still being written.`, { op: 'read', path: file });
