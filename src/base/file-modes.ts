/**
 * The file modes (chmod(2)) of everything Photospool writes: which other users of this machine may read it. By default
 * none; only the owner ever has write access. Pure.
 */

/** The values of `files.modes`. */
export const fileModes = ['private', 'group', 'everyone'] as const;

/** Which other users may read the files. */
export type FileModes = (typeof fileModes)[number];

/** The modes of new folders and files, and of read-only files (originals). */
export interface Modes {
  folder: number;
  file: number;
  original: number;
}

/** The modes of each value. */
export const modesFor: Readonly<Record<FileModes, Modes>> = {
  private: { folder: 0o700, file: 0o600, original: 0o400 },
  group: { folder: 0o750, file: 0o640, original: 0o440 },
  everyone: { folder: 0o755, file: 0o644, original: 0o444 },
};
