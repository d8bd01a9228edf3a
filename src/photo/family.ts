/**
 * What a file of this folder that knows a format family gives to the others. Pure: a family looks at bytes it is
 * handed and never opens anything.
 */

/** A kind of file. */
export interface Format {
  /** MIME type. */
  type: string;
  /** The file in this folder that knows it. */
  family: string;
  /** As people call it: `JPEG`, `HEIC`. */
  name: string;
  /** True where the first bytes already say that it holds more than one frame (APNG, AVIF sequence). */
  animated?: true;
}

/** A format and what Photospool does with it; docs/formats.md is made from these. */
export interface Kind extends Format {
  /** Why this version can't read it, as the end of a sentence about the file; absent where it can. */
  missing?: string;
  /** What a picture of it is shown from. */
  shown: string;
  /** What reading it needs beside Photospool itself. */
  needs: string;
}

/** Reads bytes of a file; fewer than `length` come back at its end. */
export type ReadAt = (at: number, length: number) => Promise<Uint8Array>;

/** One format family: one file in this folder, one line in families.ts. */
export interface Family {
  name: string;
  kinds: readonly Kind[];
  /** The kind, where these first bytes are of this family. Must not throw, whatever the bytes. */
  tell(head: Uint8Array): Kind | undefined;
  /**
   * Whether the file ends before what its own structure promises. Asked only after the decoder failed, to tell a file
   * that is still arriving (or broke off) from one that is damaged.
   */
  cutOff?(readAt: ReadAt, size: number): Promise<boolean>;
}

/** A kind that libvips decodes as it comes with sharp. */
export function decoded(family: string, name: string, type: string, shown = 'the picture'): Kind {
  return { family, name, type, shown, needs: 'nothing' };
}

/** A kind that is known and left where it is. */
export function unread(family: string, name: string, type: string, needs: string): Kind {
  return { family, name, type, shown: 'not yet', needs, missing: `this version can't read ${name} files yet` };
}
