/**
 * How ffmpeg and ffprobe open an untrusted video: only as the format of its first bytes, so that no playlist, file list
 * or image sequence is ever opened; only this file, without network access; only with codecs that cameras, phones and
 * the web use. Pure.
 */
import type { Format } from '../photo/formats/identify.js';

/**
 * ffmpeg's demuxers by the name of the format (src/photo/formats/video.ts). With these options none of them opens other
 * files.
 */
const demuxers: Record<string, string> = {
  'QuickTime (MOV)': 'mov',
  MP4: 'mov',
  M4V: 'mov',
  '3GP': 'mov',
  AVI: 'avi',
  'MPEG transport stream (MTS)': 'mpegts',
  MPEG: 'mpeg',
  'MPEG video': 'mpegvideo',
  WebM: 'matroska',
  'Matroska (MKV)': 'matroska',
  'Windows Media (WMV)': 'asf',
};

const video =
  'h264,hevc,av1,libdav1d,libaom-av1,vp8,vp9,libvpx,libvpx-vp9,mpeg4,mpeg1video,mpeg2video,mpegvideo,h263,h263p,flv1,mjpeg,' +
  'prores,dnxhd,dvvideo,msmpeg4v1,msmpeg4v2,msmpeg4,wmv1,wmv2,wmv3,vc1,theora,svq1,svq3,cinepak,indeo3,indeo5,rpza,rawvideo';
const audio =
  'aac,aac_latm,mp3,mp3float,mp2,mp2float,mp1,mp1float,ac3,eac3,dca,opus,libopus,vorbis,flac,alac,amrnb,amrwb,libopencore_amrnb,' +
  'libopencore_amrwb,wmav1,wmav2,wmapro,qdm2,qdmc,mace3,mace6,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_swf,pcm_s16le,pcm_s16be,' +
  'pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_u8,pcm_s8,pcm_alaw,pcm_mulaw,pcm_dvd,pcm_bluray,pcm_lxf,nellymoser,speex';

/**
 * Codecs of subtitles, which are not used: camcorders (AVCHD) and drones write such tracks into each video, and ffmpeg
 * rejects a video with a track that it may not open.
 */
const words = 'pgssub,dvbsub,dvdsub,mov_text,subrip,srt,ass,ssa,webvtt,text';

/** The options before the input to read `path` as `format`. `seek`: seconds to skip. */
export function inputOf(path: string, format: Format, seek = 0): string[] {
  const demuxer = demuxers[format.name];
  if (demuxer === undefined) throw new TypeError(`${format.name} is not a video`);
  return [
    ...['-protocol_whitelist', 'file,pipe', '-codec_whitelist', `${video},${audio},${words}`],
    ...(demuxer === 'mov' ? ['-enable_drefs', '0', '-use_absolute_path', '0'] : []),
    ...(seek > 0 ? ['-ss', seek.toFixed(3)] : []),
    ...['-f', demuxer, '-i', `file:${path}`],
  ];
}

/** Whether a file is a video, by its format. */
export const isVideo = ({ type }: Pick<Format, 'type'>): boolean => type.startsWith('video/');
