/**
 * How a picture was made, according to phones' tags: as a screenshot, a selfie, a panorama, part of a burst. Pure.
 *
 * - Screenshots: iOS writes `Screenshot` as EXIF UserComment.
 * - Selfies: the camera in Apple's maker notes (CameraType 6). The names of front lenses are among the facts already.
 * - Panoramas: EXIF CustomRendered 6 (Apple), or a projection in Google's photo sphere metadata (XMP GPano).
 * - Bursts: Apple's BurstUUID, Google's XMP GCamera:BurstID.
 */
import type { Facts } from '../../document/photo-document.js';
import { line, type Tags } from './exif-tags.js';

/** The capture of a file according to its tags. */
export const readCapture = (tags: Tags): Capture => captureIn((name) => tags.text(name));

/** The facts about the capture. */
type Capture = Pick<Facts, 'kinds' | 'projection' | 'burst'>;

/** The same from the tags as stored in the `exif:` document: `text` returns a tag as printed, by `Group:Name`. */
export function captureIn(text: (name: string) => string | undefined): Capture {
  const comment = line(text('ExifIFD:UserComment') ?? text('XMP-exif:UserComment') ?? '', 200);
  const kinds: NonNullable<Facts['kinds']> = [
    ...(/^screen ?shot$/i.test(comment) ? (['screenshot'] as const) : []),
    ...(text('Apple:CameraType') === 'Front' ? (['selfie'] as const) : []),
    ...(text('ExifIFD:CustomRendered') === 'Panorama' ? (['panorama'] as const) : []),
  ];
  const projection = text('XMP-GPano:ProjectionType')?.toLowerCase();
  const burst = text('Apple:BurstUUID') ?? text('XMP-GCamera:BurstID');
  return {
    ...(kinds.length > 0 && { kinds }),
    ...((projection === 'equirectangular' || projection === 'cylindrical') && { projection }),
    ...(burst !== undefined && /^[\x21-\x7e]{8,128}$/.test(burst) && { burst }),
  };
}
