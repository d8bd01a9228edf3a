/** Videos for tests: made by the machine's ffmpeg if there is one, otherwise tiny ones beside this file. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { findTools } from '../../src/video/find-ffmpeg.js';

/** The tools of this machine. */
export const tools = findTools();
/** Why tests that make videos are skipped; false if they are not. */
export const noFfmpeg = tools.kind === 'missing';

/** A second of H.264 and AAC in an MP4 of some kilobytes: 64 × 48 pixels, red, then blue. */
export const tinyFilm = (): Buffer => readFileSync(join(import.meta.dirname, 'tiny.mp4'));

/** Makes a video with ffmpeg: `args` are those of the output. */
export function makeFilm(
  path: string,
  args: readonly string[],
  { size = '64x48', seconds = 1, rate = 25, sound = true } = {},
): string {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`];
  const tone = sound ? ['-f', 'lavfi', '-i', `sine=duration=${seconds}`] : [];
  const ffmpeg = tools.kind === 'found' ? tools.tools.ffmpeg : 'ffmpeg';
  execFileSync(ffmpeg, ['-y', '-nostdin', '-v', 'error', ...picture, ...tone, ...args, path], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return path;
}

/** H.264 with a fast start. */
export const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];

/** Apple's key for the identifier of a Live Photo, as an ffmpeg option. */
export const keyOf = (pair: string): string[] => [
  ...['-movflags', 'use_metadata_tags', '-metadata', `com.apple.quicktime.content.identifier=${pair}`],
];

/** The picture of a Live Photo: a JPEG with Apple's maker note (a TIFF directory after `Apple iOS`). */
export async function livePicture(pair: string, { width = 64, height = 48, hue = 200 } = {}): Promise<Buffer> {
  const background = `hsl(${hue}, 60%, 50%)`;
  const plain = await sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
  const text = Buffer.from(`${pair}\0`);
  const note = Buffer.alloc(14 + 2 + 12 + 4 + text.length);
  note.write('Apple iOS\0\0\x01MM', 'latin1');
  note.writeUInt16BE(1, 14);
  writeEntry(note, 16, 0x11, 2, text.length, 14 + 2 + 12 + 4);
  text.copy(note, 32);
  // IFD0 has the maker and the offset of the Exif directory; that contains the note.
  const head = Buffer.alloc(8 + 2 + 24 + 4 + 6 + 2 + 12 + 4);
  head.write('MM\0*', 'latin1');
  head.writeUInt32BE(8, 4);
  head.writeUInt16BE(2, 8);
  writeEntry(head, 10, 0x10f, 2, 6, 38);
  writeEntry(head, 22, 0x8769, 4, 1, 44);
  head.write('Apple\0', 38, 'latin1');
  head.writeUInt16BE(1, 44);
  writeEntry(head, 46, 0x927c, 7, note.length, head.length);
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), head, note]);
  const marker = Buffer.from([0xff, 0xe1, 0, 0]);
  marker.writeUInt16BE(exif.length + 2, 2);
  return Buffer.concat([plain.subarray(0, 2), marker, exif, plain.subarray(2)]);
}

function writeEntry(at: Buffer, offset: number, tag: number, type: number, count: number, value: number): void {
  at.writeUInt16BE(tag, offset);
  at.writeUInt16BE(type, offset + 2);
  at.writeUInt32BE(count, offset + 4);
  at.writeUInt32BE(value, offset + 8);
}

/** A motion photo in Google's first form: the video after the picture, XMP with its length. */
export async function microVideo(film: Buffer): Promise<Buffer> {
  const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" GCamera:MicroVideo="1" GCamera:MicroVideoVersion="1" GCamera:MicroVideoOffset="${film.length}"/></rdf:RDF></x:xmpmeta>`;
  return Buffer.concat([await picture(120, xmp), film]);
}

/** A motion photo of format 1.0: a directory of items in XMP. */
export async function motionPhoto(film: Buffer): Promise<Buffer> {
  const item = (mime: string, semantic: string, length: number): string =>
    `<rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="${mime}" Item:Semantic="${semantic}" Item:Length="${length}" Item:Padding="0"/></rdf:li>`;
  const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/" GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1"><Container:Directory><rdf:Seq>${item('image/jpeg', 'Primary', 0)}${item('video/mp4', 'MotionPhoto', film.length)}</rdf:Seq></Container:Directory></rdf:Description></rdf:RDF></x:xmpmeta>`;
  return Buffer.concat([await picture(30, xmp), film]);
}

/** A motion photo in Samsung's form: no XMP, a trailer with blocks and their directory. */
export async function samsungPhoto(film: Buffer): Promise<Buffer> {
  const name = Buffer.from('MotionPhoto_Data');
  const block = Buffer.alloc(8);
  block.writeUInt16LE(0, 0);
  block.writeUInt16LE(0x0a30, 2);
  block.writeUInt32LE(name.length, 4);
  const data = Buffer.concat([block, name, film]);
  const directory = Buffer.alloc(12 + 12);
  directory.write('SEFH', 'latin1');
  directory.writeUInt32LE(107, 4);
  directory.writeUInt32LE(1, 8);
  directory.writeUInt16LE(0x0a30, 14);
  directory.writeUInt32LE(data.length, 16);
  directory.writeUInt32LE(data.length, 20);
  const end = Buffer.alloc(8);
  end.writeUInt32LE(directory.length, 0);
  end.write('SEFT', 4, 'latin1');
  return Buffer.concat([await picture(280), data, directory, end]);
}

function picture(hue: number, xmp?: string): Promise<Buffer> {
  const background = `hsl(${hue}, 60%, 50%)`;
  const plain = sharp({ create: { width: 64, height: 48, channels: 3, background } });
  return (xmp === undefined ? plain : plain.withXmp(xmp)).jpeg().toBuffer();
}
