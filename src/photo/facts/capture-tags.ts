/**
 * What phones say about how a picture came about: a screenshot, a selfie, a panorama, one of a burst. Pure.
 *
 * - Screenshots: iOS writes `Screenshot` as EXIF UserComment.
 * - Selfies: the camera that Apple's maker notes name (CameraType 6). Names of front lenses are facts already.
 * - Panoramas: EXIF CustomRendered 6 (Apple), or a projection in Google's photo sphere metadata (XMP GPano).
 * - Bursts: Apple's BurstUUID, Google's XMP GCamera:BurstID.
 */
import type { Facts } from '../../document/photo-document.js';
import { line, type Tags } from './exif-tags.js';

/** The captured kinds, the projection and the burst, as far as the file names them. */
export function readCapture(tags: Tags): Pick<Facts, 'kinds' | 'projection' | 'burst'> {
  const comment = line(tags.text('ExifIFD:UserComment', 'XMP-exif:UserComment') ?? '', 200);
  const kinds: NonNullable<Facts['kinds']> = [
    ...(/^screen ?shot$/i.test(comment) ? (['screenshot'] as const) : []),
    ...(tags.number('Apple:CameraType') === 6 ? (['selfie'] as const) : []),
    ...(tags.number('ExifIFD:CustomRendered') === 6 ? (['panorama'] as const) : []),
  ];
  const projection = tags.text('XMP-GPano:ProjectionType')?.toLowerCase();
  const burst = tags.text('Apple:BurstUUID', 'XMP-GCamera:BurstID');
  return {
    ...(kinds.length > 0 && { kinds }),
    ...((projection === 'equirectangular' || projection === 'cylindrical') && { projection }),
    ...(burst !== undefined && /^[\x21-\x7e]{8,128}$/.test(burst) && { burst }),
  };
}
