/** A row of the blob table (blob-index.ts). */
import { blobKinds, type BlobKind } from './blob-kinds.js';

/** A blob that a document names. */
export interface NamedBlob {
  sha256: string;
  kind: BlobKind;
  /** SHA-256 of the photo's original. */
  photo: string;
  bytes: number;
}

/** A row as selected. */
export interface BlobRow {
  sha256: Uint8Array;
  photo: Uint8Array;
  kind: number;
  bytes: number;
  taken: string;
  noted: number;
}

/** The columns of a `BlobRow`. */
export const rowColumns = 'sha256, photo, kind, bytes, taken, noted';

/** Bytes as hexadecimal digits. */
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The blob of a row. */
export const blobOf = ({ sha256, photo, kind, bytes }: BlobRow): NamedBlob => ({
  sha256: hex(sha256),
  photo: hex(photo),
  kind: blobKinds[kind] ?? 'original',
  bytes,
});
