/** docs/formats.md is generated from the list of families; `npx vitest run test/photo/formats -u` updates it. */
import { format } from 'prettier';
import { expect, it } from 'vitest';
import type { Limits } from '../../src/base/sandbox/pool.js';
import { families } from '../../src/photo/formats/families.js';
import { headLength } from '../../src/photo/formats/identify.js';
import { decoderLimits } from '../../src/photo/decode/decoder-pool.js';
import { readerLimits } from '../../src/photo/facts/exiftool.js';
import { encoding, pixelLimit, previewEdge, thumbBox } from '../../src/photo/decode/renditions.js';

const kinds = families.flatMap((family) => family.kinds);
const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`;
const both = (tell: (limits: Limits) => string): string[] => [decoderLimits, readerLimits].map(tell);
const megapixels = Math.floor(pixelLimit / 1e6);

const page = `# Formats

The first ${headLength} bytes of a file determine its format, never its name. A file that is not a photo or video stays in
place and is listed with the reason (empty, text, a web page, an SVG drawing, a document, an archive, a program, sound, or
unknown to Photospool). XMP sidecars belong to their photos: [sidecars](sidecars.md).

This page is generated from the list in \`src/photo/formats/families.ts\`; a test keeps it up to date.

## Read

${row('format', 'type', 'facts', 'shown', 'needs')}
${row('---', '---', '---', '---', '---')}
${kinds
  .filter((kind) => kind.missing === undefined)
  .map((kind) => row(kind.name, `\`${kind.type}\``, 'ExifTool', kind.shown, kind.needs))
  .join('\n')}

## Known, not read yet

These files stay in \`incoming\`, and the page shows the reason.

${row('format', 'type', 'would need')}
${row('---', '---', '---')}
${kinds
  .filter((kind) => kind.missing !== undefined)
  .map((kind) => row(kind.name, `\`${kind.type}\``, kind.needs))
  .join('\n')}

RAW files based on TIFF are recognised by their first directory, which must be within these first bytes, as it is in all
known formats; otherwise the file counts as TIFF.

Tested with complete files of cameras: CR3, CRW, RAF, X3F. CR2, DNG, IIQ, MRW and NEF were tested only with files reduced to their
headers (the test files of ExifTool and Exiv2), which are imported with a placeholder. For ARW, ORF, PEF, RW2 and SRW no complete
file was available: the tests construct theirs from ExifTool's description.

## How a picture is made

- \`preview\`: JPEG, quality ${encoding.quality}, at most ${previewEdge} px long. The preview of a JPEG or HEIC with a gain map (Ultra HDR,
  ISO 21496-1 or Apple’s own format, from iPhones) keeps the map, scaled, rotated and cropped with it
  ([gain-map.ts](../src/photo/decode/gain-map.ts)), unless that would more than double its size and add more than 64 KiB. Its metadata says how
  to apply the map in both forms that browsers read (ISO 21496-1, Ultra HDR), without other data. Apple’s maps follow the curve
  of Rec. 709 and interpolate the gain, not its logarithm, so their samples are converted to look the same
  ([apple-gain-map.ts](../src/photo/decode/apple-gain-map.ts)); their brightness is in their XMP or in the maker notes. Gain maps of AVIF
  and JPEG XL are not kept. Thumbs have no map. \`thumb\`: JPEG, quality ${encoding.quality}, at most ${thumbBox.height} px high and ${thumbBox.width} px
  wide. Never larger than the original. Why these: docs/performance.md, "Renditions".
- Upright (all eight EXIF orientations), sRGB (through the embedded colour profile, CMYK too), 8 bits, no metadata.
- Transparent areas become white. Of an animation the first frame is used, of several pages the first.
- AVIF, HEIC and JPEG XL without a colour profile use the colours in \`nclx\`: sRGB, Display P3 and Rec. 2020. HDR (PQ, HLG) is
  mapped to a standard screen: unchanged up to 60 % of reference white (203 cd/m²), brighter values compressed
  below white. Gain maps are not applied: their base picture is used.
- HEIC and AVIF are rotated by \`irot\` and \`imir\`, once, as ISO/IEC 23008-12 requires; EXIF repeats the orientation and is
  ignored. If a phone wrote a wrong value there (the Nokia 8.3 does for some upright photos), every program that follows the
  standard shows it rotated.
- HEIC is decoded by \`heif-dec\` (Debian: libheif-examples) if it is in the PATH and the picture has 8 bits, otherwise by
  libheif as WebAssembly, which also tries what heif-dec can't decode. heif-dec writes a temporary file, which is removed at
  once, and has at most 60 s of CPU time.
- RAW is rotated by its own orientation. The reported size is that of the RAW if the embedded picture has the same shape.
- **Download as JPEG** (\`GET /originals/:id/jpeg\`, in the photo's information): the full-size picture, quality 92, made for that
  download in a decoder with the same limits. The original does not change.
- A RAW and a JPEG (or HEIC) of one shot, with the same file name without extension, second and camera, are one photo, shown by
  the JPEG; the information of each links to the other. The RAW is moved to the trash and restored with the JPEG; its audience is
  separate.
- A picture of more than ${megapixels} megapixels is rejected by its header, before anything is decoded.
- A file whose end is missing is \`truncated\` and retried, since it may still be arriving. One whose pixel data is broken, or
  that crashes its decoder, is \`undecodable\`. Both are [still archived](#damaged-files) after a day. A JPEG that has all
  its pixels and lacks only the end marker, as some programs write it, counts as complete an hour after its last change.
  A JPEG with a partly broken scan has a picture, so it is imported at once and marked as
  [damaged](#damaged-files). Harmless warnings are ignored.

## Damaged files

A damaged file is archived like any other original if it does not change for a day, or as soon as an owner chooses it
([spool.md](spool.md#damaged-files)). Its document depends on the bytes alone, so it is the same on every server:

- \`renditions.damaged\` is \`true\`. The search \`is:damaged\` finds the photo, and its tile and its information mark it.
- The picture is the decodable part: for a JPEG, PNG or GIF the picture as far as it goes; for a video without its end a frame, if
  ffmpeg finds one; for any other the largest embedded picture (an EXIF thumbnail, a preview). If there is none,
  \`renditions.unshown\` is \`damaged\`, and a placeholder is shown.
- A file with the extension of a photo or video (such as \`.jpg\`) and unrecognisable first bytes has the type
  \`application/octet-stream\`, because names do not determine types. An empty file, a text, or another recognised kind is not
  damaged, and is ignored.
- Lack of memory or time and disk errors never count as damage: such a file waits.
- \`photospool rerender\` tries damaged files again each time, and removes the mark if a newer decoder reads all of them. It never
  replaces a complete picture by a damaged one.
- Broken scan data of a JPEG, baseline or progressive, is found while its pictures are decoded, by libjpeg's
  warnings: an undefined code, data that ends too early, misplaced markers or bytes. Extra bytes between the segments of
  the header, before or after the end marker, which many cameras and phones write, are not damage. What **can't be found**:
  changed bytes that form valid codes (wrong colours or picture parts without a mismatch in length); bytes in a lossy WebP or HEIC
  that decode to something else; pixels of an uncompressed TIFF. Few single flipped bits are found in a baseline JPEG, about a
  third in a progressive one; nearly all lost blocks are. \`photospool verify\` finds every change of an archived photo
  by its hash.
- An intact copy that arrives later has other bytes: it is another original, and both are kept. The page Duplicates suggests keeping
  the undamaged one of the same size.

## Limits

libvips and ExifTool run in helper processes. If a file breaks one of them, only that file fails: the process is killed, the
file waits in its claim with the reason, and the next file gets a new process. Helpers end 30 s after the last file, and with
Photospool itself. If Photospool is killed, a decoder ends at once, and an ExifTool that is busy with a file ends a second after
the time limit of a file, or earlier (on Windows when it has finished the file).

${row('', 'decoder (libvips)', 'ExifTool')}
${row('---', '---', '---')}
${row('at once', '`workers`', '`workers`, at most 4')}
${row('time per file', ...both(({ seconds, longest }) => `${seconds} s${longest === undefined ? '' : `; ${longest} s on a busy machine`}`))}
${row('answer', ...both(({ output }) => `${output >> 20} MiB`))}
${row('memory', '1.5 GiB plus 256 MiB for Node', `${readerLimits.memory >> 20} MiB`)}
${row('files', 'libvips may use temporary files', 'may not write files')}

- Photospool enforces the limits of time and answer on every system. On Linux a decoder gets more elapsed time if it works, but got
  less CPU time than the limit because the machine is busy. Linux enforces the memory limit (\`ulimit -d\`);
  elsewhere a decoder monitors its own memory and ends itself, and ExifTool has no such limit. Linux and macOS enforce that no
  file is written (\`ulimit -f\`).
- On a machine with less than 6 GiB, a decoder gets a quarter of the memory, at least 384 MiB.
- Beyond the limits: \`timeout\` is retried automatically, \`too-large\` (tags or memory) waits for \`retry\`. A crash of
  libvips is \`undecodable\`; a crash because the system is out of memory is \`busy\` and retried, like a crash of ExifTool.

## Facts

Facts depend on the bytes alone: the same bytes give the same facts under any name, on any machine.

The time taken is local wall time, with an offset only if it is known. It is the first possible date of these:

1. EXIF DateTimeOriginal with SubSecTimeOriginal and OffsetTimeOriginal (never OffsetTime)
2. XMP exif:DateTimeOriginal, photoshop:DateCreated
3. IPTC DateCreated with TimeCreated (its offset unless it is +00:00, which programs write if they know none)
4. EXIF CreateDate with SubSecTimeDigitized and OffsetTimeDigitized
5. XMP exif:DateTimeDigitized, xmp:CreateDate
6. IPTC DigitalCreationDate with DigitalCreationTime
7. DateTimeOriginal in maker notes, PNG CreationTime
8. GPS date and time, in the time zone of the place
9. EXIF ModifyDate

After these come a date in the file's name, and its mtime. If the wall time has no offset but a GPS time was recorded,
their difference is the offset, provided that it is within a minute of one in use. Zeros, impossible
dates and years before 1826 or after 2199 are ignored. \`takenSource\` is \`exif\` for 1, 4, 7 and 9.

- **Place**: the nearest town in ExifTool's offline database within 100 km of the position; without a position, the place
  typed into the file (IPTC Core). 0,0 and values out of range are ignored.
- **Lens**: the name that the camera wrote, otherwise ExifTool's name for the maker's lens number unless it is ambiguous.
- **Title, description**: XMP, then IPTC, then EXIF and Windows; without automatic texts of cameras ("SONY DSC").
- **Tags**: XMP dc:subject and IPTC Keywords together; the leaves of hierarchical keywords only without flat ones.
- **Rating**: 1 to 5; 0 and -1 ("rejected") mean unrated.

## Adding a format

One file in \`src/photo/formats\`, one line in \`src/photo/formats/families.ts\`. The file exports a \`Family\` (\`src/photo/formats/format-family.ts\`):

- \`kinds\`: each with its MIME type, its name, the source of its picture, and what it needs. This page is generated
  from them.
- \`tell(head)\`: the kind of the first bytes. Pure; never throws.
- \`cutOff\`: whether the end is missing. Called only after the decoder failed.
- \`endings\`: the file extensions, for a file whose first bytes are broken.
- \`open(path, format, asIs)\`: only if libvips can't open the file itself. It runs in the decoder process, within its limits of
  time and memory, and may start programs there, which end with it. It returns a \`PictureSource\`, a picture that libvips can
  open (bytes or a path) with what the bytes do not contain: the rotation, the colours, the size of the
  original. Scaling, colour conversion, encoding and limits are the same for every format. Or it returns
  \`{ unshown: reason }\`: the file is intact, but has no picture here. Then it is archived with its facts
  and without renditions, and the album shows a tile with the reason.
- \`recipe\`: raised when the same file would give visibly different pictures; rounding, 1 of 255, does not count. \`photospool rerender\` renders again the photos whose document has a
  lower one, those with missing renditions, those that were \`unshown\` for a reason that no longer applies, and damaged ones.

ExifTool reads the facts of every format, so a format has no code for them.

## Tests

| property | test |
| --- | --- |
| HEIC: grids, \`irot\`, several pictures, 10 bits, without and with \`heif-dec\`, upright once | [heif](../test/photo/heif.test.ts) |
| HEIC has a JPEG to download, the original stays | [decoders](../test/photo/decoders.test.ts), [formats](../test/cli/formats.test.ts), [in a browser](../test/browser/kinds.test.ts) |
| a decoder can be killed, and has limits | [bounded](../test/base/bounded.test.ts), [decoders](../test/photo/decoders.test.ts), \`npm run torture garbage\` |
| colours: Display P3, Adobe RGB, CMYK, 16 bits, HDR (PQ, HLG) in HEIC and AVIF; ΔE against the standards' own numbers | [colours](../test/photo/colours.test.ts), [heif](../test/photo/heif.test.ts) |
| JPEG XL: 8 and 16 bits, wide colours, HDR, turned, animated | [jxl](../test/photo/jxl.test.ts) |
| animated WebP and GIF, AVIF, CMYK, alpha | [renditions](../test/photo/renditions.test.ts) |
| RAW: the largest embedded picture, upright; without one a placeholder | [raw](../test/photo/raw.test.ts), [in a browser](../test/browser/kinds.test.ts) |
| RAW and JPEG of one shot are one photo | [stacks](../test/catalog/stacks.test.ts), [with a sidecar](../test/spool/stacks.test.ts), [in a browser](../test/browser/kinds.test.ts) |
| videos: facts, poster, hover preview, playable video; limits, no network, no playlist | [films](../test/video/films.test.ts), [probe](../test/video/probe.test.ts), [from the claim on](../test/ingest/films.test.ts), [ranges](../test/server/films.test.ts), [in a browser](../test/browser/films.test.ts) |
| HDR videos look like their scene | [hdr](../test/video/hdr.test.ts) |
| without ffmpeg: kept, placeholder, \`status\` | [films](../test/cli/films.test.ts), [in a browser](../test/browser/kinds.test.ts) |
| Live and motion photos, in any order, on any server | [motion](../test/photo/motion.test.ts), [pairs](../test/catalog/pairs.test.ts), [who sees what](../test/server/films.test.ts), [in a browser](../test/browser/films.test.ts), [on a public server](../test/sync/films.test.ts) |
| sidecars: before, with and after the photo, in imports and ZIP parts, in backups | [on their way](../test/spool/sidecars.test.ts), [values](../test/photo/sidecar.test.ts), [in a server, backups](../test/cli/sidecars.test.ts), [imports](../test/importers/sidecars.test.ts) |
| \`export-xmp\`: read by ExifTool and exiv2 | [what is written](../test/ingest/export.test.ts), [the command](../test/cli/export.test.ts) |
| Google Takeout, iCloud | [names](../test/importers/names.test.ts), [Takeout](../test/importers/takeout.test.ts), [iCloud](../test/importers/icloud.test.ts), [ZIP](../test/importers/zip.test.ts), [TAR](../test/importers/tar.test.ts), [exported again](../test/importers/again.test.ts), [faults](../test/importers/faults.test.ts), [killed](../test/importers/kill.test.ts) |
| time: offsets, GPS, QuickTime's UTC, names, DST, impossible dates | [times](../test/photo/times.test.ts), [facts](../test/photo/facts.test.ts) |
| \`rerender\` | [rerender](../test/ingest/rerender.test.ts), [the command](../test/cli/rerender.test.ts) |
| one file and one line for a format | [families](../test/photo/families.test.ts), [this page](../test/photo/formats.test.ts) |
| damaged files: shown as far as possible, after a day or on request | [shown](../test/photo/damaged.test.ts), [when](../test/spool/damaged.test.ts), [recorded](../test/ingest/damaged.test.ts) |
| figures | \`npm run bench formats\`, \`npm run bench videos\`: [performance](performance.md) |
`;

it('docs/formats.md is up to date', async () => {
  const options = { parser: 'markdown', printWidth: 120, singleQuote: true };
  await expect(await format(page, options)).toMatchFileSnapshot('../../docs/formats.md');
});
