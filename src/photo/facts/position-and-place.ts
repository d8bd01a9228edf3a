/**
 * Where a picture was taken: its position, with the nearest place and the time zone from ExifTool's offline database.
 * Pure.
 */
import { nearKilometres } from './gazetteer.js';
import type { Facts, Gps, Place } from '../../document/photo-document.js';
import { line, type Tags } from './exif-tags.js';

/** Position and place, if known. `zone` is the name of the time zone there (`Europe/Zurich`). */
export type Position = Pick<Facts, 'gps' | 'place'> & { zone?: string };

/** From the lowest dry land to orbit, in metres. */
const altitudes = [-12_000, 1_000_000] as const;

/** Position and place. Receivers without a fix write 0,0; values out of range are also ignored. */
export function readPosition(tags: Tags): Position {
  const gps = readGps(tags);
  if (!gps) {
    const place = embeddedPlace(tags);
    return place ? { place } : {};
  }
  const zone = tags.text('ExifTool:GeolocationTimeZone');
  const place = nearestPlace(tags);
  return { gps, ...(place && { place }), ...(zone !== undefined && { zone }) };
}

function readGps(tags: Tags): Gps | undefined {
  const lat = tags.number('Composite:GPSLatitude', 'XMP-exif:GPSLatitude');
  const lon = tags.number('Composite:GPSLongitude', 'XMP-exif:GPSLongitude');
  if (lat === undefined || lon === undefined || Math.abs(lat) > 90 || Math.abs(lon) > 180) return undefined;
  if (Math.abs(lat) < 1e-4 && Math.abs(lon) < 1e-4) return undefined;
  const alt = tags.number('Composite:GPSAltitude', 'XMP-exif:GPSAltitude');
  const high = alt !== undefined && alt >= altitudes[0] && alt <= altitudes[1];
  // Seven decimals are a centimetre; more are noise from converting degrees, minutes and seconds.
  return { lat: round(lat, 7), lon: round(lon, 7), ...(high && { alt: round(alt, 2) }) };
}

/** For a picture with a position, the place in the database rather than a typed one: so a town has one name. */
function nearestPlace(tags: Tags): Place | undefined {
  const distance = tags.number('ExifTool:GeolocationDistance');
  if (distance === undefined || distance > nearKilometres) return undefined;
  return toPlace(
    tags.text('ExifTool:GeolocationCity'),
    tags.text('ExifTool:GeolocationRegion'),
    tags.text('ExifTool:GeolocationCountryCode'),
  );
}

/** Without a position, the place that someone typed in (IPTC Core). */
function embeddedPlace(tags: Tags): Place | undefined {
  const codes = ['XMP-iptcCore:CountryCode', 'IPTC:Country-PrimaryLocationCode', 'ExifTool:GeolocationCountryCode'];
  const named = tags.text('XMP-photoshop:Country', 'IPTC:Country-PrimaryLocationName', codes[0]!, codes[1]!);
  return toPlace(
    tags.text('XMP-photoshop:City', 'IPTC:City'),
    tags.text('XMP-photoshop:State', 'IPTC:Province-State'),
    // ExifTool's country code only if the file names a country: for a town alone it is that of the largest town of this
    // name.
    named === undefined
      ? undefined
      : codes.map((name) => tags.text(name)).find((code) => /^[A-Za-z]{2}$/.test(code ?? '')),
  );
}

function toPlace(city?: string, region?: string, country?: string): Place | undefined {
  const place: Place = {
    ...(city !== undefined && { city: line(city, 200) }),
    ...(region !== undefined && { region: line(region, 200) }),
    ...(country !== undefined && { country: country.toUpperCase() }),
  };
  return Object.keys(place).length > 0 ? place : undefined;
}

/** Rounds to a number of decimals, without -0. */
export function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals)) + 0;
}
