/** Which videos browsers can play unchanged, and which only need another container. Pure. */
import type { Film } from './ffprobe.js';

/** The codecs in a container that every current browser plays. */
const containers: Record<string, { pictures: readonly string[]; sound: readonly string[] }> = {
  'video/mp4': { pictures: ['h264'], sound: ['aac', 'mp3'] },
  'video/x-m4v': { pictures: ['h264'], sound: ['aac', 'mp3'] },
  'video/webm': { pictures: ['vp8', 'vp9', 'av1'], sound: ['opus', 'vorbis'] },
};

/** 8 bits, 4:2:0: what hardware and browsers decode. */
const plain = ['yuv420p', 'yuvj420p'];

/** Whether browsers play a file of this MIME type with these streams. */
export function isPlayable({ pictures, sound }: Film, type: string): boolean {
  const container = Object.hasOwn(containers, type) ? containers[type] : undefined;
  if (!container?.pictures.includes(pictures.codec) || !plain.includes(pictures.pixels) || pictures.hdr) return false;
  return sound === undefined || container.sound.includes(sound.codec);
}

/** Whether its streams would play in an MP4 without transcoding. */
export const isCopyable = (film: Film): boolean => isPlayable(film, 'video/mp4');
