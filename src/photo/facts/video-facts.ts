/**
 * Facts of a video by ExifTool: length, displayed size, codecs. ffprobe, if installed, provides the same with better
 * quality. Pure.
 */
import type { Facts } from '../../document/photo-document.js';
import { round } from './position-and-place.js';
import { line, type Tags } from './exif-tags.js';

/** The short names of codecs, by their names in containers. */
const names: Record<string, string> = {
  avc1: 'h264',
  avc3: 'h264',
  hvc1: 'hevc',
  hev1: 'hevc',
  dvh1: 'hevc',
  av01: 'av1',
  vp09: 'vp9',
  v_vp8: 'vp8',
  v_vp9: 'vp9',
  v_av1: 'av1',
  'v_mpeg4/iso/avc': 'h264',
  'v_mpegh/iso/hevc': 'hevc',
  mp4v: 'mpeg4',
  s263: 'h263',
  jpeg: 'mjpeg',
  mjpg: 'mjpeg',
  mp4a: 'aac',
  a_opus: 'opus',
  a_vorbis: 'vorbis',
  a_aac: 'aac',
  samr: 'amr',
};

/** Length, size and codecs; empty for other files than videos. */
export function readFilm(tags: Tags, type: string): Pick<Facts, 'seconds' | 'codecs'> {
  if (!type.startsWith('video/')) return {};
  const seconds = tags.number('QuickTime:Duration', 'Composite:Duration', ...tags.groupsOf('Duration'));
  const video = codec(tags.text(...tags.groupsOf('CompressorID'), 'Matroska:VideoCodecID', 'RIFF:VideoCodec'));
  const audio = codec(tags.text(...tags.groupsOf('AudioFormat'), 'Matroska:AudioCodecID'));
  const codecs = { ...(video !== undefined && { video }), ...(audio !== undefined && { audio }) };
  return {
    ...(seconds !== undefined && seconds > 0 && seconds < 1e7 && { seconds: round(seconds, 3) }),
    ...(Object.keys(codecs).length > 0 && { codecs }),
  };
}

/** The displayed size, if ExifTool knows it. */
export function readFilmSize(tags: Tags): { width: number; height: number } | undefined {
  const width = tags.number(...tags.groupsOf('ImageWidth'));
  const height = tags.number(...tags.groupsOf('ImageHeight'));
  if (width === undefined || height === undefined || width < 1 || height < 1 || width > 16_384 || height > 16_384)
    return undefined;
  const turned = Math.abs(tags.number('Composite:Rotation') ?? 0) % 180 === 90;
  return turned ? { width: height, height: width } : { width, height };
}

function codec(text: string | undefined): string | undefined {
  const name = line(text ?? '', 40).toLowerCase();
  return name === '' ? undefined : (names[name] ?? name);
}
