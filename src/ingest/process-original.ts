/**
 * The derived data of a claimed file, made before anything is recorded: pictures, facts and tags of a photo, the values
 * of a sidecar. A crash leaves at most blobs that no document references.
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

/**
 * The format of an arrival, by its bytes. @throws PhotospoolError `undecodable` if they are damaged, `unsupported` if
 * it is not a photo.
 */
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

/** Makes all derived data of a photo; returns the function that writes its documents and reserves its name. */
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

/** Reads a sidecar; undefined if the file is not one. */
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
