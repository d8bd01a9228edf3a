/**
 * The properties of a video by ffprobe: streams, length, displayed size. The output is validated field by field: a
 * hostile file can make ffprobe print anything.
 */
import { isObject, own, textOf } from '../document/json-values.js';

/** A stream of audio or pictures. `index` is its number in the file. */
export interface Stream {
  index: number;
  /** ffmpeg's name: `h264`, `aac`. */
  codec: string;
}

/** The pictures of a video. */
export interface Pictures extends Stream {
  profile: string;
  /** ffmpeg's pixel format: `yuv420p`. */
  pixels: string;
  /** The HDR transfer curve; absent for SDR. */
  hdr?: 'pq' | 'hlg';
  /** Pixels as displayed: with aspect ratio of pixels and rotation applied. */
  width: number;
  height: number;
  /** Frames per second. */
  rate: number;
  /** Whether the file states its colour matrix. */
  matrix: boolean;
  /** Whether it states its primaries. */
  primaries: boolean;
}

/** A video as reported by ffprobe. */
export interface Film {
  /** Seconds; 0 if unknown. */
  seconds: number;
  pictures: Pictures;
  sound?: Stream;
}

/** The fields requested from ffprobe. */
export const asked = [
  '-show_entries',
  [
    'format=duration',
    'stream=index,codec_type,codec_name,profile,pix_fmt,width,height,sample_aspect_ratio,color_transfer,color_space,color_primaries,avg_frame_rate,duration',
    'stream_disposition=attached_pic',
    'stream_side_data=rotation',
  ].join(':'),
  '-of',
  'json',
];

/** No video has a longer side. */
const longest = 16_384;

/** Parses ffprobe's output; undefined if it has no video. @throws SyntaxError if it is not JSON. */
export function readProbe(text: string): Film | undefined {
  const answer: unknown = JSON.parse(text);
  const list = own(answer, 'streams');
  const streams = Array.isArray(list) ? list.filter(isObject) : [];
  const of = (type: string): unknown[] =>
    streams.filter((one) => textOf(own(one, 'codec_type')) === type && isKnown(one));
  const pictures = of('video')
    .map(readPictures)
    .find((one) => one !== undefined);
  if (!pictures) return undefined;
  const sound = of('audio')[0];
  const lengths = [own(own(answer, 'format'), 'duration'), ...streams.map((one) => own(one, 'duration'))];
  return {
    seconds: lengths.map(numberOf).find((seconds) => seconds > 0) ?? 0,
    pictures,
    ...(sound !== undefined && { sound: readStream(sound) }),
  };
}

const isKnown = (stream: unknown): boolean => !['', 'unknown', 'none'].includes(textOf(own(stream, 'codec_name')));
const readStream = (stream: unknown): Stream => ({
  index: numberOf(own(stream, 'index')),
  codec: textOf(own(stream, 'codec_name')),
});

function readPictures(stream: unknown): Pictures | undefined {
  // A cover picture, not the video.
  if (own(own(stream, 'disposition'), 'attached_pic') === 1) return undefined;
  const [width, height] = [numberOf(own(stream, 'width')), numberOf(own(stream, 'height'))];
  if (width < 1 || height < 1 || width > longest || height > longest) return undefined;
  const wide = Math.max(1, Math.min(longest, Math.round(width * shapeOf(textOf(own(stream, 'sample_aspect_ratio'))))));
  const transfer = textOf(own(stream, 'color_transfer'));
  const curve = Object.hasOwn(curves, transfer) ? curves[transfer] : undefined;
  const turned = Math.abs(rotationOf(stream)) % 180 === 90;
  return {
    ...readStream(stream),
    profile: textOf(own(stream, 'profile')),
    pixels: textOf(own(stream, 'pix_fmt')),
    width: turned ? height : wide,
    height: turned ? wide : height,
    rate: ratioOf(textOf(own(stream, 'avg_frame_rate')), '/') ?? 0,
    ...(curve !== undefined && { hdr: curve }),
    matrix: isTold(own(stream, 'color_space')),
    primaries: isTold(own(stream, 'color_primaries')),
  };
}

/** ffmpeg's names of the curves of ITU-R BT.2100. */
const curves: Record<string, 'pq' | 'hlg'> = { smpte2084: 'pq', 'arib-std-b67': 'hlg' };

const isTold = (value: unknown): boolean => !['', 'unknown', 'reserved'].includes(textOf(value));

/** The aspect ratio of a pixel: 1 for squares, and for implausible values. */
function shapeOf(text: string): number {
  const shape = ratioOf(text, ':') ?? 1;
  return shape > 0.2 && shape < 5 ? shape : 1;
}

/** Degrees. */
function rotationOf(stream: unknown): number {
  const data = own(stream, 'side_data_list');
  const turns = Array.isArray(data) ? data.map((one) => numberOf(own(one, 'rotation'))) : [];
  return Math.round(turns.find((turn) => turn !== 0) ?? 0);
}

function ratioOf(text: string, between: string): number | undefined {
  const [over, under] = text.split(between).map(Number);
  return over && under && Number.isFinite(over / under) ? over / under : undefined;
}

/** A number, also written as text; 0 for anything else. */
function numberOf(value: unknown): number {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : 0;
}
