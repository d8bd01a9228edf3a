/**
 * Who else on this machine may read what Photospool writes, as file modes (chmod(2)). Nobody, unless the configuration says
 * otherwise; write access is the user's alone in any case. Pure.
 */

/** The values of `files.modes`. */
export const fileModes = ['private', 'group', 'everyone'] as const;

/** Who else may read what Photospool writes. */
export type FileModes = (typeof fileModes)[number];

/** The modes of new folders and files, and of those that nobody shall write to: originals. */
export interface Modes {
  folder: number;
  file: number;
  original: number;
}

/** The modes that each value stands for. */
export const modesFor: Readonly<Record<FileModes, Modes>> = {
  private: { folder: 0o700, file: 0o600, original: 0o400 },
  group: { folder: 0o750, file: 0o640, original: 0o440 },
  everyone: { folder: 0o755, file: 0o644, original: 0o444 },
};
