/**
 * What is made of a file in its claim before anything is recorded: pictures, facts and tags of a photo, the values of a
 * sidecar. A crash leaves blobs that no document names, at most.
 */
import { PhotospoolError, printable } from '../base/errors.js';
import { newExif } from '../document/arrival.js';
import { isXmp } from '../photo/formats/unsupported.js';
import { headLength, identify, isBroken, unknownFormat, type Format } from '../photo/formats/identify.js';
import { factsRecipe } from '../photo/facts/read-metadata.js';
import { isVideo } from '../video/ffmpeg-input.js';
import { makeFilm } from './ingest-video.js';
import type { IngestParts } from './ingest-parts.js';
import type { IngestHooks, ArrivingFile } from './arriving-file.js';
import { storeRendered } from './store-renditions.js';
import type { Recorded } from './arrival-holder.js';
import { record, type ProcessedOriginal } from './record-original.js';
import { isSidecarName } from './sidecars/match-sidecars.js';
import type { Bringing } from './sidecars/ingest-sidecars.js';

async function make(
  parts: IngestParts,
  arrival: ArrivingFile,
  format: Format,
  bytes: number,
  hooks: IngestHooks,
): Promise<ProcessedOriginal> {
  hooks.step('render');
  const { file, asIs = false } = arrival;
  if (isVideo(format)) return makeFilm(parts, { path: file, format, bytes }, () => hooks.step('inspect'), asIs);
  const rendered = await parts.render(file, format, asIs);
  const pictures = 'unshown' in rendered ? undefined : rendered;
  hooks.step('inspect');
  const [read, renditions] = await Promise.all([
    parts.metadata.read(file, format, bytes, pictures),
    storeRendered(rendered, format, parts.blobs),
  ]);
  return {
    facts: { ...read.facts, ...(pictures?.animated && { animated: true }) },
    renditions,
    exif: newExif(factsRecipe, read.tags, read.cut),
  };
}

/** What an arrival is, by its bytes. @throws PhotospoolError `undecodable` where they are broken, `unsupported` where it is no photo. */
function formatOfArrival({ name, asIs }: ArrivingFile, head: Uint8Array): Format {
  const found = identify(head);
  if (found.kind === 'photo') return found.format;
  if (!isBroken(name, found)) throw new PhotospoolError('unsupported', `${printable(name)}: ${found.reason}.`);
  if (asIs) return unknownFormat;
  throw new PhotospoolError('undecodable', `${printable(name)} can't be shown: its beginning is damaged.`, {
    op: 'read',
    hint: 'Check whether you have an undamaged copy.',
  });
}

/** Makes all of a photo; answers how its documents are written and its name reserved. */
export async function makePhoto(
  parts: IngestParts,
  arrival: ArrivingFile,
  original: Parameters<typeof record>[2],
  hooks: IngestHooks,
): Promise<() => Recorded> {
  const format = formatOfArrival(arrival, await parts.files.head(arrival.file, headLength));
  const made = await make(parts, arrival, format, original.bytes, hooks);
  return () => record(parts, arrival, original, made);
}

/** A sidecar, read; undefined where it is none. */
export async function openSidecar(
  parts: IngestParts,
  arrival: ArrivingFile,
  hooks: IngestHooks,
): Promise<Bringing | undefined> {
  if (!parts.sidecars || !isSidecarName(arrival.name)) return undefined;
  if (!isXmp(await parts.files.head(arrival.file, headLength))) return undefined;
  hooks.step('inspect');
  return parts.sidecars.open(arrival);
}
