/**
 * ffmpeg's arguments for a frame, a hover preview, and the playable video. Sizes are as displayed, colours BT.709; HDR
 * is mapped to standard screens if ffmpeg can (zscale). The output has no metadata of the original. Pure.
 */
import type { Film } from './ffprobe.js';

/**
 * The number of the recipe for transcoded videos; raised whenever the same bytes would give different ones. At most
 * 9999.
 */
export const clipRecipe = 4;

/** The capabilities of this build of ffmpeg. */
export interface Abilities {
  /** The encoder of H.264 to use, with its settings; undefined if there is none. */
  h264?: readonly string[];
  /** Whether it maps HDR to SDR. */
  tonemap: boolean;
}

/** Encoders of H.264, the best first: nearly all builds have x264. */
const encoders: Record<string, readonly string[]> = {
  libx264: ['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high'],
  h264_videotoolbox: ['-c:v', 'h264_videotoolbox', '-q:v', '55'],
  libopenh264: ['-c:v', 'libopenh264', '-rc_mode', 'quality'],
  h264_mf: ['-c:v', 'h264_mf'],
};

/** Parses the lists of `ffmpeg -encoders` and `ffmpeg -filters`. */
export function readAbilities(listed: string): Abilities {
  const has = (name: string): boolean => new RegExp(`^ \\S+ +${name} `, 'm').test(listed);
  const h264 = Object.keys(encoders).find(has);
  return { ...(h264 !== undefined && { h264: encoders[h264]! }), tonemap: has('zscale') && has('tonemap') };
}

/** Width and height in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Seconds of a hover preview, and its maximum size. */
export const hover = { seconds: 6, width: 640, height: 320, rate: 15 } as const;
/** The maximum size of a playable video: 1080p, landscape or portrait. */
export const largest = { long: 1920, short: 1080 } as const;
/** No real video is longer; a hostile file may state more. */
export const longest = 12 * 3600;

/** The size of a hover preview. */
export const hoverSize = ({ pictures }: Film): Size =>
  scaled(pictures, Math.min(1, hover.width / pictures.width, hover.height / pictures.height));

/**
 * Whether a video is so short that its preview and its playable video are made in one run, which decodes it once
 * instead of twice. For a longer one the preview is needed long before the rest is done.
 */
export const isBrief = ({ seconds }: Film): boolean => seconds > 0 && seconds <= 3 * hover.seconds;

/** The size of the playable video. */
export function playSize({ pictures }: Film): Size {
  const { width, height } = pictures;
  return scaled(pictures, Math.min(1, largest.long / Math.max(width, height), largest.short / Math.min(width, height)));
}

/** H.264 requires even sides. */
function scaled({ width, height }: Size, factor: number): Size {
  const even = (side: number): number => Math.max(2, Math.round((side * factor) / 2) * 2);
  return { width: even(width), height: even(height) };
}

/** The second from which a video's picture is taken: not the very first frame, which often shows a hand or nothing. */
export const posterAt = ({ seconds }: Film): number => Math.min(1, seconds / 4);

/**
 * Missing colour information of HDR is that of its definition; otherwise it is guessed from the size, as players do.
 */
function matrixOf({ pictures: { matrix, hdr, width, height } }: Film): string {
  if (matrix) return 'auto';
  if (hdr) return 'bt2020';
  return Math.min(width, height) >= 720 ? 'bt709' : 'bt601';
}

/** The parameters that an HDR video lacks and zscale needs: it does not guess them, and fails. */
function untold({ pictures: { matrix, primaries } }: Film): string {
  const given = [...(primaries ? [] : ['color_primaries=bt2020']), ...(matrix ? [] : ['colorspace=bt2020nc'])];
  return given.length === 0 ? '' : `setparams=${given.join(':')},`;
}

const told = 'setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv';

/**
 * HDR is mapped as in photos (src/photo/decode/color-conversion.ts): unchanged up to `knee` of reference white (cd/m²;
 * ITU-R BT.2408), brighter values compressed so that `peak` becomes white.
 */
const [white, peak, knee] = [203, 1000, 0.6];

/** `pixels`: ffmpeg's format of the output if the input was HDR; otherwise it may differ. */
function scaling(film: Film, { width, height }: Size, { tonemap }: Abilities, pixels = 'yuv420p'): string {
  if (film.pictures.hdr && tonemap) {
    // HLG's system gamma applies to all three colours together; zscale's shortcut brightens each by itself.
    const exact = film.pictures.hdr === 'hlg' ? ':agamma=0' : '';
    const light = `zscale=w=${width}:h=${height}:t=linear:npl=${white}${exact}`;
    const linear = `${untold(film)}${light},format=gbrpf32le,zscale=p=bt709`;
    const press = `tonemap=tonemap=mobius:param=${knee}:peak=${(peak / white).toFixed(3)}:desat=0`;
    // Browsers show videos with the sRGB curve: uncompressed brightness equals that of a photo. The format makes zscale
    // itself produce YUV: the conversion that ffmpeg would insert uses another matrix.
    return `${linear},${press},zscale=t=iec61966-2-1:m=bt709:r=tv,format=${pixels},${told}`;
  }
  return `scale=${width}:${height}:in_color_matrix=${matrixOf(film)}:out_color_matrix=bt709:out_range=tv,${told}`;
}

const bare = ['-map_metadata', '-1', '-map_chapters', '-1', '-sn', '-dn'];
const exact = ['-fflags', '+bitexact', '-flags:v', '+bitexact', '-flags:a', '+bitexact'];
const colours = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'];
const mp4 = (to: string): string[] => ['-movflags', '+faststart', '-f', 'mp4', `file:${to}`];

/** A frame as PNG, scaled to `edge`: the most representative of several. */
export function posterArgs(film: Film, edge: number, can: Abilities, to: string): string[] {
  const { pictures } = film;
  const size = scaled(pictures, Math.min(1, edge / Math.max(pictures.width, pictures.height)));
  const exactly = 'flags=accurate_rnd+full_chroma_int';
  const toRgb = `scale=in_color_matrix=bt709:in_range=tv:out_range=pc:${exactly},format=rgb24`;
  const filter = `thumbnail=8,${scaling(film, size, can, 'yuv444p10le')},${toRgb}`;
  return [
    ...['-map', `0:${pictures.index}`, '-an', ...bare, '-frames:v', '1', '-vf', filter],
    ...['-c:v', 'png', '-compression_level', '1', '-f', 'image2pipe', `file:${to}`],
  ];
}

/** The second at which the hover preview begins. */
export const hoverAt = (film: Film): number => posterAt(film) / 2;

/**
 * The hover preview: some seconds without sound. `skip`: seconds to skip, unless the input was already opened there.
 */
export function hoverArgs(film: Film, can: Abilities, to: string, skip = 0): string[] {
  const filter = `fps=${hover.rate},${scaling(film, hoverSize(film), can)},format=yuv420p,setsar=1`;
  return [
    ...['-map', `0:${film.pictures.index}`, '-an', ...bare, ...(skip > 0 ? ['-ss', skip.toFixed(3)] : [])],
    ...['-t', String(hover.seconds), '-vf', filter],
    ...[...(can.h264 ?? []), '-b:v', '400k', '-maxrate', '800k', '-bufsize', '1600k', '-g', '30', ...colours],
    ...[...exact, ...mp4(to)],
  ];
}

/**
 * Bitstream filters that remove data beside the pictures: supplemental information (SEI, ITU-T H.264 7.3.2.3, H.265
 * 7.3.2.4), in which cameras write place and time, and AV1's metadata.
 */
const filters: Record<string, string> = {
  h264: 'filter_units=remove_types=6',
  hevc: 'filter_units=remove_types=39-40',
  av1: 'filter_units=remove_types=5',
};

/** Copies the streams without any metadata. */
const copied = (film: Film): string[] => {
  const filter = Object.hasOwn(filters, film.pictures.codec) ? filters[film.pictures.codec] : undefined;
  return [...streams(film), ...bare, '-c', 'copy', ...(filter === undefined ? [] : ['-bsf:v', filter]), ...exact];
};

/** Copies the streams into an MP4. */
export const copyArgs = (film: Film, to: string): string[] => [...copied(film), ...mp4(to)];

/** ffmpeg's names of containers that can be written without metadata, by MIME type. */
const containers: Record<string, string> = {
  'video/mp4': 'mp4',
  'video/x-m4v': 'mp4',
  'video/3gpp': 'mp4',
  'video/quicktime': 'mov',
};

/** The MIME types of videos that can be stripped. */
export const bareFilms: readonly string[] = Object.keys(containers);

/** A stripped video in its own container; undefined if it can't be stripped. */
export function bareArgs(film: Film, type: string, to: string): string[] | undefined {
  if (!Object.hasOwn(containers, type) || !Object.hasOwn(filters, film.pictures.codec)) return undefined;
  return [
    ...copied(film),
    '-movflags',
    '+faststart',
    '-tag:v',
    tags[film.pictures.codec]!,
    '-f',
    containers[type]!,
    `file:${to}`,
  ];
}

/** The tags of codecs in those containers; Apple's programs accept HEVC under no other. */
const tags: Record<string, string> = { h264: 'avc1', hevc: 'hvc1', av1: 'av01' };

/** The playable video. */
export function playArgs(film: Film, can: Abilities, to: string): string[] {
  const filter = `${scaling(film, playSize(film), can)},format=yuv420p,setsar=1`;
  const crf = can.h264?.includes('libx264') ? ['-crf', '23'] : ['-b:v', '6M'];
  return [
    ...[...streams(film), ...bare, '-t', String(longest), '-vf', filter, '-fpsmax', '60'],
    ...[...(can.h264 ?? []), ...crf, '-maxrate', '8M', '-bufsize', '16M', ...colours],
    ...['-c:a', 'aac', '-b:a', '128k', '-ac', '2', ...exact, ...mp4(to)],
  ];
}

const streams = ({ pictures, sound }: Film): string[] => [
  ...['-map', `0:${pictures.index}`],
  ...(sound ? ['-map', `0:${sound.index}`] : ['-an']),
];
