/**
 * Synthetic photo documents like those of a family in thirty years: trips with places and bursts, everyday pictures at
 * home, tags with a power law, cameras that change over the years. The same count and seed give the same documents.
 */
import { createHash } from 'node:crypto';
import {
  format,
  photoId,
  type Audience,
  type Edits,
  type Facts,
  type PhotoDocument,
  type Place,
} from '../src/document/photo-document.js';
import { owner } from '../src/document/photo-senders.js';

/** A document with its id and SHA-256. */
export interface SyntheticPhoto {
  id: string;
  sha256: string;
  document: PhotoDocument;
}

/** Random numbers from 0 up to 1 by Marsaglia's xorshift32. */
export function makeRandom(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

type Random = () => number;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
/** The k-th is about 1/k as frequent as the first. */
const zipf = (random: Random, count: number): number => Math.min(count - 1, Math.floor(count ** random()) - 1);
const digits = (value: number, width: number): string => String(value).padStart(width, '0');

interface Camera {
  make: string;
  model: string;
  from: number;
  to: number;
  lenses: string[];
  name: (k: number, time: Date) => string;
}

const stamp = (time: Date): string => time.toISOString().replace(/\D/g, '');
const cameras: Camera[] = [
  {
    make: 'FUJIFILM',
    model: 'MX-1200',
    from: 1996,
    to: 2003,
    lenses: [],
    name: (k) => `DSCF${digits(k % 10_000, 4)}.JPG`,
  },
  {
    make: 'Canon',
    model: 'Canon PowerShot A70',
    from: 2002,
    to: 2007,
    lenses: [],
    name: (k) => `IMG_${digits(k % 10_000, 4)}.JPG`,
  },
  {
    make: 'OLYMPUS OPTICAL CO.,LTD',
    model: 'C3040Z',
    from: 2001,
    to: 2006,
    lenses: [],
    name: (k) => `P${digits(k % 10_000_000, 7)}.JPG`,
  },
  {
    make: 'NIKON CORPORATION',
    model: 'NIKON D90',
    from: 2008,
    to: 2016,
    lenses: ['AF-S DX 18-105mm f/3.5-5.6G', 'AF-S 50mm f/1.8G', 'AF-S DX 35mm f/1.8G'],
    name: (k) => `DSC_${digits(k % 10_000, 4)}.JPG`,
  },
  {
    make: 'Canon',
    model: 'Canon EOS 40D',
    from: 2007,
    to: 2015,
    lenses: ['EF-S17-55mm f/2.8 IS USM', 'EF70-200mm f/4L IS USM'],
    name: (k) => `IMG_${digits(k % 10_000, 4)}.JPG`,
  },
  {
    make: 'SONY',
    model: 'ILCE-7M3',
    from: 2018,
    to: 2026,
    lenses: ['FE 24-105mm F4 G OSS', 'FE 85mm F1.8', 'FE 16-35mm F2.8 GM'],
    name: (k) => `DSC${digits(k % 100_000, 5)}.JPG`,
  },
  {
    make: 'Apple',
    model: 'iPhone 6',
    from: 2014,
    to: 2019,
    lenses: ['iPhone 6 back camera 4.15mm f/2.2'],
    name: (k) => `IMG_${digits(k % 10_000, 4)}.JPG`,
  },
  {
    make: 'Apple',
    model: 'iPhone 13',
    from: 2021,
    to: 2026,
    lenses: ['iPhone 13 back dual wide camera 5.1mm f/1.6'],
    name: (k) => `IMG_${digits(k % 10_000, 4)}.HEIC`,
  },
  {
    make: 'Google',
    model: 'Pixel 7',
    from: 2022,
    to: 2026,
    lenses: ['Pixel 7 back camera 6.81mm f/1.85'],
    name: (_, time) => `PXL_${stamp(time).slice(0, 8)}_${stamp(time).slice(8)}.jpg`,
  },
  {
    make: 'samsung',
    model: 'SM-G991B',
    from: 2021,
    to: 2026,
    lenses: [],
    name: (_, time) => `${stamp(time).slice(0, 8)}_${stamp(time).slice(8, 14)}.jpg`,
  },
];

const countries = [
  'DE',
  'FR',
  'IT',
  'ES',
  'AT',
  'CH',
  'NL',
  'DK',
  'SE',
  'NO',
  'GB',
  'IE',
  'PT',
  'GR',
  'HR',
  'PL',
  'CZ',
  'US',
  'CA',
  'JP',
  'NZ',
  'AU',
  'TH',
  'MA',
  'TR',
];
const heads = [
  'Nord',
  'Alt',
  'Santa ',
  'Port ',
  'Bel',
  'Monte ',
  'Grün',
  'Sankt ',
  'Villa',
  'West',
  'Ober',
  'New ',
  'Châ',
  'Lin',
  'Ber',
  'Kal',
  'Mar',
  'Tor',
  'Ros',
  'Fjell',
];
const tails = [
  'burg',
  'haven',
  'lin',
  'mont',
  'dorf',
  'ville',
  'stad',
  'grad',
  'York',
  'Maria',
  'see',
  'wald',
  'ona',
  'ingen',
  'teau',
  'polis',
  'berg',
  'ia',
  'vik',
  'ham',
];
const words = [
  'sunset',
  'beach',
  'birthday',
  'garden',
  'harbour',
  'mountain',
  'the',
  'at',
  'with',
  'first',
  'snow',
  'evening',
  'morning',
  'old',
  'town',
  'bridge',
  'lake',
  'walk',
  'grandma',
  'dog',
  'market',
  'river',
  'church',
  'cake',
  'summer',
  'winter',
  'train',
  'boat',
  'castle',
  'view',
];
const scripts = ['東京タワー', '京都の寺', 'море и горы', 'Größe', 'crème brûlée', 'παραλία'];

const everyday = [
  'family',
  'holiday',
  'home',
  'garden',
  'friends',
  'food',
  'dog',
  'beach',
  'mountains',
  'birthday',
  'snow',
  'portrait',
  'concert',
  'school',
  'work',
];

/** The k-th most frequent of 2,000 tags. */
export const tagName = (k: number): string => everyday[k] ?? `${words[k % words.length]!} ${digits(k, 4)}`;

interface Spot {
  lat: number;
  lon: number;
  place: Place;
}

const radian = Math.PI / 180;

function makeSpots(random: Random, count: number): Spot[] {
  return Array.from({ length: count }, (_, k) => {
    const country = countries[zipf(random, countries.length)]!;
    const city = `${pick(random, heads)}${pick(random, tails)}`;
    const lat = Math.asin(random() * 1.5 - 0.6) / radian;
    return { lat, lon: random() * 360 - 180, place: { city, region: `${pick(random, heads)}land ${k % 40}`, country } };
  });
}

/** An occasion: photos of a day or two in one place with one or two cameras. */
interface Occasion {
  start: number;
  spot: Spot | undefined;
  camera: Camera;
  tags: string[];
  audience: Audience | undefined;
  caption: string | undefined;
}

const year = (n: number): number => Date.UTC(n, 0, 1);

function makeOccasion(random: Random, spots: readonly Spot[]): Occasion {
  // People take more photos every year.
  const start = year(1996) + Math.sqrt(random()) * (year(2026) - year(1996));
  const when = new Date(start).getUTCFullYear();
  const tags = Array.from({ length: Math.floor(random() * 4) }, () => tagName(zipf(random, 2_000)));
  return {
    start,
    spot: random() < 0.8 ? spots[random() < 0.3 ? 0 : zipf(random, spots.length)] : undefined,
    camera: pick(
      random,
      cameras.filter(({ from, to }) => from <= when && when <= to),
    ),
    tags,
    audience: random() < 0.25 ? 'family' : random() < 0.05 ? 'public' : undefined,
    caption: random() < 0.3 ? captionOf(random) : undefined,
  };
}

function captionOf(random: Random): string {
  const text = Array.from({ length: 2 + Math.floor(random() * 7) }, () => words[zipf(random, words.length)]!).join(' ');
  return random() < 0.05 ? `${text} ${pick(random, scripts)}` : text;
}

/** `count` photos, in the order of their ids, as a library returns them, which is not that of time. */
export function* syntheticPhotos(count: number, seed: number): Generator<SyntheticPhoto> {
  const random = makeRandom(seed);
  const spots = makeSpots(random, 3_000);
  const occasions = Array.from({ length: Math.max(1, Math.ceil(count / 120)) }, () => makeOccasion(random, spots));
  for (let k = 0; k < count; k++) {
    const sha256 = shaOf(k, count, seed);
    yield { id: photoId(sha256), sha256, document: makePhoto(random, pick(random, occasions), k, sha256) };
  }
}

/** Hex that increases with k and otherwise looks like a hash. */
function shaOf(k: number, count: number, seed: number): string {
  const head = Math.floor((k / count) * 2 ** 32);
  return head.toString(16).padStart(8, '0') + createHash('sha256').update(`${seed} ${k}`).digest('hex').slice(8);
}

function makePhoto(random: Random, occasion: Occasion, k: number, sha256: string): PhotoDocument {
  const { camera, spot } = occasion;
  // Three in ten belong to a burst: the same few moments of the occasion, a third of a second apart.
  const burst = random() < 0.3;
  const moment = burst
    ? Math.floor(random() * 8) * 1_800_000 + Math.floor(random() * 10) * 333
    : Math.floor(random() * 36 * 3600) * 1000;
  const time = new Date(Math.floor(occasion.start / 1000) * 1000 + moment);
  const upright = random() < 0.3;
  const [width, height] = upright ? [3024, 4032] : [4032, 3024];
  const facts: Facts = {
    recipe: 1,
    type: random() < 0.03 ? 'video/mp4' : 'image/jpeg',
    bytes: 2_000_000 + Math.floor(random() * 4_000_000),
    width,
    height,
    taken: time.toISOString().slice(0, 23),
    takenSource: 'exif',
    camera: { make: camera.make, model: camera.model },
    exposure: { iso: 100 * 2 ** Math.floor(random() * 6), aperture: 2.8, seconds: 0.005, focalLength: 50 },
    ...(camera.lenses.length > 0 && { lens: pick(random, camera.lenses) }),
    ...(spot && {
      gps: { lat: spot.lat + (random() - 0.5) / 20, lon: spot.lon + (random() - 0.5) / 20 },
      place: spot.place,
    }),
    ...(occasion.caption !== undefined && { title: occasion.caption }),
    ...(random() < 0.05 && { description: captionOf(random) }),
    ...(occasion.tags.length > 0 && { tags: occasion.tags }),
    ...(random() < 0.1 && { rating: 1 + Math.floor(random() * 5) }),
  };
  const added = new Date(time.getTime() + 86_400_000).toISOString();
  const name = camera.name(k, time);
  return {
    format,
    kind: 'photo',
    facts,
    renditions: {
      recipe: 1,
      thumbhash: Buffer.from(sha256.slice(0, 50), 'hex').toString('base64'),
      thumb: { sha256, type: 'image/webp', width: 640, height: 480, bytes: 30_000 },
      preview: { sha256, type: 'image/jpeg', width: 2048, height: 1536, bytes: 400_000 },
    },
    sidecars: {},
    sightings: { [`home ${name}`]: { at: added, server: 'home', name, modified: added } },
    edits: makeEdits(random, occasion, time),
  };
}

/** The author of the edits that are not the owner's. */
export const familyMember = 'person:bench';

function makeEdits(random: Random, { audience }: Occasion, time: Date): Edits {
  const at = `${digits(time.getTime(), 15)}-0000-bench`;
  // One photo in ten was edited by a family member who has no right to share: share links to a search show it without that.
  const by = random() < 0.1 ? familyMember : owner;
  const edit = <T>(value: T): { value: T; at: string; by: string }[] => [{ value, at, by }];
  return {
    ...(audience && { audience: edit(audience) }),
    ...(random() < 0.04 && { favourite: edit(true) }),
    ...(random() < 0.5 && { reviewed: edit(true) }),
    ...(random() < 0.02 && { trashed: edit(true) }),
    ...(random() < 0.02 && { tags: { [tagName(zipf(random, 2_000))]: { present: true, at, by } } }),
    ...(random() < 0.1 && {
      albums: { [`album-${digits(zipf(random, 300), 3)}`]: { present: true, at, by } },
    }),
  };
}
