/**
 * The way of one original from its claim into the archive: hash, identify, render, inspect, record, archive. Every step
 * can be done twice with the same result. Durable in this order: the original (by the spool), its renditions, its
 * document with the reservation, the move into the archive, the local row `here`. A crash between any two leaves a claim
 * that is ingested again to the same end.
 */
import { dirname } from 'node:path';
import type { Archive } from '../archive/archive.js';
import type { Blobs } from '../archive/blobs.js';
import { PhotospoolError, printable } from '../base/errors.js';
import type { Files } from '../base/files.js';
import { newExif } from '../document/arrival.js';
import type { Rendition } from '../document/photo.js';
import type { Library } from '../library/library.js';
import { headLength, identify, type Format } from '../photo/identify.js';
import { factsRecipe, type Metadata } from '../photo/metadata.js';
import { render, renditionRecipe, type Picture, type Rendered } from '../photo/renditions.js';
import { record, recordSighting, type Made } from './record.js';
import { settleReservation, settleReservations } from './reservations.js';

/** A step that an item is at. */
export type IngestStep = 'hash' | 'render' | 'inspect' | 'record' | 'archive';

/** A file in a claim, as the spool hands it over. */
export interface Arrival {
  /** Its path, in a folder that only this process touches. */
  file: string;
  /** Its name as it came in. */
  name: string;
  /** The folder it was dropped in, relative to incoming. */
  folder?: string;
  /** Its mtime and when it was claimed, UTC in ISO form. */
  modified: string;
  seen: string;
  /** The path of its claim. */
  claim: string;
  /** Where it was going among the duplicates before a crash. */
  aside?: string;
}

/** What became of it. `waiting`: another claim is bringing the same bytes. */
export type Outcome =
  | { kind: 'stored'; sha256: string; path: string; bytes: number }
  | { kind: 'duplicate'; sha256: string; path: string; bytes: number }
  | { kind: 'waiting'; sha256: string; claim: string };

/** What the spool is asked for meanwhile. */
export interface IngestHooks {
  step(step: IngestStep): void;
  /** Makes durable where a duplicate is going. */
  setAside(path: string): Promise<void>;
}

/** What ingest works with. */
export interface IngestParts {
  library: Library;
  archive: Archive;
  blobs: Blobs;
  metadata: Metadata;
  files: Files;
  /** Whether a claim (by its path) still has a file in it. */
  claimed(claim: string): Promise<boolean>;
  /** Runs a decoder; bounds how many run at once. */
  decode<T>(work: () => Promise<T>): Promise<T>;
}

/** Ingests arrivals; the same bytes are never in hand twice at a time. */
export type Ingest = (arrival: Arrival, hooks: IngestHooks) => Promise<Outcome>;

/** What was hashed: the file as it was then. */
interface Hashed {
  sha256: string;
  bytes: number;
  before: Awaited<ReturnType<Files['lookClosely']>>;
}

/**
 * Opens the ingest of a home and settles what died in the middle of it. What it gives throws a PhotospoolError where an
 * item must stay in its claim.
 */
export async function openIngest(parts: IngestParts): Promise<Ingest> {
  const { library, archive, files } = parts;
  const { originals } = library.local;
  const inHand = new Map<string, Promise<unknown>>();
  await settleReservations({ ...parts, originals });

  /** Whether the archive has these bytes; a reservation whose claim died is settled by what is on the disk. */
  async function isHere(sha256: string, claim: string): Promise<boolean> {
    const row = originals.find(sha256);
    if (!row) return false;
    if (row.state === 'here') {
      if (await files.look(archive.resolve(row.path))) return true;
      originals.remove(sha256);
      return false;
    }
    if (row.claim === claim) return false;
    // A claim beside this one is this processor's own, and not in hand, for these bytes are in hand here.
    if (dirname(row.claim) === dirname(claim) && (await parts.claimed(row.claim))) {
      originals.takeOver(sha256, row.claim, claim);
      return false;
    }
    const state = await settleReservation(row, { ...parts, originals });
    if (state === 'dead') originals.takeOver(sha256, row.claim, claim);
    return state === 'here';
  }

  async function keep(picture: Picture): Promise<Rendition> {
    const { bytes, type, width, height } = picture;
    return { sha256: await parts.blobs.put(bytes), type, width, height, bytes: bytes.length };
  }

  async function make(arrival: Arrival, format: Format, bytes: number, hooks: IngestHooks): Promise<Made> {
    hooks.step('render');
    const rendered: Rendered = await parts.decode(() => render(arrival.file, format));
    const { width, height, animated, thumbhash } = rendered;
    hooks.step('inspect');
    const [read, thumb, preview] = await Promise.all([
      parts.metadata.read(arrival.file, format, bytes, { width, height }),
      keep(rendered.thumb),
      keep(rendered.preview),
    ]);
    return {
      facts: { ...read.facts, ...(animated && { animated }) },
      renditions: { recipe: renditionRecipe, thumb, preview, thumbhash },
      exif: newExif(factsRecipe, read.tags, read.cut),
    };
  }

  async function setAside(arrival: Arrival, { sha256, bytes }: Hashed, hooks: IngestHooks): Promise<Outcome> {
    hooks.step('archive');
    recordSighting(library, sha256, arrival);
    const path = await archive.setAside(arrival.file, arrival.name, sha256, (to) => hooks.setAside(to), arrival.aside);
    library.local.today.add('duplicates');
    return { kind: 'duplicate', sha256, path, bytes };
  }

  async function bring(arrival: Arrival, hashed: Hashed, hooks: IngestHooks): Promise<Outcome> {
    const { sha256, bytes } = hashed;
    if (await isHere(sha256, arrival.claim)) return setAside(arrival, hashed, hooks);
    const row = originals.find(sha256);
    if (row && row.claim !== arrival.claim) return { kind: 'waiting', sha256, claim: row.claim };
    const found = identify(await files.head(arrival.file, headLength));
    if (found.kind !== 'photo')
      throw new PhotospoolError('unsupported', `${printable(arrival.name)}: ${found.reason}.`);
    const made = await make(arrival, found.format, bytes, hooks);
    for (;;) {
      hooks.step('record');
      await unchanged(arrival, hashed.before);
      const original = { sha256, bytes, modified: Date.parse(arrival.modified) };
      const place = record(library, archive, arrival, original, made);
      if (place.kind === 'other') return { kind: 'waiting', sha256, claim: place.claim };
      if (place.kind === 'here') return setAside(arrival, hashed, hooks);
      hooks.step('archive');
      if ((await archive.place(arrival.file, place.path, sha256)) === 'placed') {
        originals.arrived(sha256);
        return { kind: 'stored', sha256, path: place.path, bytes };
      }
      // Something nobody told us of took that place between the reservation and the move: reserve another.
      originals.release(sha256, arrival.claim);
    }
  }

  /** Throws `changing` where a file is not the one that was hashed any more. */
  async function unchanged(arrival: Arrival, before: Hashed['before']): Promise<void> {
    const now = await files.lookClosely(arrival.file);
    if (now && before && now.size === before.size && now.mtimeNs === before.mtimeNs) return;
    throw new PhotospoolError('changing', `${printable(arrival.name)} is still being written.`, {
      op: 'read',
      path: arrival.file,
    });
  }

  /** Where a try before this one moved the file into the archive, and failed only after it. */
  async function finished(claim: string): Promise<Outcome | undefined> {
    const row = originals.reserved().find((one) => one.claim === claim);
    if (!row || (await settleReservation(row, { ...parts, originals })) !== 'here') return undefined;
    return { kind: 'stored', sha256: row.sha256, path: row.path, bytes: row.bytes };
  }

  return async (arrival, hooks) => {
    hooks.step('hash');
    const before = await files.lookClosely(arrival.file);
    const done = before ? undefined : await finished(arrival.claim);
    if (done) return done;
    const { sha256, bytes } = await files.hash(arrival.file);
    await unchanged(arrival, before);
    for (let other; (other = inHand.get(sha256));) await other;
    const work = bring(arrival, { sha256, bytes, before }, hooks);
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
