/** The facts of a photo in words, by locale. Text from files is shown as text. */
import { locale } from '../../lib/language.js';
import type { PhotoView } from '../../lib/api.js';
import { lengthText } from '../../lib/video-length.js';

const number = (value: number, digits: number): string =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);

/** `Palisade, Colorado, United States`, or undefined. */
export function placeName(photo: PhotoView): string | undefined {
  const { city, region, country } = photo.place ?? {};
  const parts = [city, region === city ? undefined : region, country && countryName(country)].filter(Boolean);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** `Palisade, United States`: the most exact name and the country, or undefined. */
export function placeShort({ place: { city, region, country } = {} }: PhotoView): string | undefined {
  const parts = [city ?? region, country && countryName(country)].filter(Boolean);
  return parts.length === 0 ? undefined : parts.join(', ');
}

function countryName(code: string): string {
  try {
    return new Intl.DisplayNames(locale, { type: 'region' }).of(code) ?? code;
  } catch {
    // Edits and sidecars may contain a country that is not a code.
    return code;
  }
}

/** `39.11500, −108.40000 · 1,484 m`, or undefined. */
export function coordinates({ gps }: PhotoView): string | undefined {
  if (!gps) return undefined;
  const spot = `${gps.lat.toFixed(5)}, ${gps.lon.toFixed(5)}`;
  return gps.alt === undefined ? spot : `${spot} · ${number(gps.alt, 0)} m`;
}

/** `Canon EOS 40D`: without repeating the maker. */
export function cameraName({ camera }: PhotoView): string | undefined {
  const { make, model } = camera ?? {};
  if (!make || !model) return model ?? make;
  const first = make.split(/\s/u)[0]!.toLowerCase();
  return model.toLowerCase().startsWith(first) ? model : `${make} ${model}`;
}

/** `ƒ/2.8 · 1/200 s · ISO 100 · 50 mm`, or undefined. */
export function exposureLine({ exposure }: PhotoView): string | undefined {
  if (!exposure) return undefined;
  const { aperture, seconds, iso, focalLength, focalLength35 } = exposure;
  const parts = [
    aperture && `ƒ/${number(aperture, 1)}`,
    seconds && shutter(seconds),
    iso && `ISO ${iso}`,
    focalLength && `${number(focalLength, 1)} mm`,
    focalLength35 && focalLength35 !== focalLength && `(${number(focalLength35, 0)} mm)`,
  ].filter(Boolean);
  return parts.length === 0 ? undefined : parts.join(' · ').replace(' · (', ' (');
}

/** `1/200 s`, `2.5 s`. */
function shutter(seconds: number): string {
  return seconds < 0.3 ? `1/${number(Math.round(1 / seconds), 0)} s` : `${number(seconds, 1)} s`;
}

/** `4,032 × 3,024 · 12 MP · 3.4 MB`; for a video `1,920 × 1,080 · 0:14 · H264 · 3.4 MB`. */
export function sizeLine({ width, height, bytes, type, seconds, codecs }: PhotoView): string {
  const megapixels = (width * height) / 1e6;
  const about = type.startsWith('video/')
    ? [seconds && lengthText(seconds), codecs?.video?.toUpperCase()]
    : [`${number(megapixels, megapixels < 10 ? 1 : 0)} MP`];
  const parts = [width > 0 && `${width} × ${height}`, ...about, weight(bytes)];
  return parts.filter(Boolean).join(' · ');
}

/** `3.4 MB` for bytes. */
export function weight(bytes: number): string {
  if (bytes < 1e6) return `${number(Math.max(1, bytes / 1e3), 0)} kB`;
  return bytes < 1e9 ? `${number(bytes / 1e6, 1)} MB` : `${number(bytes / 1e9, 2)} GB`;
}
