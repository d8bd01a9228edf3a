/** The files of an export, whatever it is written into. A type. */

/** A file of an export. `path` is relative, with forward slashes; `taken` is local wall time. */
export type ExportFile = { path: string; taken: string } & (
  { kind: 'original'; sha256: string; bytes: number; source: string } | { kind: 'made'; make: () => Promise<Buffer> }
);
