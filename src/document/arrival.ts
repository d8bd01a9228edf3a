/**
 * How the arrival of an original changes the documents: it adds facts, renditions and a sighting, never an edit. So an
 * import never overrides a person. Pure.
 */
import { merge } from './merge.js';
import {
  format,
  type ExifDocument,
  type Facts,
  type PhotoDocument,
  type Renditions,
  type Sighting,
} from './photo-document.js';

/** What ingest knows about an original that arrived. */
export interface Arrival {
  facts: Facts;
  renditions: Renditions;
  sighting: Sighting;
}

/**
 * The key of a sighting: the earliest is kept for each server, sender and name, so that no sender can hide that another
 * one sent the file, too.
 */
export const sightingKey = ({ server, by, name }: Pick<Sighting, 'server' | 'by' | 'name'>): string =>
  [server, ...(by === undefined ? [] : [by]), name].join(' ');

/** The document of a new original. */
export function newPhoto({ facts, renditions, sighting }: Arrival): PhotoDocument {
  return {
    format,
    kind: 'photo',
    facts,
    renditions,
    sidecars: {},
    sightings: { [sightingKey(sighting)]: sighting },
    edits: {},
  };
}

/**
 * The document after an arrival: new, or extended by what the arrival knows better. Applying the same arrival twice
 * changes nothing.
 */
export function withArrival(document: PhotoDocument | undefined, arrival: Arrival): PhotoDocument {
  const fresh = newPhoto(arrival);
  return document === undefined ? fresh : merge(document, fresh);
}

/** A document with one more sighting of the same bytes. */
export function withSighting(document: PhotoDocument, sighting: Sighting): PhotoDocument {
  return merge(document, { ...document, sightings: { [sightingKey(sighting)]: sighting } });
}

/** The document of an original's tags. */
export function newExif(recipe: number, tags: Record<string, string>, cut: boolean): ExifDocument {
  return { format, kind: 'exif', recipe, tags, ...(cut && { cut }) };
}
