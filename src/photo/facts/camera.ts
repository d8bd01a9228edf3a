/** Camera, lens and exposure (EXIF 3.0, 4.6.4 to 4.6.6). Pure. */
import type { Exposure, Facts } from '../../document/photo-document.js';
import { round } from './position-and-place.js';
import { line, type Tags } from './exif-tags.js';

/** Camera, lens and exposure, if known. */
export function readCamera(tags: Tags): Pick<Facts, 'camera' | 'lens' | 'exposure'> {
  const make = named(tags.text('IFD0:Make', 'XMP-tiff:Make', ...tags.groupsOf('Make')));
  const model = named(tags.text('IFD0:Model', 'XMP-tiff:Model', ...tags.groupsOf('Model')));
  const lens = readLens(tags);
  const exposure = readExposure(tags);
  return {
    ...((make ?? model) !== undefined && { camera: { ...(make && { make }), ...(model && { model }) } }),
    ...(lens !== undefined && { lens }),
    ...(Object.keys(exposure).length > 0 && { exposure }),
  };
}

/** A name on one line; undefined for the placeholders that cameras write. */
function named(text: string | undefined): string | undefined {
  const name = line(text ?? '', 200);
  return /[\p{L}\p{N}]/u.test(name) && !/^(unknown|n\/?a|none|0(\.0)? ?mm f\/0(\.0)?)$/i.test(name) ? name : undefined;
}

/**
 * The lens name that the camera wrote, otherwise ExifTool's interpretation of the maker's lens number, unless it is
 * ambiguous.
 */
function readLens(tags: Tags): string | undefined {
  const guess = tags.text('Composite:LensID');
  const sure = guess !== undefined && !/^unknown| or /i.test(guess) ? guess : undefined;
  return (
    named(tags.text('ExifIFD:LensModel', 'XMP-exifEX:LensModel')) ?? named(sure) ?? named(tags.text('XMP-aux:Lens'))
  );
}

function readExposure(tags: Tags): Exposure {
  const iso = above(tags.number('ExifIFD:ISO', 'XMP-exif:ISO', 'Composite:ISO') ?? notedIso(tags), 0);
  const sensitivity =
    iso === 65535 ? tags.number('ExifIFD:RecommendedExposureIndex', 'ExifIFD:StandardOutputSensitivity') : iso;
  const flash = tags.number('ExifIFD:Flash', 'Composite:Flash');
  const found: { [K in keyof Exposure]: Exposure[K] | undefined } = {
    iso: sensitivity === undefined ? undefined : Math.round(sensitivity),
    aperture: above(tags.number('ExifIFD:FNumber', 'XMP-exif:FNumber', 'Composite:Aperture'), 0, 2),
    seconds: above(tags.number('ExifIFD:ExposureTime', 'XMP-exif:ExposureTime', 'Composite:ShutterSpeed'), 0, 9),
    focalLength: above(tags.number('ExifIFD:FocalLength', 'XMP-exif:FocalLength'), 0, 2),
    focalLength35: above(tags.number('ExifIFD:FocalLengthIn35mmFormat', 'XMP-exif:FocalLengthIn35mmFormat'), 0, 2),
    // EXIF Flash, bit 0: fired.
    flash: flash === undefined ? undefined : (flash & 1) === 1,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** ISO in maker notes as printed: the raw value of Nikon is a pair of which the second counts. */
function notedIso(tags: Tags): number | undefined {
  const text = tags.text(...tags.groupsOf('ISO').filter((name) => !name.startsWith('XMP')));
  return text !== undefined && /^\d{1,7}$/.test(text) ? Number(text) : undefined;
}

/** The number if it is plausible: above `least`, and of at most ten digits. */
function above(value: number | undefined, least: number, decimals = 0): number | undefined {
  if (value === undefined || value <= least || value > 1e10) return undefined;
  const rounded = round(value, decimals);
  return rounded > least ? rounded : undefined;
}
