/**
 * What the arrival of an original adds to the documents: facts, renditions and a sighting, never an edit. So nothing that
 * comes in by itself can beat a person. Pure.
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

/** What ingest knows of an original that came in. */
export interface Arrival {
  facts: Facts;
  renditions: Renditions;
  sighting: Sighting;
}

/** The key of a sighting: the earliest under each server, sender and name is kept, so that nobody hides that another brought it. */
export const sightingKey = ({ server, by, name }: Pick<Sighting, 'server' | 'by' | 'name'>): string =>
  [server, ...(by === undefined ? [] : [by]), name].join(' ');

/** The document of an original that nobody has heard of. */
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

/** A document after an arrival: new, or with what the arrival knows better. The same arrival twice changes nothing. */
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
