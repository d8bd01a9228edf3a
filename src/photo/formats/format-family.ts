/**
 * What a file of this folder that knows a format family gives to the others. `tell` is pure: a family looks at bytes it is
 * handed. Only `open`, which runs in the decoder process (photo/decode/decoder.ts), opens files.
 */
import type { Unshown } from '../../document/photo-document.js';

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
  /** What reading it needs beside Photospool itself, and what makes it faster. */
  needs: string;
}

/** Reads bytes of a file; fewer than `length` come back at its end. */
export type ReadAt = (at: number, length: number) => Promise<Uint8Array>;

/** Pixels in sRGB's primaries or others, without a profile: what ITU-T H.273 calls them (`nclx` in HEIF). */
export interface Colours {
  /** ColourPrimaries: 1 is sRGB's, 9 Rec. 2020's, 12 Display P3's. */
  primaries: number;
  /** TransferCharacteristics: 13 is sRGB's, 16 PQ, 18 HLG. */
  transfer: number;
}

/** A picture that libvips can open, with what its bytes do not say themselves. */
export interface PictureSource {
  /** Its bytes, or the path of a file. */
  input: string | Buffer;
  /** What libvips calls the format of `input`. */
  loader: string;
  /** The EXIF orientation (1 to 8) to turn it by, in place of the one in `input`; absent: the one in `input`. */
  turn?: number;
  /** The ICC profile of its pixels, where `input` does not carry it. */
  icc?: Uint8Array;
  /** What its pixels mean where there is no ICC profile at all. Absent: sRGB. */
  colours?: Colours;
  /** The size of the original as displayed, where it is not that of this picture. */
  size?: { width: number; height: number };
  animated?: boolean;
  /** Takes away what was written for it. */
  free?(): Promise<void>;
}

/** What opening a file gave: its picture, or why there is none. */
export type Opened = PictureSource | { unshown: Unshown };

/** One format family: one file in this folder, one line in families.ts. */
export interface Family {
  name: string;
  kinds: readonly Kind[];
  /**
   * How the names of its files end, in small letters: what a file whose first bytes are broken is told by. Nothing else is told
   * by a name.
   */
  endings?: readonly string[];
  /** The kind, where these first bytes are of this family. Must not throw, whatever the bytes. */
  tell(head: Uint8Array): Kind | undefined;
  /**
   * Whether the file ends before what its own structure promises. Asked only after the decoder failed, to tell a file
   * that is still arriving (or broke off) from one that is damaged.
   */
  cutOff?(readAt: ReadAt, size: number): Promise<boolean>;
  /**
   * Its picture, where libvips can't open the file itself. In the decoder process, within its limits; programs that it starts
   * must be children of it. `asIs`: of a damaged file, what can be had of it. @throws what the decoder says, or the system.
   */
  open?(path: string, format: Format, asIs?: boolean): Promise<Opened>;
  /** Raised when the same file would give other pictures: the number of the family's own recipe, 1 where absent. */
  recipe?: number;
}

/** A kind that is decoded: by libvips as it comes with sharp, or by what the family opens. */
export function decoded(family: string, name: string, type: string, shown = 'the picture', needs = 'nothing'): Kind {
  return { family, name, type, shown, needs };
}

/** A kind that is known and left where it is. */
export function unread(family: string, name: string, type: string, needs: string): Kind {
  return { family, name, type, shown: 'not yet', needs, missing: `this version can't read ${name} files yet` };
}
