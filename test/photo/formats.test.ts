/** docs/formats.md is made from the list of families; `npx vitest run test/photo/formats -u` writes it anew. */
import { format } from 'prettier';
import { expect, it } from 'vitest';
import type { Limits } from '../../src/base/sandbox/pool.js';
import { families } from '../../src/photo/formats/families.js';
import { headLength } from '../../src/photo/formats/identify.js';
import { decoderLimits } from '../../src/photo/decode/decoder-pool.js';
import { readerLimits } from '../../src/photo/facts/exiftool.js';
import { pixelLimit } from '../../src/photo/decode/decode-pixels.js';
import { encoding, previewEdge, thumbBox } from '../../src/photo/decode/renditions.js';

const kinds = families.flatMap((family) => family.kinds);
const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`;
const both = (tell: (limits: Limits) => string): string[] => [decoderLimits, readerLimits].map(tell);
const megapixels = Math.floor(pixelLimit / 1e6);

const page = `# Formats

What a file is, is told by its first ${headLength} bytes, never by its name. A file that is no photo or video stays where it
is and is shown with the reason (empty, text, a web page, an SVG drawing, a document, an archive, a program, sound, or
nothing that Photospool knows). XMP sidecars go with their photos: [sidecars](sidecars.md).

This page is made from the list in \`src/photo/formats/families.ts\`; a test keeps it up to date.

## Read

${row('format', 'type', 'facts', 'shown', 'needs')}
${row('---', '---', '---', '---', '---')}
${kinds
  .filter((kind) => kind.missing === undefined)
  .map((kind) => row(kind.name, `\`${kind.type}\``, 'ExifTool', kind.shown, kind.needs))
  .join('\n')}

## Known, not read yet

They are left in \`incoming\`, with a sentence that says so.

${row('format', 'type', 'would need')}
${row('---', '---', '---')}
${kinds
  .filter((kind) => kind.missing !== undefined)
  .map((kind) => row(kind.name, `\`${kind.type}\``, kind.needs))
  .join('\n')}

RAW files that are TIFF inside are told from TIFF by their first directory, which must lie in those first bytes, as it
does in all that we know; one that did not would be taken for TIFF.

Shown from whole files of cameras: CR3, CRW, RAF, X3F. Of CR2, DNG, IIQ, MRW and NEF only files cut down to their headers were tried
(the test files of ExifTool and Exiv2), which come in with a placeholder. Of ARW, ORF, PEF, RW2 and SRW there was no whole one: the
tests make theirs by hand, as ExifTool describes them.

## How a picture is shown

- \`preview\`: JPEG, quality ${encoding.quality}, at most ${previewEdge} px long. \`thumb\`: JPEG, quality ${encoding.quality}, at most ${thumbBox.height} px high and ${thumbBox.width} px
  wide. Never larger than the original. Why these: docs/performance.md, "Renditions".
- Upright (all eight EXIF orientations), sRGB (through the embedded colour profile, CMYK too), 8 bits, no metadata.
- What is transparent is put on white. Of an animation the first frame, of several pages the first.
- AVIF, HEIC and JPEG XL without a colour profile are shown in the colours that \`nclx\` names: sRGB, Display P3 and Rec. 2020. HDR (PQ,
  HLG) is mapped to what a screen shows: up to 60 % of reference white (203 cd/m²) as it is, what is brighter pressed
  together below white. Gain maps are not applied: their base picture is shown.
- HEIC and AVIF are turned as \`irot\` and \`imir\` say, once, as ISO/IEC 23008-12 has it; EXIF's orientation says the same again and
  is left out. What a phone wrote wrong there (the Nokia 8.3 turns some photos that stand already) is shown so by every program
  that keeps to the standard.
- HEIC is decoded by \`heif-dec\` (Debian: libheif-examples) where that is in the PATH and the picture has 8 bits, else by
  libheif as WebAssembly. What heif-dec can't do, WebAssembly tries. heif-dec writes a temporary file, which is removed at
  once, and has at most 60 s of processor time.
- RAW is turned as the RAW's own orientation says. The size told is that of the RAW where the picture inside has its shape.
- **Download as JPEG** (\`GET /originals/:id/jpeg\`, in the photo's information): the whole picture, quality 92, made for that
  download in a decoder with the same limits. The original stays what it is.
- RAW and JPEG (or HEIC) of one shot, by file name without ending, second and camera, are one photo, shown by the JPEG; the
  information of each leads to the other. The RAW is thrown away and taken back with it; who may see it is its own.
- More than ${megapixels} megapixels are refused by the header, before anything is decoded.
- A file whose end is missing is \`truncated\` and tried again, since it may still be arriving. One whose pixel data is broken, or
  that crashes its decoder, is \`undecodable\`. Both are [archived as they are](#damaged-files) after a day. A JPEG that has all
  its pixels and lacks only the marker at its end, as some programs write them, is taken for whole when it was not written to
  for an hour. A JPEG of which only some scan data is broken has a picture, so it is imported at once and marked as
  [damaged](#damaged-files). Harmless warnings do not matter.

## Damaged files

A file with damage is archived like any other original when it did not change for a day, or as soon as an owner chooses it
([spool.md](spool.md#damaged-files)). What its document says comes from the bytes alone, so every server says the same:

- \`renditions.damaged\` is \`true\`. The photo is found with \`is:damaged\`, and its tile and its information say so.
- Shown is what can be decoded: of a JPEG, PNG or GIF the picture as far as it goes; of a video whose end is missing a frame, where
  ffmpeg finds one; of any other the largest smaller picture that it carries (an EXIF thumbnail, a preview). Where there is nothing,
  \`renditions.unshown\` is \`damaged\`, and a placeholder is shown.
- A file that is named as a photo or video (by one of the endings of its family, such as \`.jpg\`) and begins with bytes that are
  nothing known has the type \`application/octet-stream\`, since no name decides what bytes are. One that is empty, text, or of
  another known kind is not damaged, and left alone as before.
- A want of memory, of time, or trouble of a disk is never taken for damage: such a file waits.
- \`photospool rerender\` tries damaged ones again each time, and clears the mark where a newer decoder reads all of them. A
  picture that was shown whole before is never replaced by a damaged one.
- Broken scan data of a JPEG, baseline or progressive, is found in the same decoding that makes its pictures, by what libjpeg warns
  of: a code that does not exist, data that ends too early, markers or bytes where none belong. Bytes too many between the parts of
  its header, before its end marker or behind it, as many cameras and phones write them, are no damage. What **can't be found**:
  changed bytes that happen to be valid codes again (colours or a part of the picture are wrong, and the data comes out even, or
  some is left over at the end); bytes in a lossy WebP or HEIC that decode to something else; pixels of an uncompressed TIFF. Of
  single flipped bits few are found in a baseline JPEG and about a third in a progressive one; of lost blocks nearly all.
  \`photospool verify\` finds every change that happens after a photo is in the archive, by its hash.
- A sound copy that comes later has other bytes: it is another original, and both are kept. The page Duplicates proposes to keep the
  undamaged one of the same size.

## Limits

libvips and ExifTool run in processes of their own. What a file does to one of them is that file's failure and nobody
else's: the process is killed, the file waits in its claim with the reason, the next one gets a new process. They end 30
s after the last file, and with Photospool itself. Where that is killed, a decoder ends at once, and an ExifTool that is
busy with a file a second after the time that a file may take, or before (on Windows when it is done).

${row('', 'decoder (libvips)', 'ExifTool')}
${row('---', '---', '---')}
${row('at once', '`workers`', '`workers`, at most 4')}
${row('time per file', ...both(({ seconds, longest }) => `${seconds} s${longest === undefined ? '' : `; ${longest} s on a busy machine`}`))}
${row('answer', ...both(({ output }) => `${output >> 20} MiB`))}
${row('memory', '1.5 GiB and 256 MiB for itself', `${readerLimits.memory >> 20} MiB`)}
${row('files', 'libvips may use temporary ones', 'may write none')}

- Time and answer are watched by Photospool on every system. More time by the clock is given on Linux to a decoder that works, but got
  less CPU time than that, since the machine is busy with other things. Memory is bounded by the system on Linux (\`ulimit -d\`);
  elsewhere a decoder watches its own and ends itself, and ExifTool has no such bound. That no file is written, the
  system sees to on Linux and macOS (\`ulimit -f\`).
- A machine with less than 6 GiB gives a decoder a quarter of its memory, at least 384 MiB.
- More time, tags or memory than that: \`timeout\` is tried again by itself, \`too-large\` waits for \`retry\`. A crash of
  libvips is \`undecodable\`; one by the system's own want of memory is \`busy\` and tried again, as is a crash of ExifTool.

## Facts

From the bytes alone: the same bytes give the same facts under any name, on any machine.

The time taken is local wall time, with an offset only where it is known. The first of these that holds a possible date:

1. EXIF DateTimeOriginal with SubSecTimeOriginal and OffsetTimeOriginal (never OffsetTime)
2. XMP exif:DateTimeOriginal, photoshop:DateCreated
3. IPTC DateCreated with TimeCreated (its offset only where it is not +00:00, which programs write that know none)
4. EXIF CreateDate with SubSecTimeDigitized and OffsetTimeDigitized
5. XMP exif:DateTimeDigitized, xmp:CreateDate
6. IPTC DigitalCreationDate with DigitalCreationTime
7. DateTimeOriginal of maker notes, PNG CreationTime
8. GPS date and time, in the zone of the place
9. EXIF ModifyDate

Then, from outside the file: a date in its name, and its time stamp. Where the wall time has no offset but the GPS clock
was recorded, the difference of the two is the offset, if it is one in use on earth to within a minute. Zeros, impossible
dates and years before 1826 or after 2199 are no dates. \`takenSource\` is \`exif\` for 1, 4, 7 and 9.

- **Place**: the nearest town of ExifTool's offline database within 100 km of the position; without a position, what was
  typed into the file (IPTC Core). 0,0 and what is out of range are no position.
- **Lens**: what the camera wrote, else ExifTool's name for the maker's lens number unless it is not sure.
- **Title, description**: XMP, then IPTC, then EXIF and Windows; not what cameras write by themselves ("SONY DSC").
- **Tags**: XMP dc:subject and IPTC Keywords together; the leaves of keyword trees only where there are no others.
- **Rating**: 1 to 5; 0 and -1 ("rejected") are no rating.

## Adding a format

One file in \`src/photo/formats\`, one line in \`src/photo/formats/families.ts\`. The file gives a \`Family\` (\`src/photo/formats/format-family.ts\`):

- \`kinds\`: each with its MIME type, its name, what a picture of it is shown from, and what it needs. This page is made
  from them.
- \`tell(head)\`: which kind the first bytes are. Pure; never throws.
- \`cutOff\`: whether the end is missing. Only where the decoder can't tell.
- \`endings\`: how the names of its files end, for a file whose first bytes are broken.
- \`open(path, format, asIs)\`: only where libvips can't open the file itself. It runs in the decoder process, inside its limits of
  time and memory, and may start programs there: they die with it. It answers with a \`Source\`, a picture that libvips can
  open (bytes or a path) with what the bytes do not say themselves: how it must be turned, its colours, the size of the
  original. All else, the scaling, the colours, the encoding and the limits, is the same for every format. Or it answers
  \`{ unshown: reason }\`: the file is sound, but there is no picture of it to be had here. Then it is archived with its facts
  and without renditions, and the album shows a tile that says why.
- \`recipe\`: raised when the same file would give other pictures. \`photospool rerender\` makes those anew whose document has a
  lower one, those whose renditions are missing, those that were \`unshown\` for a reason that is gone, and damaged ones.

Facts are read by ExifTool for every format, so a format has no code for them.

## What shows it

| of | shown by |
| --- | --- |
| HEIC: grids, \`irot\`, several pictures, 10 bits, without and with \`heif-dec\`, upright once | [heif](../test/photo/heif.test.ts) |
| HEIC has a JPEG to download, the original stays | [decoders](../test/photo/decoders.test.ts), [formats](../test/cli/formats.test.ts), [in a browser](../test/browser/kinds.test.ts) |
| a decoder that can be killed, bounded | [bounded](../test/base/bounded.test.ts), [decoders](../test/photo/decoders.test.ts), \`npm run torture garbage\` |
| colours: Display P3, Adobe RGB, CMYK, 16 bits, HDR (PQ, HLG) in HEIC and AVIF; ΔE against the standards' own numbers | [colours](../test/photo/colours.test.ts), [heif](../test/photo/heif.test.ts) |
| JPEG XL: 8 and 16 bits, wide colours, HDR, turned, animated | [jxl](../test/photo/jxl.test.ts) |
| animated WebP and GIF, AVIF, CMYK, alpha | [renditions](../test/photo/renditions.test.ts) |
| RAW: the largest picture inside, upright; without one a placeholder | [raw](../test/photo/raw.test.ts), [in a browser](../test/browser/kinds.test.ts) |
| RAW and JPEG of one shot are one | [stacks](../test/catalog/stacks.test.ts), [with a sidecar](../test/spool/stacks.test.ts), [in a browser](../test/browser/kinds.test.ts) |
| videos: facts, poster, preview, what browsers play; bounded, no network, no playlist | [films](../test/video/films.test.ts), [probe](../test/video/probe.test.ts), [from the claim on](../test/ingest/films.test.ts), [ranges](../test/server/films.test.ts), [in a browser](../test/browser/films.test.ts) |
| HDR films look as their scene | [hdr](../test/video/hdr.test.ts) |
| without ffmpeg: kept, placeholder, \`status\` | [films](../test/cli/films.test.ts), [in a browser](../test/browser/kinds.test.ts) |
| Live and motion photos, whichever half first, on whichever server | [motion](../test/photo/motion.test.ts), [pairs](../test/catalog/pairs.test.ts), [who sees what](../test/server/films.test.ts), [in a browser](../test/browser/films.test.ts), [on a public server](../test/sync/films.test.ts) |
| sidecars: before, with and after the photo, in imports and ZIP parts, in backups | [on their way](../test/spool/sidecars.test.ts), [values](../test/photo/sidecar.test.ts), [in a server, backups](../test/cli/sidecars.test.ts), [imports](../test/importers/sidecars.test.ts) |
| \`export-xmp\`: read by ExifTool and exiv2 | [what is written](../test/ingest/export.test.ts), [the command](../test/cli/export.test.ts) |
| Google Takeout, iCloud | [names](../test/importers/names.test.ts), [Takeout](../test/importers/takeout.test.ts), [iCloud](../test/importers/icloud.test.ts), [ZIP](../test/importers/zip.test.ts), [TAR](../test/importers/tar.test.ts), [exported again](../test/importers/again.test.ts), [faults](../test/importers/faults.test.ts), [killed](../test/importers/kill.test.ts) |
| time: offsets, GPS, QuickTime's UTC, names, DST, impossible dates | [times](../test/photo/times.test.ts), [facts](../test/photo/facts.test.ts) |
| \`rerender\` | [rerender](../test/ingest/rerender.test.ts), [the command](../test/cli/rerender.test.ts) |
| one file and one line for a format | [families](../test/photo/families.test.ts), [this page](../test/photo/formats.test.ts) |
| damaged files: shown as far as they go, after a day or when asked | [shown](../test/photo/damaged.test.ts), [when](../test/spool/damaged.test.ts), [recorded](../test/ingest/damaged.test.ts) |
| figures | \`npm run bench formats\`, \`npm run bench videos\`: [performance](performance.md) |
`;

it('docs/formats.md is up to date', async () => {
  const options = { parser: 'markdown', printWidth: 120, singleQuote: true };
  await expect(await format(page, options)).toMatchFileSnapshot('../../docs/formats.md');
});
