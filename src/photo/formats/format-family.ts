/**
 * The interface of a format family. `tell` is pure: a family looks at given bytes. Only `open`, which runs in the
 * decoder process (photo/decode/decoder.ts), opens files.
 */
import type { Unshown } from '../../document/photo-document.js';
import type { GainMap } from '../decode/gain-map-metadata.js';

/** A kind of file. */
export interface Format {
  /** MIME type. */
  type: string;
  /** The file in this folder that implements it. */
  family: string;
  /** The usual name: `JPEG`, `HEIC`. */
  name: string;
  /** True if the first bytes show that it has more than one frame (APNG, AVIF sequence). */
  animated?: true;
}

/** A format and what Photospool does with it; docs/formats.md is generated from these. */
export interface Kind extends Format {
  /** Why this version can't read it, as the end of a sentence about the file; absent if it can. */
  missing?: string;
  /** The source of its picture. */
  shown: string;
  /** The programs that reading it requires, and those that make it faster. */
  needs: string;
}

/** Reads bytes of a file; returns fewer than `length` at its end. */
export type ReadAt = (at: number, length: number) => Promise<Uint8Array>;

/** The colours of pixels without a profile, as numbers of ITU-T H.273 (`nclx` in HEIF). */
export interface Colours {
  /** ColourPrimaries: 1 is sRGB's, 9 Rec. 2020's, 12 Display P3's. */
  primaries: number;
  /** TransferCharacteristics: 13 is sRGB's, 16 PQ, 18 HLG. */
  transfer: number;
}

/** A picture that libvips can open, with the properties that its bytes do not contain. */
export interface PictureSource {
  /** Its bytes, or the path of a file. */
  input: string | Buffer;
  /** libvips' name of the format of `input`. */
  loader: string;
  /** The EXIF orientation (1 to 8) to apply in place of the one in `input`; absent: that of `input`. */
  turn?: number;
  /** The ICC profile of its pixels, if `input` does not contain it. */
  icc?: Uint8Array;
  /** The meaning of its pixels without an ICC profile. Absent: sRGB. */
  colours?: Colours;
  /** The displayed size of the original, if it differs from this picture's. */
  size?: { width: number; height: number };
  animated?: boolean;
  /** Reads the gain map of the picture from the original, if it has one. @throws if it is broken. */
  readGainMap?: () => Promise<GainMap | undefined>;
  /** Removes temporary files of this picture. */
  free?(): Promise<void>;
}

/** The result of opening a file: its picture, or why it has none. */
export type Opened = PictureSource | { unshown: Unshown };

/** One format family: one file in this folder, one line in families.ts. */
export interface Family {
  name: string;
  kinds: readonly Kind[];
  /**
   * The file extensions, in lower case: they identify only a file whose first bytes are broken. Nothing else depends on
   * a name.
   */
  endings?: readonly string[];
  /** The kind, if these first bytes belong to this family. Must not throw for any bytes. */
  tell(head: Uint8Array): Kind | undefined;
  /**
   * Whether the file is shorter than its own structure requires. Called only after the decoder failed, to distinguish a
   * file that is still arriving (or was cut off) from a damaged one.
   */
  cutOff?(readAt: ReadAt, size: number): Promise<boolean>;
  /**
   * Its picture, if libvips can't open the file itself. Runs in the decoder process, within its limits; programs that
   * it starts must be children of it. `asIs`: the readable part of a damaged file. @throws the decoder's or the
   * system's error.
   */
  open?(path: string, format: Format, asIs?: boolean): Promise<Opened>;
  /** The number of the family's own recipe, raised when the same file would give different pictures; 1 if absent. */
  recipe?: number;
}

/** A kind that is decoded: by libvips as shipped with sharp, or by the family's `open`. */
export function decoded(family: string, name: string, type: string, shown = 'the picture', needs = 'nothing'): Kind {
  return { family, name, type, shown, needs };
}

/** A kind that is recognised but not imported. */
export function unread(family: string, name: string, type: string, needs: string): Kind {
  return { family, name, type, shown: 'not yet', needs, missing: `this version can't read ${name} files yet` };
}
