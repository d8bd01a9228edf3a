/**
 * Sample pictures for an empty library, painted by this code. The result is always the same, so that a second request
 * adds no duplicates. Each file is placed atomically under its name; an existing file of this name stays. A crash
 * leaves the files placed so far, and at most a temporary file that the spool ignores.
 */
import { join } from 'node:path';
import type { Files } from '../../base/files.js';
import { dunes, forest, lake, ridges } from './paint-land.js';
import { lamps, leaves, sea, stars } from './paint-light.js';
import { develop, type Painting, type Size } from './paint-tools.js';

/** A sample: how to paint it, and its EXIF and XMP. */
interface Sample extends Size {
  name: string;
  paint: (size: Size) => Promise<Painting>;
  title: string;
  tags: readonly string[];
  /** Local wall time in EXIF form, and its offset if known. */
  taken: string;
  offset?: string;
  /** Degrees, WGS 84. */
  gps?: readonly [number, number];
  /** Shutter, f-number, ISO, focal length in mm. */
  exposure: readonly [string, number, number, number];
  rating?: number;
}

const samples: readonly Sample[] = [
  {
    name: 'sample-ridges.jpg',
    paint: ridges,
    width: 2000,
    height: 1333,
    title: 'First light',
    tags: ['mountains', 'morning'],
    taken: '2019:10:12 07:41:08',
    offset: '+02:00',
    gps: [46.0207, 7.7491],
    exposure: ['1/250', 8, 100, 70],
    rating: 5,
  },
  {
    name: 'sample-lake.jpg',
    paint: lake,
    width: 2000,
    height: 1333,
    title: 'The lake after sunset',
    tags: ['mountains', 'lake', 'evening'],
    taken: '2021:08:21 20:46:31',
    offset: '+02:00',
    gps: [47.5553, 12.9766],
    exposure: ['1/15', 5.6, 400, 35],
    rating: 4,
  },
  {
    name: 'sample-dunes.jpg',
    paint: dunes,
    width: 2000,
    height: 1500,
    title: 'Dunes',
    tags: ['desert', 'morning'],
    taken: '2022:03:05 07:52:17',
    offset: '+01:00',
    gps: [31.1499, -3.9702],
    exposure: ['1/500', 8, 100, 50],
  },
  {
    name: 'sample-forest.jpg',
    paint: forest,
    width: 1500,
    height: 1875,
    title: 'Fog',
    tags: ['forest', 'morning'],
    taken: '2020:11:08 09:20:44',
    exposure: ['1/60', 4, 200, 85],
  },
  {
    name: 'sample-stars.jpg',
    paint: stars,
    width: 1333,
    height: 2000,
    title: 'A night outside',
    tags: ['night', 'stars', 'camping'],
    taken: '2023:08:12 23:31:02',
    offset: '-06:00',
    gps: [37.6283, -112.1677],
    exposure: ['15', 1.8, 3200, 20],
    rating: 5,
  },
  {
    name: 'sample-sea.jpg',
    paint: sea,
    width: 3000,
    height: 1000,
    title: 'Out at sea',
    tags: ['sea', 'sailing'],
    taken: '2024:06:02 10:15:50',
    offset: '+03:00',
    gps: [36.3932, 25.4615],
    exposure: ['1/1000', 8, 100, 24],
  },
  {
    name: 'sample-lamps.jpg',
    paint: lamps,
    width: 2000,
    height: 1333,
    title: 'Town lights',
    tags: ['night', 'town'],
    taken: '2018:12:15 18:05:27',
    exposure: ['1/30', 1.8, 1600, 85],
  },
  {
    name: 'sample-leaves.jpg',
    paint: leaves,
    width: 1600,
    height: 1600,
    title: 'Leaves',
    tags: ['garden', 'green'],
    taken: '2024:05:11 12:03:39',
    exposure: ['1/200', 2.8, 100, 100],
  },
];

/** The names of the samples. */
export const sampleNames: readonly string[] = samples.map(({ name }) => name);

/** Paints one sample and encodes it as JPEG. */
async function encode(sample: Sample): Promise<Buffer> {
  const painting = await sample.paint(sample);
  const picture = await develop(painting, sample);
  return picture
    .withExif({ IFD0: general(sample), IFD2: exposure(sample), ...(sample.gps && { IFD3: position(sample.gps) }) })
    .withXmp(xmp(sample))
    .jpeg({ quality: 84 })
    .toBuffer();
}

const general = ({ taken }: Sample): Record<string, string> => ({
  Make: 'Photospool',
  Model: 'Sample camera',
  Software: 'Photospool',
  DateTime: taken,
});

function exposure({ taken, offset, exposure: [shutter, aperture, iso, focal] }: Sample): Record<string, string> {
  return {
    DateTimeOriginal: taken,
    ...(offset !== undefined && { OffsetTimeOriginal: offset }),
    ExposureTime: shutter.includes('/') ? shutter : `${shutter}/1`,
    FNumber: `${Math.round(aperture * 10)}/10`,
    ISOSpeedRatings: String(iso),
    FocalLength: `${focal}/1`,
    FocalLengthIn35mmFilm: String(focal),
    LensModel: `Sample lens ${focal} mm`,
  };
}

/** EXIF's GPS IFD: degrees, minutes and seconds as fractions, the sign as a letter. */
function position([lat, lon]: readonly [number, number]): Record<string, string> {
  const parts = (value: number): string => {
    const hundredths = Math.round(Math.abs(value) * 360_000);
    return `${Math.floor(hundredths / 360_000)}/1 ${Math.floor(hundredths / 6000) % 60}/1 ${hundredths % 6000}/100`;
  };
  return {
    GPSLatitudeRef: lat < 0 ? 'S' : 'N',
    GPSLatitude: parts(lat),
    GPSLongitudeRef: lon < 0 ? 'W' : 'E',
    GPSLongitude: parts(lon),
  };
}

function xmp({ title, tags, rating }: Sample): string {
  const items = tags.map((tag) => `<rdf:li>${tag}</rdf:li>`).join('');
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"${rating === undefined ? '' : ` xmp:Rating="${rating}"`}><dc:title><rdf:Alt><rdf:li xml:lang="x-default">${title}</rdf:li></rdf:Alt></dc:title><dc:subject><rdf:Bag>${items}</rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>`;
}

/**
 * Paints the samples and writes them to a folder, normally `incoming`. Returns the names written, without those in use.
 * Takes some seconds on two cores.
 */
export async function placeSamples(folder: string, files: Files): Promise<string[]> {
  const placed: string[] = [];
  const left = [...samples];
  const work = async (): Promise<void> => {
    for (let sample = left.shift(); sample; sample = left.shift()) {
      const path = join(folder, sample.name);
      if (await files.stat(path)) continue;
      if ((await files.write(path, await encode(sample))) === 'moved') placed.push(sample.name);
    }
  };
  await Promise.all([work(), work()]);
  return placed.sort();
}
