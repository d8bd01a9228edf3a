/** A claimed file on its way into the archive, as the spool passes it to ingest. Types only. */
import type { ImportedMetadata } from '../document/imported-metadata.js';
import type { Holder } from '../document/item-id.js';

/** The current step of an item. */
export type IngestStep = 'hash' | 'render' | 'inspect' | 'record' | 'archive';

/** A file in a claim, as the spool passes it to ingest. */
export interface ArrivingFile {
  /** Its path, in a folder that only this process touches. */
  file: string;
  /** Its original name. */
  name: string;
  /** The bytes of its name in base64, if they are not UTF-8. */
  raw?: string;
  /** The folder it was dropped in, relative to incoming. */
  folder?: string;
  /** Its sender, as the author of an edit; absent for the owner of the home. */
  by?: string;
  /** Set if it was uploaded, rather than put into a folder or imported. */
  sent?: true;
  /** The holder of the item: a person (a ULID); absent for the house. */
  holder?: Holder;
  /**
   * The SHA-256 of bytes that were new to their holder in a previous attempt: they count as stored, even if others have
   * them.
   */
  newBytes?: string;
  /** The metadata of the export that contains it. */
  brought?: ImportedMetadata;
  /** Its mtime, and the time of its claim, UTC in ISO form. */
  modified: string;
  seen: string;
  /** The path of its claim. */
  claim: string;
  /** Stop waiting for a repair of its damage: archive it as it is, with the pictures that can be made of it. */
  asIs?: boolean;
  /** Its place among the duplicates, chosen before a crash. */
  aside?: string;
  /** Of a sidecar: the time since when it was in incoming, UTC. */
  since?: string;
}
/** The callbacks to the spool. */
export interface IngestHooks {
  step(step: IngestStep): void;
  /** Makes the place of a duplicate durable. */
  setAside(path: string): Promise<void>;
  /** Makes `newBytes` durable. */
  markNew(sha256: string): Promise<void>;
}
