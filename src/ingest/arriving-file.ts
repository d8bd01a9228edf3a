/** A file on its way from a claim into the archive, as the spool hands it to ingest. Types only. */
import type { ImportedMetadata } from '../document/imported-metadata.js';
import type { Holder } from '../document/item-id.js';

/** A step that an item is at. */
export type IngestStep = 'hash' | 'render' | 'inspect' | 'record' | 'archive';

/** A file in a claim, as the spool hands it over. */
export interface ArrivingFile {
  /** Its path, in a folder that only this process touches. */
  file: string;
  /** Its name as it came in. */
  name: string;
  /** The bytes of its name in base64, where they are not UTF-8. */
  raw?: string;
  /** The folder it was dropped in, relative to incoming. */
  folder?: string;
  /** Who sent it in, as the author of an edit; absent for the owner of the home. */
  by?: string;
  /** Whose item it becomes: a person (a ULID); absent for the house. */
  holder?: Holder;
  /** The SHA-256 of bytes that its holder did not have at a try before: they count as stored, whoever else has them. */
  newBytes?: string;
  /** What the export that it comes from says of it. */
  brought?: ImportedMetadata;
  /** Its mtime and when it was claimed, UTC in ISO form. */
  modified: string;
  seen: string;
  /** The path of its claim. */
  claim: string;
  /** Its damage is not waited for any more: it is archived as it is, with what can be shown of it. */
  asIs?: boolean;
  /** Where it was going among the duplicates before a crash. */
  aside?: string;
  /** Of a sidecar: since when it lay in incoming, UTC. */
  since?: string;
}
/** What the spool is asked for meanwhile. */
export interface IngestHooks {
  step(step: IngestStep): void;
  /** Makes durable where a duplicate is going. */
  setAside(path: string): Promise<void>;
  /** Makes `newBytes` durable. */
  markNew(sha256: string): Promise<void>;
}
